import kernelBetaincinv from '@stdlib/math-base-special-kernel-betaincinv';
import { betaCdf, betaSf, logBetaTail } from './beta-distribution.ts';
import { normalIsf } from './normal-distribution.ts';

/** P(T > t) for Student's t with df > 0 degrees of freedom (df need not be whole). */
export function tSf(t: number, df: number): number {
  if (t < 0) return 1 - tSf(-t, df);
  const square = t * t;
  if (square < 0.5) return 0.5 - 0.5 * betaCdf(square / (df + square), 0.5, df / 2);
  if (square < df) return 0.5 * betaSf(square / (df + square), 0.5, df / 2);
  return 0.5 * betaCdf(df / (df + square), df / 2, 0.5);
}

/** ln P(T > t), finite for |t| up to 1e150 and df > 0. */
export function tLogSf(t: number, df: number): number {
  if (t < 0) return Math.log1p(-tSf(-t, df));
  const sf = tSf(t, df);
  if (sf > 1e-280) return Math.log(sf);
  const ratio = (t / df) * t;
  return logBetaTail(1 / (1 + ratio), ratio / (1 + ratio), df / 2, 0.5) - Math.LN2;
}

/**
 * The t with P(T > t) = p, for p in (0, 1). Infinity where t² exceeds a double (df below 2, far out), and at 0;
 * −Infinity at 1, NaN outside.
 */
export function tIsf(p: number, df: number): number {
  if (p === 0.5) return 0;
  if (p > 0.5) return -tIsf(1 - p, df);
  if (df > 1e12) return normalIsf(p);
  const [x = 0, complement = 0] = kernelBetaincinv(df / 2, 0.5, 2 * p, 1 - 2 * p);
  return Math.sqrt((df * complement) / x);
}
