import { firstComplaint, type InvalidInput } from './input.ts';

/** `bonferroni` and `holm` bound the chance of any false claim; `benjamini_hochberg` (independent or positively dependent p) and
 * `benjamini_yekutieli` (any dependence) the expected share of false ones. */
export type Correction = 'bonferroni' | 'holm' | 'benjamini_hochberg' | 'benjamini_yekutieli';

export type AdjustedPValues =
  | { readonly status: 'ok'; readonly adjusted: readonly (number | null)[] }
  | InvalidInput;

/**
 * Adjusted p-values in the order given: compare them with α as they are. A null p (no test yet) stays null and does not count.
 * Sources: Holm (1979); Benjamini and Hochberg (1995); Benjamini and Yekutieli (2001).
 */
export function adjustPValues(p: readonly (number | null)[], correction: Correction): AdjustedPValues {
  const invalid = firstComplaint(
    ...p.map((value, i) =>
      value === null || (value >= 0 && value <= 1) ? null : `p[${i}] must be in [0, 1], got ${value}`,
    ),
  );
  if (invalid) return invalid;
  const ranked = p
    .flatMap((value, index) => (value === null ? [] : [{ value, index }]))
    .sort((a, b) => a.value - b.value);
  const sorted = ranked.map(({ value }) => value);
  const adjustedSorted = adjustSorted(sorted, correction);
  const adjusted: (number | null)[] = p.map(() => null);
  ranked.forEach(({ index }, rank) => {
    adjusted[index] = Math.min(1, adjustedSorted[rank] ?? 1);
  });
  return { status: 'ok', adjusted };
}

/** From ascending p-values. */
function adjustSorted(p: readonly number[], correction: Correction): number[] {
  const m = p.length;
  if (correction === 'bonferroni') return p.map((value) => m * value);
  if (correction === 'holm') return runningMax(p.map((value, k) => (m - k) * value));
  const penalty = correction === 'benjamini_yekutieli' ? harmonic(m) : 1;
  return runningMinFromRight(p.map((value, k) => (penalty * m * value) / (k + 1)));
}

function runningMax(values: readonly number[]): number[] {
  let largest = 0;
  return values.map((value) => (largest = Math.max(largest, value)));
}

function runningMinFromRight(values: readonly number[]): number[] {
  let smallest = Infinity;
  return values
    .toReversed()
    .map((value) => (smallest = Math.min(smallest, value)))
    .toReversed();
}

function harmonic(m: number): number {
  return Array.from({ length: m }, (_, k) => 1 / (k + 1)).reduce((sum, term) => sum + term, 0);
}
