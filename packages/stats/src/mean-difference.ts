import {
  complainUnlessFinite,
  complainUnlessNotNegative,
  complainUnlessOpenUnit,
  DEFAULT_ALPHA,
  firstComplaint,
  type Interval,
  type InvalidInput,
  unlessOverflow,
  complainUnlessPositive,
} from './input.ts';
import { checkArms, type Moments } from './moments.ts';
import { meanEstimate, type MeanEstimate } from './strata.ts';
import { tIsf, tSf } from './t-distribution.ts';

export interface MeanDifferenceOptions {
  /** 1 − confidence, for example 0.05. */
  readonly alpha?: number;
  /** The difference under the null hypothesis, in the metric's unit. */
  readonly null?: number;
}

/** A two-sample t-test; all means, errors and intervals in the metric's unit. */
export interface MeanTest {
  readonly status: 'ok';
  readonly meanControl: number;
  readonly meanTreatment: number;
  /** Treatment minus control. */
  readonly estimate: number;
  readonly se: number;
  readonly statistic: number;
  readonly df: number;
  readonly pTwoSided: number;
  /** P-value against "treatment is not greater". */
  readonly pGreater: number;
  readonly pLess: number;
  /** t with `alpha/2` above it: interval = estimate ± critical·se. */
  readonly critical: number;
  readonly interval: Interval;
  readonly lowerOneSided: number;
  readonly upperOneSided: number;
}

export type MeanDifference =
  | MeanTest
  | { readonly status: 'insufficient_data' }
  | { readonly status: 'zero_variance'; readonly estimate: number; readonly se: 0 }
  | InvalidInput;

/**
 * Welch's test of the difference of two means, for one look planned in advance.
 * Assumes independent units and means that are nearly normal (n ≥ 30 and ≥ 10 non-zero units for a claim).
 * One constant arm is fine: the degrees of freedom are then the other arm's. Source: Welch (1947), df after Satterthwaite.
 */
export function meanDifference(
  control: MeanEstimate,
  treatment: MeanEstimate,
  { alpha = DEFAULT_ALPHA, null: nullValue = 0 }: MeanDifferenceOptions = {},
): MeanDifference {
  const invalid = checkEstimates(control, treatment, alpha, nullValue);
  if (invalid) return invalid;
  if (control.n < 2 || treatment.n < 2) return { status: 'insufficient_data' };
  const estimate = treatment.mean - control.mean;
  const v = control.varianceOfMean + treatment.varianceOfMean;
  if (v === 0) return { status: 'zero_variance', estimate, se: 0 };
  const test = tTest({ estimate, se: Math.sqrt(v), df: welchDf(control, treatment), nullValue, alpha });
  return unlessOverflow({
    status: 'ok' as const,
    meanControl: control.mean,
    meanTreatment: treatment.mean,
    ...test,
  });
}

/** Welch's test straight from moments; moments that no data can have are invalid input. */
export function welch(
  control: Moments,
  treatment: Moments,
  options: MeanDifferenceOptions = {},
): MeanDifference {
  const invalid =
    firstComplaint(complainUnlessOpenUnit('alpha', options.alpha ?? DEFAULT_ALPHA)) ??
    checkArms(control, treatment);
  if (invalid) return invalid;
  const c = meanEstimate(control);
  const t = meanEstimate(treatment);
  return c && t ? meanDifference(c, t, options) : { status: 'insufficient_data' };
}

/** 1/(r²/df_c + (1 − r)²/df_t) with r the control's share of the variance: Satterthwaite's df without overflow. */
export function welchDf(control: MeanEstimate, treatment: MeanEstimate): number {
  const r = control.varianceOfMean / (control.varianceOfMean + treatment.varianceOfMean);
  return 1 / ((r * r) / control.df + ((1 - r) * (1 - r)) / treatment.df);
}

/** The t-test of one estimate with its standard error. */
export function tTest(input: { estimate: number; se: number; df: number; nullValue: number; alpha: number }) {
  const { estimate, se, df, alpha } = input;
  const statistic = (estimate - input.nullValue) / se;
  const critical = tIsf(alpha / 2, df);
  const criticalOneSided = tIsf(alpha, df);
  return {
    estimate,
    se,
    statistic,
    df,
    pTwoSided: Math.min(1, 2 * tSf(Math.abs(statistic), df)),
    pGreater: tSf(statistic, df),
    pLess: tSf(-statistic, df),
    critical,
    interval: [estimate - critical * se, estimate + critical * se] as const,
    lowerOneSided: estimate - criticalOneSided * se,
    upperOneSided: estimate + criticalOneSided * se,
  };
}

export function checkEstimates(
  control: MeanEstimate,
  treatment: MeanEstimate,
  alpha: number,
  nullValue = 0,
): InvalidInput | null {
  return firstComplaint(
    complainUnlessOpenUnit('alpha', alpha),
    complainUnlessFinite('null', nullValue),
    complaintAboutEstimate('control', control),
    complaintAboutEstimate('treatment', treatment),
  );
}

function complaintAboutEstimate(name: string, { n, mean, varianceOfMean, df }: MeanEstimate): string | null {
  return (
    complainUnlessNotNegative(`${name}.n`, n) ??
    complainUnlessFinite(`${name}.mean`, mean) ??
    complainUnlessNotNegative(`${name}.varianceOfMean`, varianceOfMean) ??
    (n < 2 ? null : complainUnlessPositive(`${name}.df`, df))
  );
}
