import { cStarApproximation } from './mixture-tuning.ts';
import { normalIsf } from './normal-distribution.ts';

/** What other tools compute, to compare and to explain a difference. Nothing in Liftgate decides with these. */

/** GrowthBook's and Eppo's τ²·n parametrisation: c = n·ρ² with ρ² = c_approx(α)/N*. Valid only while the allocation is constant. */
export function sampleSizeMixture(units: number, tuningUnits: number, alpha: number) {
  const rhoSquared = cStarApproximation(alpha) / tuningUnits;
  return { rhoSquared, c: units * rhoSquared };
}

/**
 * Statsig's mSPRT multiplier: τ shrinks with n, so that z* is constant in n and the interval is not time-uniform
 * (by the law of the iterated logarithm), though conservative in practice.
 */
export function shrinkingMixture(varianceOfDifference: number, pooledVariancePerUnit: number, alpha: number) {
  const z = normalIsf(alpha / 2);
  const tau = z * z * pooledVariancePerUnit;
  const c = tau / varianceOfDifference;
  return { tau, zStar: Math.sqrt((1 + 1 / c) * (Math.log1p(c) - 2 * Math.log(alpha / 2))) };
}
