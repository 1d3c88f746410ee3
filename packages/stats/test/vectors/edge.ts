import { sampleRatioMismatch } from '@liftgate/stats';
import type { Tolerance } from './compare.ts';
import { threshold, type ThresholdCase } from './guardrails.ts';
import type { Case } from './load.ts';
import { portfolio, roi, type DollarInput } from './money.ts';
import { adjusted } from './multiplicity.ts';
import { ranks } from './quantiles.ts';
import { answerWelch, type ArmsInput } from './means.ts';
import { answerProportions, type ProportionInput } from './proportions.ts';
import { twoSided, type LookInput } from './sequential.ts';

/** One hostile input; `fn` names the method. */
export type EdgeInput =
  | (ArmsInput & { readonly fn: 'welch' })
  | (ProportionInput & { readonly fn: 'proportion' })
  | (LookInput & { readonly fn: 'av_two_sided' })
  | (ThresholdCase & { readonly fn: 'bernoulli_threshold' })
  | (DollarInput & { readonly fn: 'roi' | 'portfolio_sum' })
  | { readonly fn: 'quantile_ranks'; readonly n: number; readonly q: number; readonly alpha: number }
  | { readonly fn: 'multiple'; readonly method: 'holm' | 'bh'; readonly p: (number | null)[] }
  | { readonly fn: 'srm'; readonly observed: number[]; readonly weights: number[] };

export function answerEdge({ id, input, output }: Case<EdgeInput>): unknown {
  switch (input.fn) {
    case 'welch':
      return answerWelch({ id, input, output });
    case 'proportion':
      return answerProportions({ id, input, output });
    case 'av_two_sided':
      return twoSided(input);
    case 'srm':
      return sampleRatioMismatch(input.observed, input.weights);
    case 'bernoulli_threshold':
      return threshold(input);
    case 'roi':
      return roi(input);
    case 'portfolio_sum':
      return portfolio(input);
    case 'quantile_ranks':
      return ranks(input.n, input.q, input.alpha);
    case 'multiple':
      return { adjusted: adjusted(input.p, input.method === 'bh' ? 'benjamini_hochberg' : 'holm') };
    default:
      return undefined;
  }
}

export function edgeTolerance(): (path: string) => Tolerance {
  return (path) => (path === 'log_e' ? { rel: 1e-9, abs: 1e-6 } : { rel: 1e-9 });
}
