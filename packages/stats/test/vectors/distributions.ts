import {
  betaCdf,
  betaLogCdf,
  betaLogSf,
  betaQuantile,
  betaSf,
  binomialCdf,
  binomialSfAtLeast,
  chiSquareIsf,
  chiSquareLogSf,
  chiSquareSf,
  logGamma,
  normalCdf,
  normalIsf,
  normalLogCdf,
  normalLogSf,
  normalSf,
  tIsf,
  tLogSf,
  tSf,
} from '@liftgate/stats';
import type { Case } from './load.ts';
import type { Tolerance } from './compare.ts';

export type DistributionInput = Record<'z' | 'p' | 't' | 'df' | 'x' | 'a' | 'b' | 'k' | 'n', number> & {
  fn: string;
};

export function answerDistribution({ input: i }: Case<DistributionInput>): unknown {
  switch (i.fn) {
    case 'normal_sf':
      return { value: normalSf(i.z), log: normalLogSf(i.z) };
    case 'normal_cdf':
      return { value: normalCdf(i.z) };
    case 'normal_logcdf':
      return { value: normalLogCdf(i.z) };
    case 'normal_isf':
      return { value: normalIsf(i.p) };
    case 't_sf':
      return { value: tSf(i.t, i.df), log: tLogSf(i.t, i.df) };
    case 't_isf':
      return { value: tIsf(i.p, i.df) };
    case 'chi2_sf':
      return { value: chiSquareSf(i.x, i.df), log: chiSquareLogSf(i.x, i.df) };
    case 'chi2_isf':
      return { value: chiSquareIsf(i.p, i.df) };
    case 'beta_cdf':
      return { value: betaCdf(i.x, i.a, i.b), log: betaLogCdf(i.x, i.a, i.b) };
    case 'beta_sf':
      return { value: betaSf(i.x, i.a, i.b), log: betaLogSf(i.x, i.a, i.b) };
    case 'beta_ppf':
      return { value: betaQuantile(i.p, i.a, i.b) };
    case 'lgamma':
      return { value: logGamma(i.x) };
    case 'binom_sf_ge':
      return { value: binomialSfAtLeast(i.k, i.n, i.p) };
    case 'binom_cdf':
      return { value: binomialCdf(i.k, i.n, i.p) };
    default:
      return undefined;
  }
}

export function distributionTolerance(
  vector: Case<DistributionInput, { value: number }>,
): (path: string) => Tolerance {
  const { fn, a, b } = vector.input;
  const { value } = vector.output;
  const huge = fn.startsWith('beta') && Math.max(a, b) >= 1e6;
  return (path) => {
    // A value below 1e-300 is judged by its logarithm.
    if (path === 'value' && Math.abs(value) < 1e-300) return { rel: 0, abs: 1e-300 };
    if (fn.endsWith('isf') || fn.endsWith('ppf')) return { rel: 1e-9 };
    // The log of a probability near 1 is as exact as the probability, absolutely.
    return { rel: huge ? 1e-8 : 1e-10, abs: fn === 'lgamma' ? 1e-13 : path === 'log' ? 1e-15 : 0 };
  };
}
