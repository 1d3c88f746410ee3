import { relativeConfidenceSequence, relativeMargin, type MeanEstimate } from '@liftgate/stats';
import type { Case } from './load.ts';
import { fiellerFields } from './means.ts';

export interface MarginInput {
  readonly mean_c: number;
  readonly var_mean_c: number;
  readonly mean_t: number;
  readonly var_mean_t: number;
  readonly alpha: number;
  readonly tau2: number;
}

export interface MarginOutput {
  readonly one_sided: Record<string, { readonly ratio: number; readonly direction: 'increase' | 'decrease' }>;
}

export function answerMargins({ input: i, output }: Case<MarginInput, MarginOutput>): unknown {
  const control = estimateOf(i.mean_c, i.var_mean_c);
  const treatment = estimateOf(i.mean_t, i.var_mean_t);
  const { alpha, tau2: tauSquared } = i;
  const sequence = relativeConfidenceSequence({ control, treatment, tauSquared, alpha });
  const set = sequence.status === 'ok' ? fiellerFields(sequence.fieller) : null;
  return {
    one_sided: Object.fromEntries(
      Object.entries(output.one_sided).map(([name, { ratio, direction }]) => {
        const test = relativeMargin({ control, treatment, ratio, direction, tauSquared, alpha });
        if (test.status !== 'ok') return [name, test];
        // The vectors' z is signed as the contrast, ours towards the alternative.
        const z = direction === 'increase' ? test.z : -test.z;
        return [
          name,
          { ratio, direction, estimate: test.estimate, se: test.se, z, log_e: test.logE, p: test.p },
        ];
      }),
    ),
    av_fieller_lift_ci: set && [set.lower, set.upper],
  };
}

function estimateOf(mean: number, varianceOfMean: number): MeanEstimate {
  return { n: 1000, mean, variance: null, varianceOfMean, df: 999 };
}
