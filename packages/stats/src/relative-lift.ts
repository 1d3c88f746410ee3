import { fiellerRatio, liftSet, type FiellerSet } from './fieller.ts';
import { DEFAULT_ALPHA, type Interval, type InvalidInput, unlessOverflow } from './input.ts';
import { checkEstimates, meanDifference, tTest } from './mean-difference.ts';
import type { MeanEstimate } from './strata.ts';

/** (mean_t − mean_c)/|mean_c|, as a share: 0.05 is plus five percent. */
export interface RelativeLiftEstimate {
  readonly status: 'ok';
  readonly lift: number;
  readonly seDelta: number;
  readonly df: number;
  /** For display beside other tools; decisions use `fieller`. */
  readonly delta: {
    readonly statistic: number;
    readonly pTwoSided: number;
    readonly pGreater: number;
    readonly pLess: number;
    readonly interval: Interval;
    readonly lowerOneSided: number;
    readonly upperOneSided: number;
  };
  readonly fieller: FiellerSet;
  /** The absolute test's p: the Fieller set contains 0 exactly when this is at least alpha. */
  readonly pTwoSided: number;
}

export type RelativeLift =
  | RelativeLiftEstimate
  | { readonly status: 'insufficient_data' }
  | { readonly status: 'zero_variance'; readonly lift: number; readonly se: 0 }
  | { readonly status: 'zero_baseline' }
  | InvalidInput;

/**
 * Relative lift with Fieller's interval, which agrees with the absolute test by construction (same t quantile), and the delta method's,
 * which does not: it contradicted the absolute p-value in 1–17 % of simulated experiments and missed up to 6.5 % above at a nominal 2.5 %.
 */
export function relativeLift(
  control: MeanEstimate,
  treatment: MeanEstimate,
  { alpha = DEFAULT_ALPHA }: { readonly alpha?: number } = {},
): RelativeLift {
  const invalid = checkEstimates(control, treatment, alpha);
  if (invalid) return invalid;
  if (control.n < 2 || treatment.n < 2) return { status: 'insufficient_data' };
  const baseline = Math.abs(control.mean);
  if (baseline === 0) return { status: 'zero_baseline' };
  const absolute = meanDifference(control, treatment, { alpha });
  const lift = (treatment.mean - control.mean) / baseline;
  if (!Number.isFinite(lift)) return { status: 'zero_baseline' };
  if (absolute.status === 'zero_variance') return { status: 'zero_variance', lift, se: 0 };
  if (absolute.status !== 'ok') return absolute;
  const seDelta = Math.hypot(
    Math.sqrt(treatment.varianceOfMean) / baseline,
    (Math.sqrt(control.varianceOfMean) / baseline) * (treatment.mean / baseline),
  );
  const { df, critical, pTwoSided } = absolute;
  const { statistic, interval, lowerOneSided, upperOneSided, ...p } = tTest({
    estimate: lift,
    se: seDelta,
    df,
    nullValue: 0,
    alpha,
  });
  const set = fiellerRatio(ratioOfMeans(control, treatment), critical);
  return unlessOverflow({
    status: 'ok' as const,
    lift,
    seDelta,
    df,
    delta: {
      statistic,
      pTwoSided: p.pTwoSided,
      pGreater: p.pGreater,
      pLess: p.pLess,
      interval,
      lowerOneSided,
      upperOneSided,
    },
    fieller: liftSet(set, Math.sign(control.mean)),
    pTwoSided,
  });
}

export function ratioOfMeans(control: MeanEstimate, treatment: MeanEstimate) {
  return {
    numerator: treatment.mean,
    denominator: control.mean,
    varianceOfNumerator: treatment.varianceOfMean,
    varianceOfDenominator: control.varianceOfMean,
  };
}
