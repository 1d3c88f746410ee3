import { complaintAboutBivariate, type BivariateMoments } from './bivariate-moments.ts';
import {
  complainUnlessOpenUnit,
  DEFAULT_ALPHA,
  firstComplaint,
  isCount,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { meanDifference, type MeanTest } from './mean-difference.ts';
import { relativeLift, type RelativeLift } from './relative-lift.ts';
import type { MeanEstimate } from './strata.ts';

export type RatioDifference =
  | (MeanTest & { readonly seControl: number; readonly seTreatment: number; readonly relative: RelativeLift })
  | {
      readonly status: 'zero_variance';
      readonly ratioControl: number;
      readonly ratioTreatment: number;
      readonly estimate: number;
      readonly se: 0;
    }
  | { readonly status: 'insufficient_data' | 'zero_denominator' }
  | InvalidInput;

/**
 * Difference of Σy/Σx between arms, with the randomised unit as the unit of analysis (never the request).
 * Delta method for each arm's ratio, Fieller for the relative lift; asymptotic in the number of units. Units with x = 0 stay in.
 */
export function ratioDifference(
  control: BivariateMoments,
  treatment: BivariateMoments,
  { alpha = DEFAULT_ALPHA }: { readonly alpha?: number } = {},
): RatioDifference {
  const invalid = firstComplaint(
    complainUnlessOpenUnit('alpha', alpha),
    complaintAboutBivariate('control', control),
    complaintAboutBivariate('treatment', treatment),
  );
  if (invalid) return invalid;
  if (control.n < 2 || treatment.n < 2) return { status: 'insufficient_data' };
  const c = ratioEstimate(control);
  const t = ratioEstimate(treatment);
  if (c === null || t === null) return { status: 'zero_denominator' };
  const test = meanDifference(c, t, { alpha });
  if (test.status === 'zero_variance') {
    return { ...test, ratioControl: c.mean, ratioTreatment: t.mean };
  }
  if (test.status !== 'ok') return test;
  return unlessOverflow({
    ...test,
    seControl: Math.sqrt(c.varianceOfMean),
    seTreatment: Math.sqrt(t.varianceOfMean),
    relative: relativeLift(c, t, { alpha }),
  });
}

/** One arm's R = Σy/Σx with var(R) = (s_yy − 2R s_xy + R² s_xx)/(n x̄²); null with fewer than two units or Σx = 0. */
export function ratioEstimate(m: BivariateMoments): MeanEstimate | null {
  if (!isCount(m.n) || m.n < 2 || m.meanX === 0) return null;
  const ratio = m.meanY / m.meanX;
  const raw = m.syy + ratio * ratio * m.sxx;
  const squares = m.syy - 2 * ratio * m.sxy + ratio * ratio * m.sxx;
  const variance = squares <= 1e-12 * raw ? 0 : squares / (m.n - 1) / (m.meanX * m.meanX);
  if (!Number.isFinite(ratio) || !Number.isFinite(variance)) return null;
  return { n: m.n, mean: ratio, variance, varianceOfMean: variance / m.n, df: m.n - 1 };
}
