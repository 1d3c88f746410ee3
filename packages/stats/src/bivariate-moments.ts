import { isCount, isDecimals } from './input.ts';
import { ratioOf } from './integer-sums.ts';
import { mergeMoments, momentsOf, NO_MOMENTS, type Moments } from './moments.ts';

/** Two values per unit, x and y: covariate and outcome (CUPED), or denominator and numerator (ratio metrics). */
export interface BivariateMoments {
  readonly n: number;
  readonly meanX: number;
  readonly meanY: number;
  /** Σ(x − x̄)², Σ(y − ȳ)², Σ(x − x̄)(y − ȳ). */
  readonly sxx: number;
  readonly syy: number;
  readonly sxy: number;
}

/** Exact sums of values that are whole numbers of 10^-decimals (each side has its own). */
export interface BivariateIntegerSums {
  readonly n: bigint;
  readonly sumX: bigint;
  readonly sumY: bigint;
  readonly sumXX: bigint;
  readonly sumYY: bigint;
  readonly sumXY: bigint;
}

export const NO_BIVARIATE_MOMENTS: BivariateMoments = { n: 0, meanX: 0, meanY: 0, sxx: 0, syy: 0, sxy: 0 };

/** Moments of paired values; x and y must have the same length, and anything not finite leaves no moments (n = 0). */
export function bivariateMomentsOf(x: readonly number[], y: readonly number[]): BivariateMoments {
  if (x.length !== y.length) return NO_BIVARIATE_MOMENTS;
  const mx = momentsOf(x);
  const my = momentsOf(y);
  if (mx.n !== x.length || my.n !== y.length) return NO_BIVARIATE_MOMENTS;
  let sxy = 0;
  x.forEach((value, i) => {
    sxy += (value - mx.mean) * ((y[i] ?? 0) - my.mean);
  });
  return finiteOrNone({ n: mx.n, meanX: mx.mean, meanY: my.mean, sxx: mx.m2, syy: my.m2, sxy });
}

/**
 * Moments of both groups taken together; none (n = 0) where they are not finite.
 * Source: Chan, Golub and LeVeque (1979), with the cross product alike.
 */
export function mergeBivariateMoments(a: BivariateMoments, b: BivariateMoments): BivariateMoments {
  if (a.n === 0) return finiteOrNone(b);
  if (b.n === 0) return finiteOrNone(a);
  const n = a.n + b.n;
  const dx = b.meanX - a.meanX;
  const dy = b.meanY - a.meanY;
  const weight = (a.n * b.n) / n;
  return finiteOrNone({
    n,
    meanX: a.meanX + dx * (b.n / n),
    meanY: a.meanY + dy * (b.n / n),
    sxx: a.sxx + b.sxx + dx * dx * weight,
    syy: a.syy + b.syy + dy * dy * weight,
    sxy: a.sxy + b.sxy + dx * dy * weight,
  });
}

/** From exact sums, in BigInt, with one rounding per number; none (n = 0) where a number leaves the range of a double. */
export function bivariateMomentsFromIntegers(
  sums: BivariateIntegerSums,
  decimals: { readonly x: number; readonly y: number },
): BivariateMoments {
  const { n, sumX, sumY, sumXX, sumYY, sumXY } = sums;
  if (n <= 0n || !isDecimals(decimals.x) || !isDecimals(decimals.y)) return NO_BIVARIATE_MOMENTS;
  const scaleX = 10n ** BigInt(decimals.x);
  const scaleY = 10n ** BigInt(decimals.y);
  return finiteOrNone({
    n: Number(n),
    meanX: ratioOf(sumX, n * scaleX),
    meanY: ratioOf(sumY, n * scaleY),
    sxx: ratioOf(n * sumXX - sumX * sumX, n * scaleX * scaleX),
    syy: ratioOf(n * sumYY - sumY * sumY, n * scaleY * scaleY),
    sxy: ratioOf(n * sumXY - sumX * sumY, n * scaleX * scaleY),
  });
}

/** What is wrong with moments that no data can have (negative squares, |sxy| > √(sxx·syy)), or null. */
export function complaintAboutBivariate(name: string, m: BivariateMoments): string | null {
  if (!isCount(m.n)) return `${name}.n must be a whole number of units, got ${m.n}`;
  for (const [key, value] of Object.entries(m)) {
    if (!Number.isFinite(value)) return `${name}.${key} must be finite, got ${value}`;
  }
  const slackX = 1e-9 * (1 + m.n * m.meanX * m.meanX);
  const slackY = 1e-9 * (1 + m.n * m.meanY * m.meanY);
  if (m.sxx < -slackX) return `${name}.sxx must not be negative, got ${m.sxx}`;
  if (m.syy < -slackY) return `${name}.syy must not be negative, got ${m.syy}`;
  const limit = Math.sqrt(Math.max(0, m.sxx) + slackX) * Math.sqrt(Math.max(0, m.syy) + slackY);
  return Math.abs(m.sxy) > limit * (1 + 1e-9)
    ? `${name}.sxy must not exceed √(sxx·syy) = ${limit}, got ${m.sxy}`
    : null;
}

/** The moments of y alone; none (n = 0) where they are not finite. */
export function momentsOfY(m: BivariateMoments): Moments {
  return mergeMoments(NO_MOMENTS, { n: m.n, mean: m.meanY, m2: m.syy });
}

type Unchecked = { readonly [key in keyof BivariateMoments]: number | null };

function finiteOrNone(m: Unchecked): BivariateMoments {
  return isFiniteThroughout(m) ? m : NO_BIVARIATE_MOMENTS;
}

function isFiniteThroughout(m: Unchecked): m is BivariateMoments {
  return Object.values(m).every((value) => Number.isFinite(value));
}
