import { isOpenUnit } from './input.ts';
import { cStarApproximation } from './mixture-tuning.ts';
import { normalIsf } from './normal-distribution.ts';

/** What other tools compute, to compare and to explain a difference. Nothing in Liftgate decides with these. */

/**
 * GrowthBook's and Eppo's τ²·n parametrisation: c = n·ρ² with ρ² = c_approx(α)/N*. Valid only while the allocation is constant. Both are 0,
 * which no sequence takes, where the units or alpha are unusable.
 */
export function sampleSizeMixture(units: number, tuningUnits: number, alpha: number) {
  const rhoSquared = cStarApproximation(alpha) / tuningUnits;
  const c = units * rhoSquared;
  return rhoSquared > 0 && c >= 0 && Number.isFinite(c) ? { rhoSquared, c } : { rhoSquared: 0, c: 0 };
}

/**
 * Statsig's mSPRT multiplier: τ shrinks with n, so that z* is constant in n and the interval is not time-uniform
 * (by the law of the iterated logarithm), though conservative in practice. Null where alpha is not in (0, 1), a variance is not positive, or
 * a result leaves the range of a double.
 */
export function shrinkingMixture(varianceOfDifference: number, pooledVariancePerUnit: number, alpha: number) {
  const z = normalIsf(alpha / 2);
  const tau = z * z * pooledVariancePerUnit;
  const c = tau / varianceOfDifference;
  const zStar = Math.sqrt((1 + 1 / c) * (Math.log1p(c) - 2 * Math.log(alpha / 2)));
  const usable = isOpenUnit(alpha) && varianceOfDifference > 0 && pooledVariancePerUnit > 0;
  return usable && Number.isFinite(tau) && Number.isFinite(zStar) ? { tau, zStar } : null;
}
