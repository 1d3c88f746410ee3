import { isDecimals } from './input.ts';
import { NO_MOMENTS, type Moments } from './moments.ts';

/**
 * Exact sums over n units whose values are whole numbers of 10^-decimals (cents, milliseconds): s1 = Σx, s2 = Σx².
 * They do not depend on order, batching or replay, so every derived number is bit-identical under all of these.
 */
export interface IntegerSums {
  readonly n: bigint;
  readonly s1: bigint;
  readonly s2: bigint;
}

export const NO_SUMS: IntegerSums = { n: 0n, s1: 0n, s2: 0n };

/** The sums over both groups together, exactly, whatever the order. */
export function addIntegerSums(a: IntegerSums, b: IntegerSums): IntegerSums {
  return { n: a.n + b.n, s1: a.s1 + b.s1, s2: a.s2 + b.s2 };
}

/**
 * Moments in the metric's unit: mean = s1/n and m2 = (n·s2 − s1²)/n, exact up to one rounding each.
 * None (n = 0) where a number leaves the range of a double, or decimals are not between 0 and 324.
 * Sums that no data can have (n·s2 < s1²) keep their negative m2, which every analysis refuses as invalid input.
 */
export function momentsFromIntegers(sums: IntegerSums, decimals: number): Moments {
  if (sums.n <= 0n || !isDecimals(decimals)) return NO_MOMENTS;
  const scale = 10n ** BigInt(decimals);
  const mean = ratioOf(sums.s1, sums.n * scale);
  const m2 = ratioOf(sums.n * sums.s2 - sums.s1 * sums.s1, sums.n * scale * scale);
  const n = Number(sums.n);
  return mean !== null && m2 !== null && Number.isFinite(n) ? { n, mean, m2 } : NO_MOMENTS;
}

/** Below this every whole number is a double. */
const EXACT = 2n ** 53n;

/**
 * The double nearest to numerator/denominator, correctly rounded in the normal range. Null where the denominator is not positive, or the ratio
 * leaves the range of a double.
 */
export function ratioOf(numerator: bigint, denominator: bigint): number | null {
  if (denominator <= 0n) return null;
  const ratio =
    numerator < 0n ? -positiveRatio(-numerator, denominator) : positiveRatio(numerator, denominator);
  return Number.isFinite(ratio) ? ratio : null;
}

function positiveRatio(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  // Two exact doubles divide with one rounding.
  if (numerator < EXACT && denominator < EXACT) return Number(numerator) / Number(denominator);
  const shift = 66 + bitLength(denominator) - bitLength(numerator);
  const scaled = shift >= 0 ? numerator << BigInt(shift) : numerator;
  const divisor = shift >= 0 ? denominator : denominator << BigInt(-shift);
  const quotient = scaled / divisor;
  const sticky = scaled % divisor === 0n ? 0n : 1n;
  return timesPowerOfTwo(Number(quotient | sticky), -shift);
}

/** Within a few bits, which is all that the shift needs. */
function bitLength(x: bigint): number {
  const rounded = Number(x);
  return Number.isFinite(rounded) ? Math.ceil(Math.log2(rounded)) : x.toString(16).length * 4;
}

function timesPowerOfTwo(x: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return x * 2 ** half * 2 ** (exponent - half);
}
