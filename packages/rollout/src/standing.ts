import { sequentialSampleRatioMismatch } from '@liftgate/stats';
import type { DecisionEvidence } from './decision-evidence.ts';
import type { DecisionFacts, SplitJudgement } from './decision.ts';
import { EVENTS_EXPECTED, type NoDataPolicy } from './guardrail.ts';
import { judgeGoal } from './goal-judgement.ts';
import { judgeGuardrails } from './guardrail-judgement.ts';
import { literalMatrix } from './literal-matrix.ts';
import type { Plan, PlanStage } from './plan.ts';

/** Where a rollout stands now: the plan, the evidence, and what they say together. Everything the rules look at. */
export interface Standing {
  readonly plan: Plan;
  readonly evidence: DecisionEvidence;
  readonly nowMs: number;
  readonly first: PlanStage;
  /** Null when the plan has no stage of that name. */
  readonly stage: PlanStage | null;
  readonly next: PlanStage | null;
  readonly facts: DecisionFacts;
  readonly horizonMs: number;
}

export function standingOf(plan: Plan, evidence: DecisionEvidence, now: Date): Standing {
  const index = plan.stages.findIndex(({ name }) => name === evidence.rollout.stage);
  const first = plan.stages[0];
  if (first === undefined) throw new RangeError('a plan has at least two stages, got none');
  const split = judgeSplit(plan, evidence);
  return {
    plan,
    evidence,
    nowMs: now.getTime(),
    first,
    stage: plan.stages[index] ?? null,
    next: index < 0 ? null : (plan.stages[index + 1] ?? null),
    facts: {
      split,
      guardrails: judgeGuardrails(plan, evidence, { splitWrong: split.wrong }),
      goal: judgeGoal(plan, evidence),
      literal: literalMatrix(plan, evidence),
    },
    horizonMs: Date.parse(evidence.rollout.startedAt) + plan.horizonMs,
  };
}

/** Units per arm against the plan, period by period; a mismatch stays one for the rest of the run. */
function judgeSplit({ alphas }: Plan, { split }: DecisionEvidence): SplitJudgement {
  const test = sequentialSampleRatioMismatch(
    split.periods.map(({ treatmentShare, controlUnits, treatmentUnits }) => ({
      observed: [controlUnits, treatmentUnits],
      weights: [1 - treatmentShare, treatmentShare],
    })),
  );
  const current = test.status === 'ok' || test.status === 'impossible_assignment' ? test.p : 1;
  const p = Math.min(current, split.lowestP ?? 1);
  const units = { control: 0, treatment: 0, expected: 0 };
  for (const { treatmentShare, controlUnits, treatmentUnits } of split.periods) {
    units.control += controlUnits;
    units.treatment += treatmentUnits;
    units.expected += treatmentShare * (controlUnits + treatmentUnits);
  }
  return {
    controlUnits: units.control,
    treatmentUnits: units.treatment,
    expectedTreatmentUnits: units.expected,
    p,
    wrong: p < alphas.split,
  };
}

export type Freshness =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'stale' | 'lagging' | 'clock_skew'; readonly byMs: number };

/** Whether the numbers may move anything forward: neither old, nor behind, nor from the future. */
export function freshnessOf({ plan, evidence, nowMs }: Standing): Freshness {
  const { staleAfterMs, maximumLagMs } = plan.freshness;
  const ageMs = nowMs - Date.parse(evidence.freshness.asOf);
  const aheadMs = Math.max(-ageMs, Date.parse(evidence.rollout.stageEnteredAt) - nowMs);
  if (aheadMs > staleAfterMs) return { kind: 'clock_skew', byMs: aheadMs };
  if (ageMs > staleAfterMs) return { kind: 'stale', byMs: ageMs };
  const { lagMs } = evidence.freshness;
  return lagMs > maximumLagMs ? { kind: 'lagging', byMs: lagMs } : { kind: 'fresh' };
}

export interface Silence {
  readonly name: string;
  readonly expect: NoDataPolicy['expect'];
  readonly leadsTo: 'hold' | 'pause';
  readonly lastAt: string | null;
  /** When the grace of the stage ends, if it has not. */
  readonly graceUntil: string | null;
}

/** What should have reported and has not; the ones whose grace is over first, those that pause before those that hold. */
export function silences({ plan, evidence, nowMs, stage, facts }: Standing): readonly Silence[] {
  if (stage === null || stage.share === 0) return [];
  const exposedAt = evidence.split.lastExposureAt;
  const sources = plan.guardrails.map(({ key, name, dryRun, noData }, k) => ({
    name,
    policy: dryRun ? null : noData,
    eventAt: evidence.guardrails[key]?.lastEventAt ?? null,
    empty: facts.guardrails[k]?.verdict === 'no_data',
  }));
  if (plan.goal !== null) {
    const eventAt = evidence.goal?.lastEventAt ?? null;
    sources.push({ name: plan.goal.name, policy: EVENTS_EXPECTED, eventAt, empty: false });
  }
  const enteredMs = Date.parse(evidence.rollout.stageEnteredAt);
  const found = sources.flatMap(({ name, policy, eventAt, empty }): Silence[] => {
    if (policy === null || policy.leadsTo === 'ignore') return [];
    const lastAt = policy.expect === 'events' ? eventAt : exposedAt;
    const heard = lastAt !== null && nowMs - Date.parse(lastAt) <= policy.silenceMs && !empty;
    if (heard) return [];
    const graceMs = enteredMs + policy.graceMs;
    const graceUntil = nowMs < graceMs ? new Date(graceMs).toISOString() : null;
    return [{ name, expect: policy.expect, leadsTo: policy.leadsTo, lastAt, graceUntil }];
  });
  const urgency = ({ graceUntil, leadsTo }: Silence): number =>
    (graceUntil === null ? 0 : 2) + (leadsTo === 'pause' ? 0 : 1);
  return found.sort((a, b) => urgency(a) - urgency(b));
}
