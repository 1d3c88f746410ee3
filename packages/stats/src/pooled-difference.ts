import { complainUnlessOpenUnit, DEFAULT_ALPHA, firstComplaint, unlessOverflow } from './input.ts';
import { tTest, type MeanDifference, type MeanDifferenceOptions } from './mean-difference.ts';
import { checkArms, variance, type Moments } from './moments.ts';

/**
 * Student's test with one pooled variance. Exact for normal units with equal variances in both arms; off when both sizes and variances differ
 * (Welch's test is not), so use it only to compare with a published analysis. Source: Student (1908).
 */
export function pooledMeanDifference(
  control: Moments,
  treatment: Moments,
  { alpha = DEFAULT_ALPHA, null: nullValue = 0 }: MeanDifferenceOptions = {},
): MeanDifference {
  const invalid = firstComplaint(complainUnlessOpenUnit('alpha', alpha)) ?? checkArms(control, treatment);
  if (invalid) return invalid;
  const vc = variance(control);
  const vt = variance(treatment);
  if (vc === null || vt === null) return { status: 'insufficient_data' };
  const df = control.n + treatment.n - 2;
  const pooled = vc * ((control.n - 1) / df) + vt * ((treatment.n - 1) / df);
  const estimate = treatment.mean - control.mean;
  if (pooled === 0) return { status: 'zero_variance', estimate, se: 0 };
  const se = Math.sqrt(pooled * (1 / control.n + 1 / treatment.n));
  const test = tTest({ estimate, se, df, nullValue, alpha });
  return unlessOverflow({
    status: 'ok' as const,
    meanControl: control.mean,
    meanTreatment: treatment.mean,
    ...test,
  });
}
