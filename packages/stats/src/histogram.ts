import {
  DEFAULT_ALPHA,
  complainUnlessCount,
  complainUnlessFinite,
  firstComplaint,
  type InvalidInput,
} from './input.ts';
import { ceilOfProduct } from './exact.ts';
import { complaintAboutRanks, quantileRanks } from './quantile-ranks.ts';

/**
 * Counts per bucket: bucket i holds the values in (edges[i], edges[i + 1]]. Histograms merge by adding counts, in any order, exactly.
 * With edges that grow by a constant factor γ the interval is at most one bucket, a factor γ, wider than that of the raw values.
 */
export interface Histogram {
  /** Ascending, one more than counts. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export type HistogramQuantile =
  | {
      readonly status: 'ok';
      readonly n: number;
      readonly lowerRank: number;
      readonly upperRank: number;
      /** Lower edge of the bucket that holds the lower rank; null where that rank is 0. */
      readonly lower: number | null;
      readonly upper: number | null;
      /** The bucket that holds the quantile itself. */
      readonly bucket: readonly [number, number];
    }
  | { readonly status: 'insufficient_data' }
  | InvalidInput;

/**
 * The q-quantile with a distribution-free interval from a histogram: the two ranks are looked up, rounded outwards to bucket edges,
 * so that coverage is at least that of the raw values (97.3–99.1 % at a nominal 95 % with γ = 1.02). A t-digest has no such guarantee.
 * Give `ranks` to use others than the fixed-horizon ones: always-valid, or widened for clusters; whole, within [0, n + 1].
 */
export function histogramQuantile(
  histogram: Histogram,
  q: number,
  options: {
    readonly alpha?: number;
    readonly ranks?: { readonly lowerRank: number; readonly upperRank: number };
  } = {},
): HistogramQuantile {
  const { alpha = DEFAULT_ALPHA } = options;
  const invalid = checkHistogram(histogram);
  if (invalid) return invalid;
  const n = histogram.counts.reduce((sum, count) => sum + count, 0);
  const fixed = quantileRanks(n, q, alpha);
  if (fixed.status !== 'ok') return fixed;
  const { lowerRank, upperRank } = options.ranks ?? fixed;
  const unusable = firstComplaint(complaintAboutRanks({ lowerRank, upperRank }, n));
  if (unusable) return unusable;
  const [bucketLow, bucketHigh] = bucketOf(histogram, Math.max(1, ceilOfProduct(n, q)));
  return {
    status: 'ok',
    n,
    lowerRank,
    upperRank,
    lower: lowerRank < 1 ? null : bucketOf(histogram, lowerRank)[0],
    upper: upperRank > n ? null : bucketOf(histogram, upperRank)[1],
    bucket: [bucketLow, bucketHigh],
  };
}

/** The histogram of both groups together; null when their edges differ, or when the counts of either, or of both together, are not counts. */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram | null {
  if (a.edges.length !== b.edges.length || a.edges.some((edge, i) => edge !== b.edges[i])) return null;
  const both = { edges: a.edges, counts: a.counts.map((count, i) => count + (b.counts[i] ?? 0)) };
  return (checkHistogram(a) ?? checkHistogram(b) ?? checkHistogram(both)) ? null : both;
}

const MOST_BUCKETS = 100_000;

/** Edges low, low·γ, low·γ², … up to at least `high`, for positive metrics such as latency.
 * None where these are unusable, or more than 100,000. */
export function logEdges(low: number, high: number, gamma: number): readonly number[] {
  if (!(low > 0) || !(high > low) || !(gamma > 1) || !Number.isFinite(high) || !Number.isFinite(gamma))
    return [];
  const buckets = Math.ceil((Math.log(high) - Math.log(low)) / Math.log(gamma));
  if (buckets > MOST_BUCKETS || !Number.isFinite(low * gamma ** buckets)) return [];
  return Array.from({ length: buckets + 1 }, (_, i) => low * gamma ** i);
}

function bucketOf({ edges, counts }: Histogram, rank: number): readonly [number, number] {
  let seen = 0;
  for (const [i, count] of counts.entries()) {
    seen += count;
    if (seen >= rank) return [edges[i] ?? 0, edges[i + 1] ?? 0];
  }
  return [edges.at(-2) ?? 0, edges.at(-1) ?? 0];
}

function checkHistogram({ edges, counts }: Histogram): InvalidInput | null {
  return firstComplaint(
    edges.length === counts.length + 1
      ? null
      : `edges must be one more than counts, got ${edges.length} and ${counts.length}`,
    ...edges.map((edge, i) => complainUnlessFinite(`edges[${i}]`, edge)),
    ...edges.map((edge, i) =>
      i === 0 || edge > (edges[i - 1] ?? edge) ? null : `edges must ascend, got ${edge} at ${i}`,
    ),
    ...counts.map((count, i) => complainUnlessCount(`counts[${i}]`, count)),
  );
}
