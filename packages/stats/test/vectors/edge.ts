import { sampleRatioMismatch } from '@liftgate/stats';
import type { Tolerance } from './compare.ts';
import type { Case } from './load.ts';
import { answerWelch, type ArmsInput } from './means.ts';
import { answerProportions, type ProportionInput } from './proportions.ts';
import { twoSided, type LookInput } from './sequential.ts';

/** One hostile input; `fn` names the method. */
export type EdgeInput =
  | (ArmsInput & { readonly fn: 'welch' })
  | (ProportionInput & { readonly fn: 'proportion' })
  | (LookInput & { readonly fn: 'av_two_sided' })
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
    default:
      return undefined;
  }
}

export function edgeTolerance(): (path: string) => Tolerance {
  return (path) => (path === 'log_e' ? { rel: 1e-9, abs: 1e-6 } : { rel: 1e-9 });
}
