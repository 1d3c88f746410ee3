import {
  burnIn,
  combineStrata,
  relativeMargin,
  tauSquaredFor,
  tauSquaredForPlan,
  type MeanEstimate,
} from '@liftgate/stats';
import type { Goal } from './plan.ts';
import type { MetricStratum } from './decision-evidence.ts';

export type MetricTuning = Pick<Goal, 'direction' | 'baseline' | 'minimumEffect' | 'plannedUnits'>;

export type MetricComparison =
  | { readonly status: 'insufficient_data'; readonly controlUnits: number; readonly treatmentUnits: number }
  | {
      readonly status: 'ok';
      readonly control: MeanEstimate;
      readonly treatment: MeanEstimate;
      /** Positive is better, whichever way the metric points. Null where the control mean is 0. */
      readonly lift: number | null;
      /** Treatment − control, positive is better, and its standard error, in the metric's unit. */
      readonly gain: number;
      readonly se: number;
      /** ln of the e-value for "worse than control". */
      readonly harmLogE: number;
    };

/**
 * Both arms of a metric over all stage epochs, by inverse variance, once normal approximations may be used (30 units per arm and 10 units
 * that are not zero). The harm e-process is the half-normal mixture on the plain difference, tuned before the start.
 */
export function compareMetric(
  strata: readonly MetricStratum[],
  tuning: MetricTuning,
  harmAlpha: number,
): MetricComparison {
  const total = (count: (stratum: MetricStratum) => number): number =>
    strata.reduce((sum, stratum) => sum + count(stratum), 0);
  const controlUnits = total((stratum) => stratum.control.n);
  const treatmentUnits = total((stratum) => stratum.treatment.n);
  const nonZero = total((stratum) => stratum.control.nonZero + stratum.treatment.nonZero);
  const ready = burnIn({ control: controlUnits, treatment: treatmentUnits, nonZero }).ready;
  const pair = ready ? combineStrata(strata) : null;
  if (pair === null) return { status: 'insufficient_data', controlUnits, treatmentUnits };
  const { control, treatment } = pair;
  const better = tuning.direction === 'up' ? 1 : -1;
  // Plus zero: no negative zero, which JSON would turn into zero.
  const gain = better * (treatment.mean - control.mean) + 0;
  const tauSquared = tauSquaredOf(tuning, pair, { alpha: harmAlpha, sides: 1 });
  return {
    status: 'ok',
    control,
    treatment,
    lift: control.mean === 0 ? null : gain / Math.abs(control.mean),
    gain,
    se: Math.sqrt(control.varianceOfMean + treatment.varianceOfMean),
    harmLogE: harmBeyond(0, pair, { ...tuning, tauSquared, alpha: harmAlpha }),
  };
}

export type Pair = { readonly control: MeanEstimate; readonly treatment: MeanEstimate };

/** ln of the e-value for "worse by more than `drop`", by the contrast with the ratio 1 ± drop. */
export function harmBeyond(
  drop: number,
  { control, treatment }: Pair,
  { direction, tauSquared, alpha }: Pick<MetricTuning, 'direction'> & { tauSquared: number; alpha: number },
): number {
  const towards = direction === 'up' ? -1 : 1;
  const ratio = 1 + towards * drop * (control.mean < 0 ? -1 : 1);
  const margin = relativeMargin({
    control,
    treatment,
    ratio,
    direction: direction === 'up' ? 'decrease' : 'increase',
    tauSquared,
    alpha,
  });
  return margin.status === 'ok' ? margin.logE : 0;
}

/** τ² from the baseline and the effect worth detecting; without a baseline from the planned units, the running spread being only the scale. */
export function tauSquaredOf(
  { baseline, minimumEffect, plannedUnits }: MetricTuning,
  pair: Pair,
  { alpha, sides }: { readonly alpha: number; readonly sides: 1 | 2 },
): number {
  if (baseline !== null) {
    return tauSquaredFor({ alpha, sides, minimumEffect: Math.abs(baseline) * minimumEffect });
  }
  return tauSquaredForPlan({
    alpha: sides === 1 ? 2 * alpha : alpha,
    plannedUnits,
    variance: pooledVariance(pair),
  });
}

export function pooledVariance({ control, treatment }: Pair): number {
  const within = (control.variance ?? 0) * (control.n - 1) + (treatment.variance ?? 0) * (treatment.n - 1);
  return within / Math.max(1, control.n + treatment.n - 2);
}
