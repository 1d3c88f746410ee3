import { complainUnlessOpenUnit, firstComplaint, type InvalidInput } from './input.ts';

/**
 * Combining e-values, all given and returned as natural logarithms. An e-value is evidence with expectation at most 1 under its null:
 * E ≥ 1/α rejects at level α, at any time of looking.
 */

/** ln of the arithmetic mean: an e-value for "none of the nulls is false", under any dependence. Several guardrails → one verdict.
 * A value that is not a number counts as no evidence (e = 0), an infinite one as the largest double. */
export function meanOfLogE(logEs: readonly number[]): number {
  if (logEs.length === 0) return 0;
  const known = logEs.filter((logE) => !Number.isNaN(logE));
  const largest = known.reduce((most, logE) => Math.max(most, logE), -Infinity);
  if (!Number.isFinite(largest)) return Math.sign(largest) * Number.MAX_VALUE;
  const sum = known.reduce((total, logE) => total + Math.exp(logE - largest), 0);
  return largest + Math.log(sum / logEs.length);
}

/** ln of the product: an e-value over stages, each of which starts when the one before has ended; 0 where a factor is not a number. */
export function productOfLogE(logEs: readonly number[]): number {
  const total = logEs.reduce((sum, logE) => sum + logE, 0);
  if (Number.isNaN(total)) return 0;
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, total));
}

export type ERejections = { readonly status: 'ok'; readonly rejected: readonly boolean[] } | InvalidInput;

/**
 * e-BH: rejects the k* largest e-values, k* = max{k : e_(k) ≥ m/(αk)}. False discovery rate at most α under any dependence.
 * Source: Wang and Ramdas (2022).
 */
export function eBenjaminiHochberg(logEs: readonly number[], alpha: number): ERejections {
  const invalid = checkLogEs(logEs, alpha);
  if (invalid) return invalid;
  const m = logEs.length;
  const sorted = [...logEs].sort((a, b) => b - a);
  let count = 0;
  sorted.forEach((logE, i) => {
    if (reaches(logE, m / (alpha * (i + 1)))) count = i + 1;
  });
  const cut = sorted[count - 1];
  return { status: 'ok', rejected: logEs.map((logE) => cut !== undefined && logE >= cut) };
}

/** Rejects each e-value of at least m/α: family-wise error at most α under any dependence. */
export function eBonferroni(logEs: readonly number[], alpha: number): ERejections {
  const invalid = checkLogEs(logEs, alpha);
  if (invalid) return invalid;
  return { status: 'ok', rejected: logEs.map((logE) => reaches(logE, logEs.length / alpha)) };
}

/** E ≥ threshold, forgiving the rounding of two logarithms. */
function reaches(logE: number, threshold: number): boolean {
  return logE >= Math.log(threshold) - 1e-13;
}

function checkLogEs(logEs: readonly number[], alpha: number): InvalidInput | null {
  return firstComplaint(
    complainUnlessOpenUnit('alpha', alpha),
    ...logEs.map((logE, i) => (Number.isNaN(logE) ? `logEs[${i}] must be a number, got NaN` : null)),
  );
}
