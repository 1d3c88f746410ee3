import {
  brokenCause,
  freshnessCause,
  goalNumbers,
  silenceCause,
  splitCause,
  suspiciousCause,
  systemicCause,
} from './decision-causes.ts';
import { asShare } from './decision-words.ts';
import type { Action, Missing, ReasonCode } from './decision.ts';
import type { BenefitLook } from './decision-evidence.ts';
import type { GuardrailJudgement } from './guardrail-judgement.ts';
import { freshnessOf, silences, type Standing } from './standing.ts';

/** What a rule says when it applies: the action, its code, and the first half of the sentence. */
export interface Ruling {
  readonly action: Action;
  readonly reason: ReasonCode;
  readonly cause: string;
  /** When the clock alone could change it. */
  readonly nextAt?: string | null;
}

export interface Case extends Standing {
  readonly missing: readonly Missing[];
  /** All looks of the benefit test, the one taken now included. */
  readonly looks: readonly BenefitLook[];
  readonly nextLookAt: string | null;
}

export type Rule = (at: Case) => Ruling | null;

function when(applies: boolean, ruling: () => Ruling): Ruling | null {
  return applies ? ruling() : null;
}

function rule(action: Action, reason: ReasonCode, cause: string, nextAt: string | null = null): Ruling {
  return { action, reason, cause, nextAt };
}

function found(
  { facts }: Case,
  severity: GuardrailJudgement['severity'] | null,
  matches: (judgement: GuardrailJudgement) => boolean,
): GuardrailJudgement | undefined {
  return facts.guardrails.find(
    (one) => !one.dryRun && (severity === null || one.severity === severity) && matches(one),
  );
}

// What is true in every mode, and comes first: a rollback is sticky, and a person's switch beats everything.

export const rolledBack: Rule = ({ evidence }) =>
  when(evidence.rollout.status === 'rolled_back', () =>
    rule('hold', 'rolled_back', 'It was rolled back, and only a person restarts it, with fresh evidence.'),
  );

export const killSwitch: Rule = ({ evidence, stage, first }) =>
  when(evidence.rollout.killSwitch, () =>
    stage === first
      ? rule('hold', 'off', 'The kill switch is on.')
      : rule('roll_back', 'kill_switch', 'Somebody used the kill switch.'),
  );

// Safety before measurement: judged in every state, so that no pause, dwell or approval is in the way of a rollback.

export const circuitBreaker: Rule = (at) => {
  const broken = found(at, 'guardrail', (one) => one.verdict === 'broken' && one.brokenBy === 'limit');
  return broken === undefined
    ? null
    : rule('roll_back', 'circuit_breaker', brokenCause(broken, at.plan.unit));
};

export const guardrailBroken: Rule = (at) => {
  const broken = found(at, 'guardrail', (one) => one.verdict === 'broken');
  return broken === undefined
    ? null
    : rule('roll_back', 'guardrail_broken', brokenCause(broken, at.plan.unit));
};

const LITERAL_ROWS = {
  error_rate: 'literal_error_rate',
  latency: 'literal_latency',
  metric_drop: 'literal_metric_drop',
} as const;

export const literalTrigger: Rule = ({ facts: { literal } }) => {
  const { row, sentence } = literal;
  return row === 'error_rate' || row === 'latency' || row === 'metric_drop'
    ? rule('roll_back', LITERAL_ROWS[row], sentence)
    : null;
};

export const splitWrong: Rule = ({ facts: { split }, plan, evidence }) =>
  when(split.wrong, () => {
    const pauses = plan.underMismatch === 'pause' && evidence.rollout.status === 'running';
    return rule(pauses ? 'pause' : 'hold', 'split_wrong', splitCause(split, plan.unit));
  });

export const goalHarm: Rule = ({ plan, facts: { goal } }) =>
  when(goal.status === 'ok' && goal.harm === 'broken', () =>
    rule('roll_back', 'goal_harm', `${goalNumbers(goal, plan.unit)}, proven however often one looks.`),
  );

export const literalLift: Rule = ({ facts: { literal } }) =>
  when(literal.row === 'lift_below', () => rule('roll_back', 'literal_lift', literal.sentence));

// What keeps it where it is: nothing below rolls back.

export const unknownStage: Rule = ({ stage, evidence }) =>
  when(stage === null, () =>
    rule('hold', 'unknown_stage', `The plan has no stage "${evidence.rollout.stage}".`),
  );

export const shipped: Rule = ({ next, plan, evidence, facts: { goal } }) =>
  when(next === null || evidence.rollout.status === 'complete', () =>
    rule('hold', 'shipped', `It is live. ${goalNumbers(goal, plan.unit)}.`),
  );

export const signals: Rule = (at) => {
  const broken = found(at, 'signal', (one) => one.verdict === 'broken');
  const { status, pausedBy } = at.evidence.rollout;
  if (broken !== undefined && status === 'running')
    return rule('pause', 'signal_broken', brokenCause(broken, at.plan.unit));
  if (status !== 'paused' || pausedBy !== 'signal') return null;
  const uneasy = broken ?? found(at, 'signal', (one) => one.verdict === 'suspicious');
  return uneasy === undefined
    ? rule('hold', 'signal_recovered', 'The signal that paused it has recovered, so it goes on being judged.')
    : rule('hold', 'paused', `Paused by a signal. ${suspiciousCause(uneasy, at.plan.unit)}`);
};

export const paused: Rule = ({ evidence }) =>
  when(evidence.rollout.status === 'paused', () => rule('hold', 'paused', 'Somebody paused it.'));

export const notFresh: Rule = (at) => {
  const freshness = freshnessOf(at);
  return freshness.kind === 'fresh' ? null : rule('hold', freshness.kind, freshnessCause(freshness));
};

export const systemic: Rule = (at) => {
  const judgement = found(at, null, (one) => one.verdict === 'systemic');
  return judgement === undefined ? null : rule('hold', 'systemic', systemicCause(judgement, at.plan.unit));
};

export const silent: Rule = (at) => {
  const [worst, ...others] = silences(at);
  if (worst === undefined) return null;
  const cause = silenceCause([worst, ...others]);
  if (worst.graceUntil !== null) return rule('hold', 'waiting_for_data', cause, worst.graceUntil);
  const pauses = worst.leadsTo === 'pause' && at.evidence.rollout.status === 'running';
  return rule(pauses ? 'pause' : 'hold', 'no_data', `${cause} Missing data is not health.`);
};

export const disputed: Rule = (at) => {
  const broken = found(at, 'guardrail', (one) => one.verdict === 'broken');
  return broken === undefined ? null : rule('hold', 'guardrail_disputed', brokenCause(broken, at.plan.unit));
};

export const suspicious: Rule = (at) => {
  const judgement = found(at, null, (one) => one.verdict === 'suspicious');
  if (judgement !== undefined)
    return rule('hold', 'guardrail_suspicious', suspiciousCause(judgement, at.plan.unit));
  const { goal } = at.facts;
  if (goal.status !== 'ok') return null;
  if (goal.harm === 'small') {
    const least = asShare(at.plan.goal?.minimumHarm ?? 0);
    return rule(
      'hold',
      'goal_harm_small',
      `${goalNumbers(goal, at.plan.unit)}, proven, but less than ${least}.`,
    );
  }
  return when(goal.harm === 'suspicious', () =>
    rule(
      'hold',
      'goal_suspicious',
      `${goalNumbers(goal, at.plan.unit)}: too bad to move forward, not yet proven.`,
    ),
  );
};

/** Whatever has to be waited for; at the horizon a person is asked instead. Approvals come last, when all else is there. */
export const notReady: Rule = ({ missing, nowMs, horizonMs, stage, plan, facts }) => {
  const first = missing.find(({ reason }) => reason !== 'approval_wanted');
  if (first === undefined) return null;
  if (nowMs >= horizonMs && stage !== null && stage.share > 0)
    return rule(
      'ask',
      'horizon',
      `The planned time is over and a condition is still open: ${first.text}. ${goalNumbers(facts.goal, plan.unit)}.`,
    );
  return rule('hold', first.reason, `${first.text}.`, first.at);
};

export const approvalWanted: Rule = ({ missing }) => {
  const first = missing.find(({ reason }) => reason === 'approval_wanted');
  return first === undefined ? null : rule('ask', 'approval_wanted', `All else is there. ${first.text}.`);
};

/** To everyone only with proven benefit and the measured lift the plan asks for. */
export const benefit: Rule = (at) => {
  const { next, plan, facts, looks, nextLookAt, nowMs, horizonMs } = at;
  const { goal } = facts;
  if (next === null || next.share < 1 || plan.goal === null || at.stage?.share === 0) return null;
  const shown = looks.some((look) => look.benefit);
  const said = goalNumbers(goal, plan.unit);
  const lift = goal.status === 'ok' ? goal.lift : null;
  if (shown && lift !== null && lift >= plan.goal.minimumLift - 1e-12 && lift > 0) {
    const better = goal.status === 'ok' && goal.superior ? ', proven to be above what the plan asks' : '';
    return approvalWanted(at) ?? rule('complete', 'benefit_shown', `${said}, a proven benefit${better}.`);
  }
  if (goal.status === 'ok' && goal.neutral)
    return rule(
      'ask',
      'neutral',
      `${said}: no difference worth ${asShare(plan.goal.neutralLift)} either way.`,
    );
  if (nowMs >= horizonMs) return rule('ask', 'horizon', `${said}, and the planned time is over.`);
  if (shown) {
    const wanted = asShare(plan.goal.minimumLift);
    return rule('hold', 'lift_too_small', `${said}, a proven benefit, but the plan asks for ${wanted}.`);
  }
  const spent = looks.at(-1)?.spent ?? 0;
  if (spent >= plan.alphas.benefit * (1 - 1e-9))
    return rule('ask', 'no_benefit', `${said}: the planned test is over and shows no benefit.`);
  return rule('hold', 'learning', `${said}, not clear enough to go to everyone.`, nextLookAt);
};

export const stageDone: Rule = ({ stage, next, plan, facts }) => {
  if (stage === null || next === null) return null;
  const { goal } = facts;
  const said = stage.share === 0 || goal.status === 'no_goal' ? '' : ` ${goalNumbers(goal, plan.unit)}.`;
  const cause = `Nothing got worse and all conditions of ${stage.name} are met.${said}`;
  return rule(next.share === 1 ? 'complete' : 'advance', 'stage_done', cause);
};

/** In literal mode the matrix decides about going forward wherever somebody has the feature and there is a goal. */
export const literalForward: Rule = (at) => {
  const { stage, next, plan, facts, nowMs, horizonMs } = at;
  if (stage === null || next === null || stage.share === 0 || plan.goal === null) return null;
  const { literal } = facts;
  if (literal.action === 'roll_forward')
    return (
      approvalWanted(at) ??
      rule(next.share === 1 ? 'complete' : 'advance', 'literal_roll_forward', literal.sentence)
    );
  return nowMs >= horizonMs
    ? rule('ask', 'horizon', `${literal.sentence} The planned time is over.`)
    : rule('hold', 'literal_continue', literal.sentence);
};
