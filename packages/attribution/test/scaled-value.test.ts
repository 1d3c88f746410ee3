import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MetricKind } from '@liftgate/stats';
import { divideHalfEven, scaledValue } from '@liftgate/attribution';

const scaled = (value: number, decimals = 6, kind: MetricKind = 'sum') => {
  const result = scaledValue(value, { key: 'spend', kind, decimals });
  return result.status === 'ok' ? result.scaled : result.message;
};

describe('a value becomes an integer of its last decimal', () => {
  test.each([
    [0.1 + 0.2, 6, 300_000n],
    [0.1, 1, 1n],
    [1.005, 2, 100n],
    [1.015, 2, 102n],
    [2.5, 0, 2n],
    [3.5, 0, 4n],
    [-2.5, 0, -2n],
    [-0.5, 0, 0n],
    [-1.5, 0, -2n],
    [1e-7, 6, 0n],
    [5e-7, 6, 0n],
    [1.5e-6, 6, 2n],
    [-2.5e-6, 6, -2n],
    [5e-324, 9, 0n],
    [1e-9, 9, 1n],
    [-0, 6, 0n],
    [0, 0, 0n],
    [29.99, 2, 2_999n],
    [-1234.5678, 2, -123_457n],
    [1e15, 0, 1_000_000_000_000_000n],
    [Number.MAX_SAFE_INTEGER, 0, 9_007_199_254_740_991n],
    [-Number.MAX_SAFE_INTEGER, 0, -9_007_199_254_740_991n],
    [9_007_199_254.74099, 6, 9_007_199_254_740_990n],
  ])('%s at %s decimals', (value, decimals, expected) => {
    expect(scaled(value, decimals)).toBe(expected);
  });

  test('it is the decimal text, rounded half to even, for every double', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.integer({ min: 0, max: 9 }),
        (value, decimals) => {
          expect(scaled(value, decimals)).toBe(exactly(value, decimals));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('the sum of what people write is the sum of the decimals', () => {
    const cents = Array.from({ length: 1_000 }, (_, n) => (n + 1) / 100);
    const sum = cents.reduce((total, value) => total + BigInt(scaled(value, 2)), 0n);
    expect(sum).toBe(500_500n);
  });
});

/** Long division by hand, digit by digit, on the fixed-point text. */
function exactly(value: number, decimals: number): bigint {
  const text = Math.abs(value).toLocaleString('en-US', {
    useGrouping: false,
    maximumFractionDigits: 20,
    maximumSignificantDigits: 17,
  });
  // The shortest text that reads back as the same double is what people wrote.
  const short = Number(text) === Math.abs(value) ? fixedOf(Math.abs(value)) : text;
  const [whole = '0', fraction = ''] = short.split('.');
  const kept = fraction.slice(0, decimals).padEnd(decimals, '0');
  const rest = fraction.slice(decimals);
  let result = BigInt(whole + kept);
  const half = `5${'0'.repeat(Math.max(0, rest.length - 1))}`;
  if (rest > half || (rest === half && result % 2n === 1n)) result += 1n;
  return value < 0 ? -result : result;
}

function fixedOf(value: number): string {
  for (let digits = 0; digits <= 100; digits++) {
    const text = value.toFixed(digits);
    if (digits <= 17 && Number(text) === value) return text;
    if (digits > 17) {
      const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
      return `0.${'0'.repeat(-Number(exponent) - 1)}${mantissa.replace('.', '')}`;
    }
  }
  return String(value);
}

describe('a value is refused by name', () => {
  test.each<[number, MetricKind, number, string]>([
    [Number.NaN, 'sum', 6, 'value must be a finite number, got NaN'],
    [Number.POSITIVE_INFINITY, 'mean', 6, 'value must be a finite number, got Infinity'],
    [2, 'proportion', 0, 'value of the proportion "spend" must be 0 or 1, got 2'],
    [0.5, 'proportion', 0, 'value of the proportion "spend" must be 0 or 1, got 0.5'],
    [-1, 'count', 0, 'value of the count "spend" must be a whole number of at least 0, got -1'],
    [1.5, 'count', 0, 'value of the count "spend" must be a whole number of at least 0, got 1.5'],
    [1e21, 'sum', 6, 'value of "spend" must be within ±9007199254.740991 at 6 decimals, got 1e+21'],
    [
      2 ** 53,
      'sum',
      0,
      'value of "spend" must be within ±9007199254740991 at 0 decimals, got 9007199254740992',
    ],
    [
      -(2 ** 53),
      'sum',
      0,
      'value of "spend" must be within ±9007199254740991 at 0 decimals, got -9007199254740992',
    ],
  ])('%s as a %s at %s decimals', (value, kind, decimals, message) => {
    expect(scaled(value, decimals, kind)).toBe(message);
  });

  test.each<[number, MetricKind]>([
    [0, 'proportion'],
    [-0, 'proportion'],
    [1, 'proportion'],
    [0, 'count'],
    [7, 'count'],
    [-7, 'sum'],
    [-7.25, 'mean'],
  ])('%s is fine as a %s', (value, kind) => {
    expect(scaledValue(value, { key: 'k', kind, decimals: 2 }).status).toBe('ok');
  });
});

describe('division with halves to even', () => {
  const numerator = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n });
  const divisor = fc.bigInt({ min: 1n, max: 2n ** 40n });

  test('is never off by more than half, and by half only on an even result', () => {
    fc.assert(
      fc.property(fc.oneof(numerator, fc.bigInt({ min: -40n, max: 40n })), divisor, (n, d) => {
        const error = 2n * (n - divideHalfEven(n, d) * d);
        expect(error <= d && error >= -d).toBe(true);
        if (error === d || error === -d) expect(divideHalfEven(n, d) % 2n === 0n).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is odd: dividing the negative gives the negative', () => {
    fc.assert(fc.property(numerator, divisor, (n, d) => divideHalfEven(-n, d) === -divideHalfEven(n, d)));
  });

  test('gives back a multiple exactly', () => {
    fc.assert(fc.property(numerator, divisor, (n, d) => divideHalfEven(n * d, d) === n));
  });

  test.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [0n, 9n, 0n],
  ])('%s / %s', (n, d, expected) => {
    expect(divideHalfEven(n, d)).toBe(expected);
  });
});
