import { sampleRatioMismatch, sequentialSampleRatioMismatch } from '@liftgate/stats';
import type { Case } from './load.ts';
import type { Tolerance } from './compare.ts';

export interface SrmInput {
  readonly observed?: number[];
  readonly cumulative?: number[][];
  readonly weights: number[];
  readonly dirichlet_concentration: number;
}

export function answerSampleRatio({ input }: Case<SrmInput>): unknown {
  const { observed = [], cumulative, weights, dirichlet_concentration: concentration } = input;
  if (cumulative) {
    let runningP = 1;
    const looks = cumulative.map((counts) => {
      const sequential = look(counts, weights, concentration);
      runningP = Math.min(runningP, sequential?.p ?? 1);
      return { ...sequential, running_p: runningP, chi2_p: chiSquare(counts, weights).p };
    });
    return { looks };
  }
  return { chi_square: chiSquare(observed, weights), sequential: look(observed, weights, concentration) };
}

/** The file allows 1e-4 at 10⁹ units, for plain log-gammas; ours cancel on paper. p = 1/BF inherits log BF's absolute tolerance. */
export function sampleRatioTolerance(): (path: string) => Tolerance {
  return (path) => (path.endsWith('log_bf') ? { rel: 1e-9, abs: 1e-9 } : { rel: 1e-9 });
}

function chiSquare(observed: number[], weights: number[]) {
  const result = sampleRatioMismatch(observed, weights);
  return result.status === 'ok'
    ? { status: 'ok', chi2: result.chiSquare, df: result.df, p: result.p }
    : { p: undefined, ...result };
}

function look(observed: number[], weights: number[], concentration: number) {
  const result = sequentialSampleRatioMismatch([{ observed, weights }], { concentration });
  return result.status === 'ok' ? { log_bf: result.logBayesFactor, p: result.p } : null;
}
