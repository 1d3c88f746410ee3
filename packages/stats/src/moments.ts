import { firstComplaint, isCount, type InvalidInput } from './input.ts';

/**
 * The sufficient statistics of one metric in one arm: n units, their mean (in the metric's unit) and m2 = Σ(x − mean)².
 * Sums of squares in doubles are never used: they return a negative variance for a spread of 1 around 10⁹.
 */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly m2: number;
}

export const NO_MOMENTS: Moments = { n: 0, mean: 0, m2: 0 };

/**
 * Moments of the units' values, in two passes with a compensated sum, so that the mean is right to the last digits.
 * A value that is not finite is not a measurement and leaves no moments at all (n = 0), never a NaN.
 */
export function momentsOf(values: readonly number[]): Moments {
  const n = values.length;
  if (n === 0) return NO_MOMENTS;
  const rough = compensatedSum(values, 0) / n;
  const mean = rough + compensatedSum(values, rough) / n;
  let m2 = 0;
  let residue = 0;
  for (const value of values) {
    const deviation = value - mean;
    m2 += deviation * deviation;
    residue += deviation;
  }
  return finiteMoments({ n, mean, m2: Math.max(0, m2 - (residue * residue) / n) });
}

/** Moments of both groups taken together. Source: Chan, Golub and LeVeque (1979). */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.n === 0) return finiteMoments(b);
  if (b.n === 0) return finiteMoments(a);
  const n = a.n + b.n;
  const difference = b.mean - a.mean;
  return finiteMoments({
    n,
    mean: a.mean + difference * (b.n / n),
    m2: a.m2 + b.m2 + difference * difference * ((a.n * b.n) / n),
  });
}

/** Moments after one unit's value moved from `oldValue` to `newValue`; n stays. */
export function replaceInMoments(m: Moments, oldValue: number, newValue: number): Moments {
  if (m.n === 0) return finiteMoments(m);
  const change = newValue - oldValue;
  const mean = m.mean + change / m.n;
  const m2 = m.m2 + change * (newValue - mean + (oldValue - m.mean));
  return finiteMoments({ n: m.n, mean, m2: m.n === 1 ? 0 : Math.max(0, m2) });
}

/** The sample variance m2/(n − 1), in the metric's unit squared; null with fewer than two units, or with moments that are not finite. */
export function variance(m: Moments): number | null {
  return isCount(m.n) && m.n >= 2 && Number.isFinite(m.m2) ? Math.max(0, m.m2) / (m.n - 1) : null;
}

/** What is wrong with moments that no data can have, or null. A tiny negative m2 is rounding and counts as 0. */
export function complaintAboutMoments(name: string, m: Moments): string | null {
  if (!isCount(m.n)) return `${name}.n must be a whole number of units, got ${m.n}`;
  if (!Number.isFinite(m.mean)) return `${name}.mean must be finite, got ${m.mean}`;
  if (!Number.isFinite(m.m2)) return `${name}.m2 must be finite, got ${m.m2}`;
  const rounding = 1e-9 * (1 + m.n * m.mean * m.mean);
  return m.m2 < -rounding ? `${name}.m2 must not be negative, got ${m.m2}` : null;
}

/** The complaint about either arm as an outcome, or null when both can have come from data. */
export function checkArms(control: Moments, treatment: Moments): InvalidInput | null {
  return firstComplaint(
    complaintAboutMoments('control', control),
    complaintAboutMoments('treatment', treatment),
  );
}

function finiteMoments(m: Moments): Moments {
  return Number.isFinite(m.n) && Number.isFinite(m.mean) && Number.isFinite(m.m2) ? m : NO_MOMENTS;
}

/** Σ(x − offset) with Neumaier's compensation. */
function compensatedSum(values: readonly number[], offset: number): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const x = value - offset;
    const next = sum + x;
    lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    sum = next;
  }
  return sum + lost;
}
