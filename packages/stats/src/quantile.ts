import { DEFAULT_ALPHA, type Interval, type InvalidInput, isCount, isOpenUnit } from './input.ts';
import { ceilOfProduct } from './exact.ts';
import { normalIsf } from './normal-distribution.ts';
import { complaintAboutRanks, quantileRanks } from './quantile-ranks.ts';

/** A quantile with its interval, in the metric's unit; a null end is not bounded yet. */
export interface QuantileEstimate {
  readonly status: 'ok';
  readonly estimate: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

export type Quantile = QuantileEstimate | { readonly status: 'insufficient_data' } | InvalidInput;

/** The q-quantile of the values with its distribution-free interval, for one planned look. */
export function quantileOf(values: readonly number[], q: number, alpha: number = DEFAULT_ALPHA): Quantile {
  if (!values.every((value) => Number.isFinite(value))) {
    return { status: 'invalid_input', message: 'values must be finite' };
  }
  const ranks = quantileRanks(values.length, q, alpha);
  if (ranks.status !== 'ok') return ranks;
  const sorted = [...values].sort((a, b) => a - b);
  return {
    status: 'ok',
    estimate: typeSevenQuantile(sorted, q),
    lower: sorted[ranks.lowerRank - 1] ?? null,
    upper: sorted[ranks.upperRank - 1] ?? null,
  };
}

/**
 * x_(k) + (h − k)(x_(k+1) − x_(k)) with h = q(n − 1), 0-based: R's type 7, NumPy's default. From ascending values; 0 of none, and of a q that
 * is not a number. An infinite value (a unit that never got there) counts as the largest double, one that is not a number as 0.
 */
export function typeSevenQuantile(sorted: readonly number[], q: number): number {
  const h = Math.min(1, Math.max(0, q)) * (sorted.length - 1);
  if (Number.isNaN(h)) return 0;
  const k = Math.floor(h);
  const low = withinDoubles(sorted[k] ?? 0);
  const high = withinDoubles(sorted[Math.min(k + 1, sorted.length - 1)] ?? low);
  const between = low + (h - k) * (high - low);
  return Number.isFinite(between) ? between : (1 - (h - k)) * low + (h - k) * high;
}

/** The smallest value with at least a share q of the units at or below it. From ascending values, as `typeSevenQuantile` takes them. */
export function inverseCdfQuantile(sorted: readonly number[], q: number): number {
  return withinDoubles(
    sorted[Math.min(sorted.length, Math.max(1, ceilOfProduct(sorted.length, q))) - 1] ?? 0,
  );
}

function withinDoubles(x: number): number {
  return Number.isNaN(x) ? 0 : Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, x));
}

/**
 * Interval of the difference of two quantiles, treatment minus control: each arm's interval at α/2, subtracted.
 * Conservative; null ends stay unbounded, and so does an end beyond the range of a double. Null where the estimates have no finite difference.
 */
export function quantileDifference(
  control: QuantileEstimate,
  treatment: QuantileEstimate,
): { readonly estimate: number; readonly lower: number | null; readonly upper: number | null } | null {
  const estimate = finiteDifference(treatment.estimate, control.estimate);
  if (estimate === null) return null;
  return {
    estimate,
    lower: finiteDifference(treatment.lower, control.upper),
    upper: finiteDifference(treatment.upper, control.lower),
  };
}

function finiteDifference(a: number | null, b: number | null): number | null {
  return a !== null && b !== null && Number.isFinite(a - b) ? a - b : null;
}

/**
 * How much wider a quantile's rank interval must be when one unit has several values: √(var of the indicator {y ≤ Q} clustered by unit,
 * over its variance if values were independent). Give per-unit counts of values and of values at or below Q. At least 1 in effect only
 * where values within a unit agree. Source: Deng, Knoblich and Lu (2018).
 */
export function clusterInflation(
  units: readonly { readonly values: number; readonly atOrBelow: number }[],
): number {
  const n = units.length;
  const total = units.reduce((sum, unit) => sum + unit.values, 0);
  const below = units.reduce((sum, unit) => sum + unit.atOrBelow, 0);
  const p = below / total;
  const independent = (p * (1 - p)) / total;
  if (!(total > 0) || !(independent > 0) || n < 2) return 1;
  const squares = units.reduce((sum, unit) => sum + (unit.atOrBelow - p * unit.values) ** 2, 0);
  const inflation = Math.sqrt(((squares / (n - 1)) * n) / (total * total) / independent);
  return Number.isFinite(inflation) ? inflation : 1;
}

/**
 * The ranks with each distance from nq multiplied by the cluster inflation, rounded outwards. Without a bound on either side, 0 and n + 1,
 * where the ranks, q or the inflation are unusable; n counts as 0 where it is not a number of units.
 */
export function widenedRanks(
  ranks: { readonly lowerRank: number; readonly upperRank: number },
  n: number,
  q: number,
  inflation: number,
): { readonly lowerRank: number; readonly upperRank: number } {
  if (!isCount(n)) return { lowerRank: 0, upperRank: 1 };
  const usable = isOpenUnit(q) && inflation >= 0 && Number.isFinite(inflation);
  if (!usable || complaintAboutRanks(ranks, n) !== null) return { lowerRank: 0, upperRank: n + 1 };
  const center = n * q;
  const within = (rank: number): number => Math.min(n + 1, Math.max(0, rank));
  return {
    lowerRank: within(Math.floor(center - (center - ranks.lowerRank) * inflation)),
    upperRank: within(Math.ceil(center + (ranks.upperRank - center) * inflation)),
  };
}

/**
 * GrowthBook's variance of a quantile from two order statistics around it, for comparison with that tool:
 * var = n* /n (n − 1)((U − L)/(2z))². Not usable where the normal ranks leave the sample; null of sizes, values or shares that are unusable,
 * and where the variance leaves the range of a double.
 */
export function orderStatisticVariance(input: {
  readonly n: number;
  readonly sampleSize: number;
  readonly q: number;
  readonly lower: number;
  readonly upper: number;
  readonly alpha?: number;
}): { readonly usable: boolean; readonly varianceOfUnit: number; readonly se: number } | null {
  const { n, sampleSize, q, lower, upper, alpha = DEFAULT_ALPHA } = input;
  const z = normalIsf(alpha / 2);
  const half = z * Math.sqrt(sampleSize * q * (1 - q));
  const varianceOfUnit = (sampleSize / n) * (n - 1) * ((upper - lower) / (2 * z)) ** 2;
  const ranks: Interval = [sampleSize * q - half, sampleSize * q + half];
  const sound = isOpenUnit(q) && isOpenUnit(alpha) && n >= 1 && sampleSize > 0 && upper >= lower;
  if (!sound || !Number.isFinite(varianceOfUnit) || !Number.isFinite(half)) return null;
  return {
    usable: ranks[0] >= 1 && ranks[1] <= sampleSize,
    varianceOfUnit,
    se: Math.sqrt(varianceOfUnit / n),
  };
}
