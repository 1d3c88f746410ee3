import { binomialCdf, binomialSfAtLeast } from './binomial-distribution.ts';
import {
  complainUnlessCount,
  complainUnlessOpenUnit,
  DEFAULT_ALPHA,
  firstComplaint,
  isCount,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { normalIsf } from './normal-distribution.ts';

/**
 * Ranks (1-based) of the order statistics that bracket a quantile: the interval is [x_(lower), x_(upper)].
 * Rank 0 and rank n + 1 mean that this side has no bound yet: a two-sided 95 % interval of a p95 needs 72 units.
 */
export interface QuantileRanks {
  readonly status: 'ok';
  readonly lowerRank: number;
  readonly upperRank: number;
}

export type FixedQuantileRanks =
  | (QuantileRanks & {
      /** P(lower ≤ Bin(n, q) < upper), at least 1 − alpha. */
      readonly coverage: number;
      /** nq ∓ z√(nq(1 − q)): what a normal approximation would use, for comparison (covers 92–97 % at a nominal 95 %). */
      readonly normalLowerRank: number;
      readonly normalUpperRank: number;
    })
  | { readonly status: 'insufficient_data' }
  | InvalidInput;

/**
 * Distribution-free ranks for the q-quantile of independent units, for one planned look:
 * lower = max{l : P(Bin(n, q) ≤ l − 1) ≤ α/2}, upper = min{u : P(Bin(n, q) ≥ u) ≤ α/2}.
 */
export function quantileRanks(n: number, q: number, alpha: number = DEFAULT_ALPHA): FixedQuantileRanks {
  const invalid = checkQuantile(n, q, alpha);
  if (invalid) return invalid;
  if (n === 0) return { status: 'insufficient_data' };
  const lowerRank = lastWhere(0, n, (l) => binomialCdf(l - 1, n, q) <= alpha / 2);
  const upperRank = n + 1 - lastWhere(0, n, (d) => binomialSfAtLeast(n + 1 - d, n, q) <= alpha / 2);
  const half = normalIsf(alpha / 2) * Math.sqrt(n * q * (1 - q));
  return unlessOverflow({
    status: 'ok' as const,
    lowerRank,
    upperRank,
    coverage: binomialCdf(upperRank - 1, n, q) - binomialCdf(lowerRank - 1, n, q),
    normalLowerRank: n * q - half,
    normalUpperRank: n * q + half,
  });
}

export function checkQuantile(n: number, q: number, alpha: number): InvalidInput | null {
  return firstComplaint(
    complainUnlessCount('n', n),
    complainUnlessOpenUnit('q', q),
    complainUnlessOpenUnit('alpha', alpha),
  );
}

/** What is wrong with ranks of the caller among n units, or null. */
export function complaintAboutRanks(
  { lowerRank, upperRank }: { readonly lowerRank: number; readonly upperRank: number },
  n: number,
): string | null {
  return isCount(lowerRank) && isCount(upperRank) && lowerRank <= upperRank && upperRank <= n + 1
    ? null
    : `ranks must be whole and ascend within [0, ${n + 1}], got ${lowerRank} and ${upperRank}`;
}

/** The largest k in [from, to] for which a property that holds at `from` and stops once still holds. */
export function lastWhere(from: number, to: number, holds: (k: number) => boolean): number {
  let yes = from;
  let no = to + 1;
  while (no - yes > 1) {
    const middle = yes + Math.floor((no - yes) / 2);
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}
