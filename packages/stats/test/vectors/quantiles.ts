import {
  histogramQuantile,
  inverseCdfQuantile,
  orderStatisticVariance,
  quantileOf,
  quantileRanks,
  quantileSequenceRanks,
} from '@liftgate/stats';
import type { Case } from './load.ts';

export interface QuantileInput {
  readonly n: number;
  readonly q: number;
  readonly alpha: number;
  readonly values: number[];
  readonly edges: number[];
  readonly counts: number[];
  readonly n_star: number;
  readonly nu: number;
  readonly lower_at_n_star: number;
  readonly upper_at_n_star: number;
  readonly prior_concentration: number;
}

export function answerQuantile({ kind, input: i }: Case<QuantileInput>): unknown {
  switch (kind) {
    case 'order_statistic_ranks':
      return ranks(i.n, i.q, i.alpha);
    case 'order_statistic_values': {
      const r = quantileOf(i.values, i.q, i.alpha);
      if (r.status !== 'ok') return r;
      const sorted = [...i.values].sort((a, b) => a - b);
      return {
        quantile_type7: r.estimate,
        quantile_inverse_cdf: inverseCdfQuantile(sorted, i.q),
        lower: r.lower,
        upper: r.upper,
      };
    }
    case 'histogram': {
      const r = histogramQuantile({ edges: i.edges, counts: i.counts }, i.q, { alpha: i.alpha });
      if (r.status !== 'ok') return r;
      const { n, lowerRank, upperRank, lower, upper, bucket } = r;
      return { n, lower_rank: lowerRank, upper_rank: upperRank, lower, upper, quantile_bucket: bucket };
    }
    case 'growthbook_variance': {
      const { n, n_star: sampleSize, nu: q, lower_at_n_star: lower, upper_at_n_star: upper } = i;
      const r = orderStatisticVariance({ n, sampleSize, q, lower, upper });
      return r && { usable: r.usable, variance_unit: r.varianceOfUnit, se: r.se };
    }
    default:
      return undefined;
  }
}

export function ranks(n: number, q: number, alpha: number): unknown {
  const r = quantileRanks(n, q, alpha);
  if (r.status !== 'ok') return r;
  return {
    lower_rank: r.lowerRank,
    upper_rank: r.upperRank,
    coverage: r.coverage,
    normal_lower_rank: r.normalLowerRank,
    normal_upper_rank: r.normalUpperRank,
  };
}

export function answerQuantileSequence({ input: i }: Case<QuantileInput>): unknown {
  const r = quantileSequenceRanks({ n: i.n, q: i.q, alpha: i.alpha, concentration: i.prior_concentration });
  return r.status === 'ok' ? { lower_rank: r.lowerRank, upper_rank: r.upperRank } : r;
}
