import {
  DEFAULT_ALPHA,
  complainUnlessPositive,
  firstComplaint,
  isCount,
  isOpenUnit,
  type InvalidInput,
} from './input.ts';
import { deviance, logBeta, stirlingError } from './log-gamma.ts';
import { cStar } from './mixture-tuning.ts';
import { checkQuantile, lastWhere, type QuantileRanks } from './quantile-ranks.ts';

/**
 * Always-valid ranks for the q-quantile of independent units: at every n at once, x_(lower) ≤ quantile ≤ x_(upper) with probability 1 − α.
 * Exact at any n (no asymptotics): the number of units below the true quantile is Bin(n, q), and the ranks are those that the two-sided
 * beta-binomial mixture does not reject. `concentration` tunes it, see `rankConcentration`.
 * Source: Howard and Ramdas (2022). For two arms give each α/2 and subtract the intervals.
 */
export function quantileSequenceRanks(input: {
  readonly n: number;
  readonly q: number;
  readonly concentration: number;
  readonly alpha?: number;
}): QuantileRanks | InvalidInput {
  const { n, q, concentration, alpha = DEFAULT_ALPHA } = input;
  const invalid =
    checkQuantile(n, q, alpha) ?? firstComplaint(complainUnlessPositive('concentration', concentration));
  if (invalid) return invalid;
  if (n === 0) return { status: 'ok', lowerRank: 0, upperRank: 1 };
  const limit = -Math.log(alpha);
  const accepted = (below: number): boolean => rankLogE(below, n, q, concentration) < limit;
  // ln E is convex in the count with its minimum near nq, so the accepted counts are a run around it.
  const center = Math.min(n, Math.max(0, Math.round(n * q)));
  if (!accepted(center)) return { status: 'ok', lowerRank: 0, upperRank: n + 1 };
  const lowerRank = center - lastWhere(0, center, (d) => accepted(center - d));
  const upperRank = center + lastWhere(0, n - center, (d) => accepted(center + d)) + 1;
  return { status: 'ok', lowerRank, upperRank };
}

/**
 * ln E of "s of n units lie below the quantile" against a share of q:
 * ln B(qK + s, (1−q)K + n − s) − ln B(qK, (1−q)K) − s ln q − (n−s) ln(1−q), with the large terms cancelled on paper.
 * 0, no evidence, where the counts, q or the concentration are unusable or the answer leaves the range of a double.
 */
export function rankLogE(s: number, n: number, q: number, concentration: number): number {
  const usable = isCount(s) && isCount(n) && s <= n && isOpenUnit(q) && concentration > 0;
  const logE = usable ? logMixture(s, n, q, concentration) : 0;
  return Number.isFinite(logE) ? logE : 0;
}

function logMixture(s: number, n: number, q: number, concentration: number): number {
  const a = q * concentration;
  const b = (1 - q) * concentration;
  const total = concentration + n;
  if (Math.min(a, b) < 1e-6) {
    return logBeta(a + s, b + n - s) - logBeta(a, b) - s * Math.log(q) - (n - s) * Math.log1p(-q);
  }
  return (
    deviance(a + s, q * total) +
    deviance(b + n - s, (1 - q) * total) +
    0.5 * (Math.log(a / (a + s)) + Math.log(b / (b + n - s)) + Math.log(total / concentration)) +
    (stirlingError(a + s) - stirlingError(a)) +
    (stirlingError(b + n - s) - stirlingError(b)) -
    (stirlingError(total) - stirlingError(concentration))
  );
}

/** The prior concentration that makes the ranks tightest when `plannedUnits` units have been seen; 1 where the input is unusable. */
export function rankConcentration(plannedUnits: number, alpha: number): number {
  const concentration = plannedUnits / cStar(alpha);
  return isOpenUnit(alpha) && concentration > 0 && Number.isFinite(concentration) ? concentration : 1;
}
