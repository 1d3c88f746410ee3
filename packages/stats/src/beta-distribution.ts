import kernelBetainc from '@stdlib/math-base-special-kernel-betainc';
import kernelBetaincinv from '@stdlib/math-base-special-kernel-betaincinv';
import { logBetaKernel } from './log-gamma.ts';

/** Below this the tail is computed as a logarithm, because the value itself loses digits and then underflows. */
const SMALL_TAIL = 1e-280;

/** P(X ≤ x) for X ~ Beta(a, b), a, b > 0; NaN for other shapes. */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return clampToUnit(kernelBetainc(x, a, b, true, false)[0]);
}

/** P(X > x) for X ~ Beta(a, b), a, b > 0; NaN for other shapes. */
export function betaSf(x: number, a: number, b: number): number {
  if (x <= 0) return 1;
  if (x >= 1) return 0;
  return clampToUnit(kernelBetainc(x, a, b, true, true)[0]);
}

/** ln P(X ≤ x) for x in (0, 1); finite where the probability itself underflows. −Infinity or NaN at and beyond the ends of x. */
export function betaLogCdf(x: number, a: number, b: number): number {
  const cdf = betaCdf(x, a, b);
  if (cdf > 0.5) return Math.log1p(-betaSf(x, a, b));
  return cdf > SMALL_TAIL ? Math.log(cdf) : logBetaTail(x, 1 - x, a, b);
}

/** ln P(X > x) for x in (0, 1); finite where the probability itself underflows. −Infinity or NaN at and beyond the ends of x. */
export function betaLogSf(x: number, a: number, b: number): number {
  const sf = betaSf(x, a, b);
  if (sf > 0.5) return Math.log1p(-betaCdf(x, a, b));
  return sf > SMALL_TAIL ? Math.log(sf) : logBetaTail(1 - x, x, b, a);
}

/** The x with P(X ≤ x) = p, for p in (0, 1) and a, b > 0; of anything else the answer means nothing. */
export function betaQuantile(p: number, a: number, b: number): number {
  return polished(kernelBetaincinv(a, b, p, 1 - p)[0] ?? 0, Math.log(p), a, b, betaLogCdf, -1);
}

/** The x with P(X > x) = p, for p in (0, 1) and a, b > 0; of anything else the answer means nothing. */
export function betaIsf(p: number, a: number, b: number): number {
  return polished(kernelBetaincinv(a, b, 1 - p, p)[0] ?? 0, Math.log(p), a, b, betaLogSf, 1);
}

/**
 * ln I_x(a, b) for x well below the mean: kernel times Didonato and Morris's continued fraction, evaluated by Lentz's method.
 * Needed because no library returns this tail as a logarithm. For x in (0, 1) with complement 1 − x, and a, b > 0; NaN elsewhere.
 */
export function logBetaTail(x: number, complement: number, a: number, b: number): number {
  return logBetaKernel(x, complement, a, b) - Math.log(a) + Math.log(betaContinuedFraction(x, a, b));
}

/** Newton steps on the log tail: the library's inverse is right to about nine digits in x, which far out is fewer in p. */
function polished(
  start: number,
  logP: number,
  a: number,
  b: number,
  logTail: (x: number, a: number, b: number) => number,
  sign: 1 | -1,
): number {
  let x = start;
  for (let step = 0; step < 3 && x > 0 && x < 1; step++) {
    const tail = logTail(x, a, b);
    // d ln tail/dx = ∓ density/tail, with density = kernel/(x(1 − x)).
    const slope = Math.exp(logBetaKernel(x, 1 - x, a, b) - tail) / (x * (1 - x));
    const next = x + (sign * (tail - logP)) / slope;
    if (!(next > 0 && next < 1) || Math.abs(next - x) <= 1e-15 * x) break;
    x = next;
  }
  return x;
}

function betaContinuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (y: number): number => (Math.abs(y) < tiny ? tiny : y);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return fraction;
}

function clampToUnit(p: number | undefined): number {
  return p === undefined ? 0 : Math.min(1, Math.max(0, p));
}
