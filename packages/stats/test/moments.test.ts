import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addIntegerSums,
  bivariateMomentsOf,
  mergeBivariateMoments,
  mergeMoments,
  momentsFromIntegers,
  momentsOf,
  NO_SUMS,
  ratioOf,
  replaceInMoments,
  variance,
  type IntegerSums,
} from '@liftgate/stats';
import { metricValue, metricValues } from './support/arbitrary.ts';

const close = (actual: number, expected: number, scale: number): void => {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * scale);
};

describe('moments', () => {
  it('of two groups merged are those of the groups pooled', () => {
    fc.assert(
      fc.property(metricValues, metricValues, (a, b) => {
        const merged = mergeMoments(momentsOf(a), momentsOf(b));
        const pooled = momentsOf([...a, ...b]);
        expect(merged.n).toBe(pooled.n);
        close(merged.mean, pooled.mean, 5000);
        close(merged.m2, pooled.m2, 1 + pooled.m2);
      }),
    );
  });

  it('after replacing one unit are those of the new values', () => {
    fc.assert(
      fc.property(metricValues, metricValue, (values, replacement) => {
        const [first = 0, ...rest] = values;
        const replaced = replaceInMoments(momentsOf(values), first, replacement);
        const direct = momentsOf([replacement, ...rest]);
        close(replaced.mean, direct.mean, 5000);
        close(replaced.m2, direct.m2, 1 + direct.m2 + momentsOf(values).m2);
      }),
    );
  });

  it('of pairs merged are those of the pairs pooled', () => {
    const pairs = fc.array(fc.tuple(metricValue, metricValue), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(pairs, pairs, (a, b) => {
        const merged = mergeBivariateMoments(ofPairs(a), ofPairs(b));
        const pooled = ofPairs([...a, ...b]);
        for (const key of ['sxx', 'syy', 'sxy'] as const)
          close(merged[key], pooled[key], 1 + pooled.sxx + pooled.syy);
      }),
    );
  });

  it('never have a negative variance, at any offset', () => {
    fc.assert(
      fc.property(metricValues, fc.constantFrom(0, 1e6, 1e9, 1e12, 1e15), (values, offset) => {
        expect(variance(momentsOf(values.map((x) => x + offset)))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('of a value that is not finite do not exist', () => {
    expect(momentsOf([1, NaN, 3])).toEqual({ n: 0, mean: 0, m2: 0 });
    expect(momentsOf([1, Infinity])).toEqual({ n: 0, mean: 0, m2: 0 });
  });
});

describe('exact integer sums', () => {
  const cents = fc.array(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), { minLength: 1, maxLength: 30 });
  it('give bit-identical moments in any order and any partition', () => {
    fc.assert(
      fc.property(cents, fc.nat(), fc.nat(), (values, cutAt, seed) => {
        const cut = cutAt % values.length;
        const shuffled = values.toSorted((a, b) =>
          Number(BigInt.asIntN(20, (a ^ BigInt(seed)) - (b ^ BigInt(seed)))),
        );
        const whole = momentsFromIntegers(sumsOf(values), 2);
        const parts = addIntegerSums(sumsOf(shuffled.slice(cut)), sumsOf(shuffled.slice(0, cut)));
        expect(momentsFromIntegers(parts, 2)).toStrictEqual(whole);
      }),
    );
  });

  it('agree with moments of the same values as doubles', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 2, maxLength: 50 }),
        (values) => {
          const exact = momentsFromIntegers(sumsOf(values.map((x) => BigInt(x))), 2);
          const direct = momentsOf(values.map((x) => x / 100));
          close(exact.mean, direct.mean, 1e4);
          close(exact.m2, direct.m2, 1 + direct.m2);
        },
      ),
    );
  });

  it('keep a variance of 1 around 10^15, where doubles return nonsense', () => {
    const values = [10n ** 15n - 1n, 10n ** 15n, 10n ** 15n + 1n];
    expect(variance(momentsFromIntegers(sumsOf(values), 0))).toBe(1);
    const doubles = values.map(Number);
    const s1 = doubles.reduce((sum, x) => sum + x, 0);
    const s2 = doubles.reduce((sum, x) => sum + x * x, 0);
    expect(s2 - (s1 * s1) / 3).not.toBe(2);
  });

  it('that no data can have are refused by every analysis, not clamped', () => {
    expect(momentsFromIntegers({ n: 10n, s1: 100n, s2: 5n }, 0).m2).toBeLessThan(0);
  });

  it('divide with a remainder that decides a tie', () => {
    const tie = 2n ** 54n + 2n;
    expect(ratioOf(tie, 1n)).toBe(2 ** 54);
    expect(ratioOf(tie * 2n ** 60n + 1n, 2n ** 60n)).toBe(2 ** 54 + 4);
  });

  it('divide by nothing, or past the range of a double, to null', () => {
    expect(ratioOf(1n, 0n)).toBeNull();
    expect(ratioOf(1n, -1n)).toBeNull();
    expect(ratioOf(10n ** 400n, 1n)).toBeNull();
    expect(ratioOf(1n, 10n ** 400n)).toBe(0);
  });

  it('divide with one rounding: the double nearest to the ratio', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 120n }), fc.bigInt({ min: 1n, max: 2n ** 90n }), (a, b) => {
        const rounded = ratioOf(a, b)!;
        // |a/b − rounded| ≤ half a unit in the last place, checked in whole numbers.
        const [numerator, power] = integerForm(rounded);
        const error =
          power >= 0 ? a - numerator * 2n ** BigInt(power) * b : a * 2n ** BigInt(-power) - numerator * b;
        const unit = power >= 0 ? 2n ** BigInt(power) * b : b;
        expect(2n * (error < 0n ? -error : error) <= unit).toBe(true);
      }),
    );
  });
});

/** x = integer · 2^power with a 53-bit integer. */
function integerForm(x: number): readonly [bigint, number] {
  let power = Math.floor(Math.log2(x)) - 52;
  while (x / 2 ** power >= 2 ** 53) power += 1;
  while (x / 2 ** power < 2 ** 52) power -= 1;
  return [BigInt(x / 2 ** power), power];
}

function sumsOf(values: readonly bigint[]): IntegerSums {
  return values.reduce((sums, x) => addIntegerSums(sums, { n: 1n, s1: x, s2: x * x }), NO_SUMS);
}

function ofPairs(rows: readonly (readonly [number, number])[]) {
  return bivariateMomentsOf(
    rows.map(([x]) => x),
    rows.map(([, y]) => y),
  );
}
