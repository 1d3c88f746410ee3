import erfc from '@stdlib/math-base-special-erfc';
import erfcinv from '@stdlib/math-base-special-erfcinv';
import erfcx from '@stdlib/math-base-special-erfcx';

const SQRT_HALF_PI = 1.2533141373155003;
const INVERSE_SQRT_TWO_PI = 0.3989422804014327;

/** φ(z), the standard normal density. */
export function normalDensity(z: number): number {
  return INVERSE_SQRT_TWO_PI * Math.exp(-0.5 * z * z);
}

/** P(Z ≤ z). */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z * Math.SQRT1_2);
}

/** P(Z > z); accurate in the far tail, where 1 − cdf would be 0. */
export function normalSf(z: number): number {
  return 0.5 * erfc(z * Math.SQRT1_2);
}

/** ln P(Z > z), finite for |z| up to 1e154, where z² is. */
export function normalLogSf(z: number): number {
  if (z < -1) return Math.log1p(-normalSf(-z));
  if (z < 1) return Math.log(normalSf(z));
  return Math.log(0.5 * erfcx(z * Math.SQRT1_2)) - 0.5 * z * z;
}

/** ln P(Z ≤ z). */
export function normalLogCdf(z: number): number {
  return normalLogSf(-z);
}

/** Mills' ratio P(Z > z)/φ(z), for z ≥ 0: the form in which small tails do not cancel. Infinity far below 0. */
export function millsRatio(z: number): number {
  return SQRT_HALF_PI * erfcx(z * Math.SQRT1_2);
}

/** The z with P(Z > z) = p, for p in (0, 1); Infinity at 0, −Infinity at 1, NaN outside [0, 1]. */
export function normalIsf(p: number): number {
  return Math.SQRT2 * erfcinv(2 * p);
}
