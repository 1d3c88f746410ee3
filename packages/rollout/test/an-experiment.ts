import { createFlag, type Flag, type NewFlag } from '@liftgate/flags';
import type { Metric } from '@liftgate/stats';
import {
  createExperiment,
  createMetric,
  type ArmEvidence,
  type Comparison,
  type EpochEvidence,
  type Evidence,
  type Experiment,
  type ExperimentResult,
  type MetricResult,
  type NewMetric,
} from '@liftgate/rollout';

export const NOW = new Date('2026-11-24T10:00:00.000Z');

export function aFlag(more: Partial<NewFlag> = {}): Flag {
  return createFlag({ key: 'checkout', environment: 'production', stage: 'beta_50', ...more }, NOW);
}

export function threeArms(more: Partial<NewFlag> = {}): Flag {
  const variants = ['old', 'mens', 'womens'].map((name) => ({ name, value: name, weight: 1 }));
  return aFlag({ type: 'string', variants, ...more });
}

export const SPEND = createMetric({ key: 'spend', name: 'Spend', unit: 'usd', decimals: 2 });

export function aMetric(more: Partial<NewMetric>): Metric {
  return createMetric({ key: 'm', name: 'M', ...more });
}

export function anExperiment(
  metrics: Experiment['metrics'] = [{ metric: 'spend', role: 'goal' }],
): Experiment {
  return createExperiment({ flag: 'checkout', environment: 'production', metrics }, NOW);
}

/** An arm whose units have these outcomes, as integers of the metric's last decimal; undefined: no event. */
export function arm(variant: string, outcomes: Record<string, readonly (bigint | undefined)[]>): ArmEvidence {
  const exposed = Math.max(0, ...Object.values(outcomes).map((values) => values.length));
  const metrics = Object.entries(outcomes).flatMap(([metric, values]) => {
    const present = values.filter((value) => value !== undefined);
    if (present.length === 0) return [];
    const s1 = present.reduce((sum, y) => sum + y, 0n);
    const s2 = present.reduce((sum, y) => sum + y * y, 0n);
    return [[metric, { n: BigInt(present.length), s1, s2 }] as const];
  });
  return { variant, exposed: BigInt(exposed), metrics: Object.fromEntries(metrics) };
}

/** An arm of so many units without any event. */
export function silent(variant: string, exposed: number): ArmEvidence {
  return { variant, exposed: BigInt(exposed), metrics: {} };
}

export function epoch(number: number, ...arms: readonly ArmEvidence[]): EpochEvidence {
  return { epoch: number, arms };
}

export function evidence(...epochs: readonly EpochEvidence[]): Evidence {
  return {
    environment: 'production',
    flag: 'checkout',
    phase: 1,
    epochs,
    days: epochs.map((one) => ({ day: `2026-11-${20 + one.epoch}`, ...one })),
    quarantined: 0,
    events: 1,
  };
}

/** A comparison with this always-valid interval of the lift; the control's mean is 10. */
export function aComparison(
  reading: Comparison['reading'],
  interval: readonly [number | null, number | null] | null,
  more: { treatment?: string; lift?: number; noLift?: boolean } = {},
): Extract<Comparison, { status: 'ok' }> {
  const [lower, upper] = interval ?? [null, null];
  const lift = more.lift ?? ((lower ?? 0) + (upper ?? 0)) / 2;
  const absolute: [number, number] = [(lower ?? -1) * 10, (upper ?? 1) * 10];
  return {
    status: 'ok',
    treatment: more.treatment ?? 'treatment',
    reading,
    absolute: {
      estimate: lift * 10,
      se: 1,
      fixed: { statistic: 1, df: 10, p: 0.01, interval: absolute },
      alwaysValid: { p: 0.01, interval: absolute },
    },
    relative: more.noLift === true ? null : { lift, fixed: interval, alwaysValid: interval },
    proportion: null,
    series: [],
  };
}

export function aMetricResult(more: Partial<MetricResult> = {}): MetricResult {
  return {
    metric: 'spend',
    name: 'Spend',
    kind: 'sum',
    direction: 'up',
    unit: 'usd',
    role: 'goal',
    arms: [],
    comparisons: [aComparison('not_sure', [-0.031, 0.04])],
    ...more,
  };
}

export function aResult(more: Partial<ExperimentResult> = {}): ExperimentResult {
  return {
    flag: 'checkout',
    environment: 'production',
    phase: 1,
    analysedAt: NOW.toISOString(),
    events: 1,
    configuration: 1,
    alpha: 0.05,
    control: 'control',
    variants: [
      { variant: 'control', exposed: 2_290, plannedShare: 0.5 },
      { variant: 'treatment', exposed: 2_071, plannedShare: 0.5 },
    ],
    quarantined: 0,
    split: {
      status: 'ok',
      observed: {},
      expected: {},
      chiSquare: null,
      sequential: { logBayesFactor: 0, p: 1 },
    },
    metrics: [aMetricResult()],
    ...more,
  };
}
