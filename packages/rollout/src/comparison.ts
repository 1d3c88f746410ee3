import {
  combineStrata,
  confidenceSequence,
  meanDifference,
  momentsFromIntegers,
  proportionDifference,
  relativeConfidenceSequence,
  relativeLift,
  tauSquaredFor,
  tauSquaredForPlan,
  type MeanEstimate,
  type Metric,
  type Moments,
} from '@liftgate/stats';
import { activeUnits, armOf, sumsOf } from './arm-evidence.ts';
import type { ArmEvidence, EpochEvidence } from './evidence.ts';
import type { Experiment } from './experiment.ts';
import type { Comparison, Reading, ResultInterval } from './result.ts';

/** No asymptotic statement before so many units in each arm, and so many with a value in all (STATISTICS b3). */
export const MINIMUM_UNITS = 30;
export const MINIMUM_ACTIVE_UNITS = 10;

/** Everything of a comparison but how it came about over the days. */
export type Compared = OmitSeries<Comparison>;
type OmitSeries<T> = T extends unknown ? Omit<T, 'series'> : never;

export function comparison(
  metric: Metric,
  control: string,
  treatment: string,
  experiment: Experiment,
  epochs: readonly EpochEvidence[],
): Compared {
  const nothing = (
    status: 'insufficient_data' | 'zero_variance' | 'invalid_input',
    reason: string,
  ): Compared => ({ status, treatment, reading: 'not_enough', reason });
  const estimates = estimatesOf(metric, control, treatment, epochs);
  if (estimates === null)
    return nothing('insufficient_data', 'each group needs at least two measured members in the same stage');
  const { alpha } = experiment;
  const welch = meanDifference(estimates.control, estimates.treatment, { alpha });
  if (welch.status === 'invalid_input') return nothing('invalid_input', welch.message);
  if (welch.status === 'zero_variance')
    return nothing('zero_variance', 'everybody has the same value, so there is no spread to judge by');
  if (welch.status !== 'ok')
    return nothing('insufficient_data', 'each group needs at least two measured members');
  const tauSquared = tauSquaredOf(metric, experiment, estimates);
  const always = confidenceSequence({ estimate: welch.estimate, se: welch.se, tauSquared, alpha });
  if (always.status !== 'ok') return nothing('zero_variance', 'there is no spread to judge by');
  const enough = isEnough(metric, control, treatment, estimates, epochs);
  return {
    status: 'ok',
    treatment,
    reading: enough ? readingOf(always.interval, metric) : 'not_enough',
    absolute: {
      estimate: welch.estimate,
      se: welch.se,
      fixed: { statistic: welch.statistic, df: welch.df, p: welch.pTwoSided, interval: welch.interval },
      alwaysValid: { p: always.p, interval: always.interval },
    },
    relative: relativeOf(estimates, tauSquared, alpha),
    proportion: proportionOf(metric, control, treatment, alpha, epochs),
  };
}

function isEnough(
  metric: Metric,
  control: string,
  treatment: string,
  estimates: Pair,
  epochs: readonly EpochEvidence[],
): boolean {
  if (Math.min(estimates.control.n, estimates.treatment.n) < MINIMUM_UNITS) return false;
  const active = epochs
    .flatMap((epoch) => [armOf(epoch, control), armOf(epoch, treatment)])
    .reduce((total, arm) => total + activeUnits(metric, arm), 0n);
  return active >= BigInt(MINIMUM_ACTIVE_UNITS);
}

export interface Pair {
  readonly control: MeanEstimate;
  readonly treatment: MeanEstimate;
}

export function estimatesOf(
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

/** With a baseline and a minimum effect, tuned for that effect; else for the planned number of units. */
export function tauSquaredOf(metric: Metric, experiment: Experiment, { control, treatment }: Pair): number {
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

export function relativeOf({ control, treatment }: Pair, tauSquared: number, alpha: number) {
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
