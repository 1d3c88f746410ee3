import {
  DAY_MS,
  planFrom,
  type ArmMoments,
  type DecisionEvidence,
  type FailurePeriod,
  type MetricStratum,
  type NewPlan,
  type Plan,
  type RolloutState,
} from '@liftgate/rollout';

export const NOW = new Date('2026-11-24T12:00:00Z');

export function ago(ms: number): string {
  return new Date(NOW.getTime() - ms).toISOString();
}

export const GOAL = {
  metric: 'conversion',
  name: 'Conversion',
  direction: 'up',
  baseline: 0.1,
} as const;

/** The seven-day path with errors, slow answers and a goal that 10 % of people reach. */
export function examplePlan(changes: Partial<NewPlan> = {}): Plan {
  return planFrom('seven_day_path', {
    flag: 'feature',
    environment: 'production',
    goal: GOAL,
    ...changes,
  });
}

export function proportion(n: number, hits: number): ArmMoments {
  return { n, mean: n === 0 ? 0 : hits / n, m2: n === 0 ? 0 : (hits * (n - hits)) / n, nonZero: hits };
}

export function hits(n: number, control: number, treatment: number): MetricStratum {
  return { control: proportion(n, control), treatment: proportion(n, treatment) };
}

export function failures(units: number, control: number, treatment: number): FailurePeriod {
  return {
    treatmentShare: 0.5,
    control: { units, failed: control },
    treatment: { units, failed: treatment },
  };
}

export interface EvidenceChanges {
  readonly rollout?: Partial<RolloutState>;
  readonly freshness?: DecisionEvidence['freshness'];
  readonly split?: Partial<DecisionEvidence['split']>;
  readonly guardrails?: DecisionEvidence['guardrails'];
  readonly goal?: DecisionEvidence['goal'];
  readonly samples?: DecisionEvidence['samples'];
}

/** A healthy rollout, eight days at 10 %, with 10,000 people in each arm and no difference; all that is needed to move on. */
export function exampleEvidence(changes: EvidenceChanges = {}): DecisionEvidence {
  return {
    evidenceVersion: 1,
    freshness: changes.freshness ?? { asOf: ago(1_000), lagMs: 200 },
    rollout: {
      status: 'running',
      pausedBy: null,
      stage: 'beta_10',
      startedAt: ago(9 * DAY_MS),
      stageEnteredAt: ago(8 * DAY_MS),
      killSwitch: false,
      approvals: [],
      webhookAnswers: [],
      looks: [],
      version: 7,
      ...changes.rollout,
    },
    split: {
      periods: [{ treatmentShare: 0.5, controlUnits: 10_000, treatmentUnits: 10_000 }],
      lowestP: null,
      lastExposureAt: ago(2_000),
      ...changes.split,
    },
    guardrails: {
      errors: share(failures(10_000, 100, 100)),
      slow: share(failures(10_000, 300, 300)),
      ...changes.guardrails,
    },
    goal:
      changes.goal === undefined
        ? { strata: [hits(10_000, 1_000, 1_000)], lastEventAt: ago(2_000) }
        : changes.goal,
    samples: changes.samples ?? { conversion: { control: 10_000, treatment: 10_000 } },
  };
}

export function share(...periods: FailurePeriod[]): DecisionEvidence['guardrails'][string] {
  return { kind: 'share', periods, lastEventAt: ago(2_000) };
}

export function metric(...strata: MetricStratum[]): DecisionEvidence['guardrails'][string] {
  return { kind: 'metric', strata, lastEventAt: ago(2_000) };
}

export function goalOf(...strata: MetricStratum[]): DecisionEvidence['goal'] {
  return { strata, lastEventAt: ago(2_000) };
}

/** At 50 %, the last stage before everyone. */
export const AT_HALF: Partial<RolloutState> = {
  stage: 'beta_50',
  startedAt: ago(23 * DAY_MS),
  stageEnteredAt: ago(8 * DAY_MS),
};
