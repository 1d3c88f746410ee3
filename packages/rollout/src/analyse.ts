import type { Flag } from '@liftgate/flags';
import {
  addIntegerSums,
  combineStrata,
  confidenceSequence,
  countsEveryUnit,
  meanDifference,
  momentsFromIntegers,
  proportionDifference,
  relativeConfidenceSequence,
  relativeLift,
  sampleRatioMismatch,
  sequentialSampleRatioMismatch,
  tauSquaredFor,
  tauSquaredForPlan,
  variance,
  type IntegerSums,
  type MeanEstimate,
  type Metric,
  type Moments,
} from '@liftgate/stats';
import type { ArmEvidence, EpochEvidence, Evidence } from './evidence.ts';
import type { Experiment, MetricRole } from './experiment.ts';
import { decimalText } from './decimal-text.ts';
import type {
  ArmResult,
  Comparison,
  ExperimentResult,
  MetricResult,
  Reading,
  ResultInterval,
  SeriesPoint,
  SplitResult,
  VariantResult,
} from './result.ts';

/** Below this the sequential split check says mismatch (STATISTICS section 0.8). */
const SPLIT_ALPHA = 0.001;
const NOTHING: IntegerSums = { n: 0n, s1: 0n, s2: 0n };

/**
 * What the evidence says of an experiment: exact sums in, plain JSON out; the same evidence always gives the same
 * result. Epochs are combined by inverse variance, so a ramp never mixes allocations.
 */
export function analyse(input: {
  readonly flag: Flag;
  readonly experiment: Experiment;
  readonly metrics: readonly Metric[];
  readonly evidence: Evidence;
  readonly configuration: number;
  readonly now: Date;
}): ExperimentResult {
  const { flag, experiment, evidence } = input;
  const known = new Map(input.metrics.map((metric) => [metric.key, metric]));
  const metrics = experiment.metrics.flatMap(({ metric: key, role }) => {
    const metric = known.get(key);
    return metric === undefined ? [] : [metricResult(metric, role, flag, experiment, evidence)];
  });
  return {
    flag: flag.key,
    environment: flag.environment,
    phase: evidence.phase,
    analysedAt: input.now.toISOString(),
    events: evidence.events,
    configuration: input.configuration,
    alpha: experiment.alpha,
    control: flag.control,
    variants: variantResults(flag, evidence),
    quarantined: evidence.quarantined,
    split: splitResult(flag, evidence),
    metrics,
  };
}

function variantResults(flag: Flag, evidence: Evidence): VariantResult[] {
  const planned = plannedUnits(flag, evidence);
  const total = [...planned.values()].reduce((sum, units) => sum + units, 0);
  return armOrder(flag).map((variant) => ({
    variant,
    exposed: Number(sumOf(evidence.epochs, variant, (arm) => arm.exposed)),
    plannedShare: total === 0 ? plannedNow(flag, variant) : (planned.get(variant) ?? 0) / total,
  }));
}

/** Units each arm should have by the plan of each epoch, given how many came. */
function plannedUnits(flag: Flag, evidence: Evidence): Map<string, number> {
  const planned = new Map<string, number>();
  for (const epoch of evidence.epochs) {
    const weights = weightsOf(flag, epoch.epoch);
    const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
    const units = Number(epoch.arms.reduce((total, arm) => total + arm.exposed, 0n));
    if (sum === 0) continue;
    for (const [variant, weight] of Object.entries(weights)) {
      planned.set(variant, (planned.get(variant) ?? 0) + (units * weight) / sum);
    }
  }
  return planned;
}

function plannedNow(flag: Flag, variant: string): number {
  const total = flag.variants.reduce((sum, one) => sum + one.weight, 0);
  return (flag.variants.find((one) => one.name === variant)?.weight ?? 0) / total;
}

function weightsOf(flag: Flag, epoch: number): Readonly<Record<string, number>> {
  return flag.epochs.find((one) => one.epoch === epoch)?.weights ?? {};
}

function armOrder(flag: Flag): string[] {
  return [
    flag.control,
    ...flag.variants.map((variant) => variant.name).filter((name) => name !== flag.control),
  ];
}

function splitResult(flag: Flag, evidence: Evidence): SplitResult {
  const order = armOrder(flag);
  const strata = evidence.epochs
    .map((epoch) => ({
      observed: order.map((variant) => Number(armOf(epoch, variant)?.exposed ?? 0n)),
      weights: order.map((variant) => weightsOf(flag, epoch.epoch)[variant] ?? 0),
    }))
    .filter(
      (stratum) =>
        stratum.observed.some((count) => count > 0) && stratum.weights.some((weight) => weight > 0),
    );
  if (strata.length === 0) return { status: 'no_units' };
  const sequential = sequentialSampleRatioMismatch(strata);
  if (sequential.status !== 'ok') return { status: 'no_units' };
  const only = strata.length === 1 ? strata[0] : undefined;
  const fixed = only && sampleRatioMismatch(only.observed, only.weights);
  const planned = plannedUnits(flag, evidence);
  return {
    status: sequential.p < SPLIT_ALPHA ? 'mismatch' : 'ok',
    observed: Object.fromEntries(
      order.map((variant) => [variant, Number(sumOf(evidence.epochs, variant, (arm) => arm.exposed))]),
    ),
    expected: Object.fromEntries(order.map((variant) => [variant, planned.get(variant) ?? 0])),
    chiSquare: fixed?.status === 'ok' ? { statistic: fixed.chiSquare, df: fixed.df, p: fixed.p } : null,
    sequential: { logBayesFactor: sequential.logBayesFactor, p: sequential.p },
  };
}

function metricResult(
  metric: Metric,
  role: MetricRole,
  flag: Flag,
  experiment: Experiment,
  evidence: Evidence,
): MetricResult {
  const treatments = armOrder(flag).slice(1);
  return {
    metric: metric.key,
    name: metric.name,
    kind: metric.kind,
    direction: metric.direction,
    unit: metric.unit,
    role,
    arms: armOrder(flag).map((variant) => armResult(metric, variant, evidence.epochs)),
    comparisons: treatments.map((treatment) =>
      comparison(metric, flag.control, treatment, experiment, evidence),
    ),
  };
}

function armResult(metric: Metric, variant: string, epochs: readonly EpochEvidence[]): ArmResult {
  const sums = epochs.reduce(
    (total, epoch) => addIntegerSums(total, sumsOf(metric, armOf(epoch, variant))),
    NOTHING,
  );
  const moments = momentsFromIntegers(sums, metric.decimals);
  const spread = variance(moments);
  return {
    variant,
    n: moments.n,
    mean: moments.n === 0 ? null : moments.mean,
    sd: spread === null ? null : Math.sqrt(spread),
    sum: decimalText(sums.s1, metric.decimals),
    sumOfSquares: decimalText(sums.s2, 2 * metric.decimals),
  };
}

function comparison(
  metric: Metric,
  control: string,
  treatment: string,
  experiment: Experiment,
  evidence: Evidence,
): Comparison {
  const series = seriesOf(metric, control, treatment, experiment, evidence);
  const estimates = estimatesOf(metric, control, treatment, evidence.epochs);
  const nothing = (
    status: 'insufficient_data' | 'zero_variance' | 'invalid_input',
    reason: string,
  ): Comparison => ({
    status,
    treatment,
    reading: 'not_enough',
    reason,
    series,
  });
  if (estimates === null)
    return nothing('insufficient_data', 'each group needs at least two people in the same stage');
  const { alpha } = experiment;
  const welch = meanDifference(estimates.control, estimates.treatment, { alpha });
  if (welch.status === 'invalid_input') return nothing('invalid_input', welch.message);
  if (welch.status === 'zero_variance')
    return nothing('zero_variance', 'every person has the same value, so there is no spread to judge by');
  if (welch.status !== 'ok') return nothing('insufficient_data', 'each group needs at least two people');
  const tauSquared = tauSquaredOf(metric, experiment, estimates);
  const always = confidenceSequence({ estimate: welch.estimate, se: welch.se, tauSquared, alpha });
  if (always.status !== 'ok') return nothing('zero_variance', 'there is no spread to judge by');
  return {
    status: 'ok',
    treatment,
    reading: readingOf(always.interval, metric),
    absolute: {
      estimate: welch.estimate,
      se: welch.se,
      fixed: { statistic: welch.statistic, df: welch.df, p: welch.pTwoSided, interval: welch.interval },
      alwaysValid: { p: always.p, interval: always.interval },
    },
    relative: relativeOf(estimates, tauSquared, alpha),
    proportion: proportionOf(metric, control, treatment, alpha, evidence.epochs),
    series,
  };
}

interface Pair {
  readonly control: MeanEstimate;
  readonly treatment: MeanEstimate;
}

function estimatesOf(
  metric: Metric,
  control: string,
  treatment: string,
  epochs: readonly EpochEvidence[],
): Pair | null {
  return combineStrata(
    epochs.map((epoch) => ({
      control: momentsOfArm(metric, armOf(epoch, control)),
      treatment: momentsOfArm(metric, armOf(epoch, treatment)),
    })),
  );
}

function momentsOfArm(metric: Metric, arm: ArmEvidence | undefined): Moments {
  return momentsFromIntegers(sumsOf(metric, arm), metric.decimals);
}

function sumsOf(metric: Metric, arm: ArmEvidence | undefined): IntegerSums {
  const sums = arm?.metrics[metric.key] ?? NOTHING;
  return countsEveryUnit(metric.kind) ? { ...sums, n: arm?.exposed ?? 0n } : sums;
}

/** With a baseline and a minimum effect, tuned for that effect; else for the planned number of units. */
function tauSquaredOf(metric: Metric, experiment: Experiment, { control, treatment }: Pair): number {
  const { alpha, plannedUnits } = experiment;
  if (metric.baseline !== undefined && metric.baseline !== 0 && metric.minimumEffect !== undefined) {
    return tauSquaredFor({ alpha, minimumEffect: Math.abs(metric.baseline) * metric.minimumEffect });
  }
  // The spread only sets the scale: it cancels from the planned share of information.
  const spread =
    ((control.variance ?? 0) * (control.n - 1) + (treatment.variance ?? 0) * (treatment.n - 1)) /
    Math.max(1, control.n + treatment.n - 2);
  return tauSquaredForPlan({ alpha, plannedUnits, variance: spread });
}

function readingOf([lower, upper]: ResultInterval, metric: Metric): Reading {
  if (lower !== null && lower > 0) return metric.direction === 'up' ? 'better' : 'worse';
  if (upper !== null && upper < 0) return metric.direction === 'up' ? 'worse' : 'better';
  return 'not_sure';
}

function relativeOf({ control, treatment }: Pair, tauSquared: number, alpha: number) {
  const fixed = relativeLift(control, treatment, { alpha });
  if (fixed.status !== 'ok') return null;
  const always = relativeConfidenceSequence({ control, treatment, tauSquared, alpha });
  return {
    lift: fixed.lift,
    fixed: fixed.fieller.kind === 'interval' ? fixed.fieller.interval : null,
    alwaysValid:
      always.status === 'ok' && always.fieller.kind === 'interval' ? always.fieller.interval : null,
  };
}

function proportionOf(
  metric: Metric,
  control: string,
  treatment: string,
  alpha: number,
  epochs: readonly EpochEvidence[],
) {
  if (metric.kind !== 'proportion') return null;
  const used = epochs.filter(
    (epoch) => (armOf(epoch, control)?.exposed ?? 0n) > 0n && (armOf(epoch, treatment)?.exposed ?? 0n) > 0n,
  );
  const [epoch] = used;
  if (epoch === undefined || used.length > 1) return null;
  const counts = (variant: string) => {
    const sums = sumsOf(metric, armOf(epoch, variant));
    return { successes: Number(sums.s1) / 10 ** metric.decimals, n: Number(sums.n) };
  };
  const result = proportionDifference(counts(control), counts(treatment), { alpha });
  if (result.status !== 'ok') return null;
  return { test: result.method, p: result.pTwoSided, interval: result.newcombe };
}

function seriesOf(
  metric: Metric,
  control: string,
  treatment: string,
  experiment: Experiment,
  evidence: Evidence,
): SeriesPoint[] {
  const days = [...new Set(evidence.days.map((one) => one.day))].sort();
  const soFar = new Map<number, Map<string, ArmEvidence>>();
  const points: SeriesPoint[] = [];
  for (const day of days) {
    for (const one of evidence.days) if (one.day === day) addDay(soFar, one);
    const epochs = [...soFar].map(([epoch, arms]) => ({ epoch, arms: [...arms.values()] }));
    const pair = estimatesOf(metric, control, treatment, epochs);
    if (pair === null) continue;
    const relative = relativeOf(pair, tauSquaredOf(metric, experiment, pair), experiment.alpha);
    if (relative === null) continue;
    points.push({
      day,
      exposed: pair.control.n + pair.treatment.n,
      lift: relative.lift,
      interval: relative.alwaysValid ?? [null, null],
    });
  }
  return points;
}

function addDay(soFar: Map<number, Map<string, ArmEvidence>>, day: EpochEvidence): void {
  const arms = soFar.get(day.epoch) ?? new Map<string, ArmEvidence>();
  soFar.set(day.epoch, arms);
  for (const arm of day.arms) arms.set(arm.variant, addArms(arms.get(arm.variant), arm));
}

/** The sums of two groups of units of the same arm. */
export function addArms(a: ArmEvidence | undefined, b: ArmEvidence): ArmEvidence {
  if (a === undefined) return b;
  const metrics: Record<string, IntegerSums> = { ...a.metrics };
  for (const [key, sums] of Object.entries(b.metrics))
    metrics[key] = addIntegerSums(metrics[key] ?? NOTHING, sums);
  return { variant: a.variant, exposed: a.exposed + b.exposed, metrics };
}

function armOf(epoch: EpochEvidence, variant: string): ArmEvidence | undefined {
  return epoch.arms.find((arm) => arm.variant === variant);
}

function sumOf(
  epochs: readonly EpochEvidence[],
  variant: string,
  count: (arm: ArmEvidence) => bigint,
): bigint {
  return epochs.reduce((total, epoch) => {
    const arm = armOf(epoch, variant);
    return arm === undefined ? total : total + count(arm);
  }, 0n);
}
