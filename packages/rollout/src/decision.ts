import type { BenefitLook } from './decision-evidence.ts';
import type { GoalJudgement } from './goal-judgement.ts';
import type { GuardrailJudgement } from './guardrail-judgement.ts';
import type { LiteralAnswer } from './literal-matrix.ts';
import type { DecisionMode } from './plan.ts';

/** The version of the rules and formulas; a receipt says under which one it was decided. */
export const POLICY_VERSION = 1;

export const ACTIONS = ['advance', 'hold', 'pause', 'roll_back', 'complete', 'ask'] as const;
export type Action = (typeof ACTIONS)[number];

/** Each reason with what it can lead to. `complete` moves to everyone, `ask` waits for a person. */
export const ACTIONS_OF_REASON = {
  kill_switch: ['roll_back'],
  circuit_breaker: ['roll_back'],
  guardrail_broken: ['roll_back'],
  goal_harm: ['roll_back'],
  literal_error_rate: ['roll_back'],
  literal_latency: ['roll_back'],
  literal_metric_drop: ['roll_back'],
  literal_lift: ['roll_back'],
  rolled_back: ['hold'],
  off: ['hold'],
  unknown_stage: ['hold'],
  split_wrong: ['hold', 'pause'],
  shipped: ['hold'],
  signal_broken: ['pause'],
  signal_recovered: ['hold'],
  paused: ['hold'],
  clock_skew: ['hold'],
  stale: ['hold'],
  lagging: ['hold'],
  systemic: ['hold'],
  no_data: ['hold', 'pause'],
  waiting_for_data: ['hold'],
  guardrail_disputed: ['hold'],
  guardrail_suspicious: ['hold'],
  goal_harm_small: ['hold'],
  goal_suspicious: ['hold'],
  dwell: ['hold'],
  samples: ['hold'],
  gate_time: ['hold'],
  gate_sample: ['hold'],
  webhook_refused: ['hold'],
  webhook_waiting: ['hold'],
  lift_too_small: ['hold'],
  learning: ['hold'],
  literal_continue: ['hold'],
  approval_wanted: ['ask'],
  neutral: ['ask'],
  no_benefit: ['ask'],
  horizon: ['ask'],
  stage_done: ['advance', 'complete'],
  benefit_shown: ['complete'],
  literal_roll_forward: ['advance', 'complete'],
} as const satisfies Readonly<Record<string, readonly Action[]>>;
export type ReasonCode = keyof typeof ACTIONS_OF_REASON;

/** A condition for going on that is not met yet. */
export interface Missing {
  readonly reason: ReasonCode;
  readonly text: string;
  /** When it will be met at the present rate; null where that depends on people or on numbers. */
  readonly at: string | null;
}

export interface Move {
  readonly action: Action;
  readonly reason: ReasonCode;
  /** The stage moved to: the next, or the first for a rollback; null when nothing moves. */
  readonly toStage: string | null;
  readonly sentence: string;
  /** When the clock alone could change the answer; null where it cannot. */
  readonly nextAt: string | null;
}

export interface SplitJudgement {
  readonly controlUnits: number;
  readonly treatmentUnits: number;
  /** What was planned, over the units that came. */
  readonly expectedTreatmentUnits: number;
  readonly p: number;
  readonly wrong: boolean;
}

/** What the rules looked at: enough to explain the decision, and recomputed from the receipt. */
export interface DecisionFacts {
  readonly split: SplitJudgement;
  readonly guardrails: readonly GuardrailJudgement[];
  readonly goal: GoalJudgement;
  readonly literal: LiteralAnswer;
}

export interface Decision extends Move {
  readonly policyVersion: number;
  readonly planVersion: number;
  readonly evidenceVersion: number;
  readonly flagVersion: number;
  readonly decidedAt: string;
  readonly mode: DecisionMode;
  readonly stage: string;
  readonly missing: readonly Missing[];
  /** A look of the benefit test that was taken now: to be kept with the rollout whatever the action, for it has spent α. */
  readonly look: BenefitLook | null;
  /** What the other mode would have done with the same evidence. */
  readonly other: Move & { readonly mode: DecisionMode };
  readonly facts: DecisionFacts;
}
