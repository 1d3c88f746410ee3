import { betaCdf, betaSf } from './beta-distribution.ts';
import { deviance, stirlingError } from './log-gamma.ts';

/** P(K ≥ k) for K ~ Binomial(n, p), n a count and p in (0, 1). */
export function binomialSfAtLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  return k > n ? 0 : betaCdf(p, k, n - k + 1);
}

/** P(K ≤ k) for K ~ Binomial(n, p), n a count and p in (0, 1). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  return k >= n ? 1 : betaSf(p, k + 1, n - k);
}

/** ln P(K = k), n a count and p in (0, 1); −Infinity where the count k is impossible. Source: Loader (2000). */
export function binomialLogPmf(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return -Infinity;
  if (k === 0) return n * Math.log1p(-p);
  if (k === n) return n * Math.log(p);
  return (
    0.5 * Math.log(n / (2 * Math.PI * k * (n - k))) +
    (stirlingError(n) - stirlingError(k) - stirlingError(n - k)) -
    deviance(k, n * p) -
    deviance(n - k, n * (1 - p))
  );
}
