import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BUCKETS,
  bucketOf,
  expectedWeights,
  murmur3,
  slicesOf,
  STAGE_SHARE,
  type Flag,
} from '@liftgate/flags';
import { aFlag, anyArms, changed, RAMP } from './a-flag.ts';

interface Vectors {
  readonly buckets: number;
  readonly units: readonly { salt: string; unit: string; hash: number; bucket: number }[];
  readonly allocations: readonly {
    variants: { name: string; weight: number }[];
    control: string;
    share: number;
    holdback: number;
    slices: unknown;
  }[];
}
const vectors = JSON.parse(
  readFileSync(new URL('../vectors/bucketing.json', import.meta.url), 'utf8'),
) as Vectors;

describe('the published vectors', () => {
  test('say how many buckets there are', () => {
    expect(BUCKETS).toBe(vectors.buckets);
  });

  test('give every unit its bucket', () => {
    expect(vectors.units.length).toBeGreaterThan(50);
    for (const { salt, unit, hash, bucket } of vectors.units) {
      expect(murmur3(`${salt}:${unit}`), `${salt}:${unit}`).toBe(hash);
      expect(bucketOf(salt, unit), `${salt}:${unit}`).toBe(bucket);
    }
  });

  test('give every allocation its slices', () => {
    expect(vectors.allocations.length).toBeGreaterThan(20);
    for (const { variants, slices, ...allocation } of vectors.allocations) {
      const flag = aFlag({ type: 'string', variants: variants.map((one) => ({ ...one, value: one.name })) });
      expect(slicesOf({ ...flag, ...allocation, stage: 'ga' }), JSON.stringify(allocation)).toEqual(slices);
    }
  });
});

describe('buckets', () => {
  const units = Array.from({ length: 200_000 }, (_, n) => `user-${n}`);

  // The 99.9 % point of chi-square with 99 degrees of freedom is 148.23. Units and salts are fixed: no luck involved.
  test.each(['checkout', 'search', 'a', 'new_pricing.v2'])('of salt %s are equally full', (salt) => {
    const counts = Array.from({ length: 100 }, () => 0);
    for (const unit of units) {
      const group = Math.floor((bucketOf(salt, unit) / BUCKETS) * 100);
      counts[group] = (counts[group] ?? 0) + 1;
    }
    const expected = units.length / 100;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(148.23);
  });

  // With 81 degrees of freedom it is 126.08.
  test.each([
    ['checkout', 'search'],
    ['flag-1', 'flag-2'],
    ['a', 'b'],
  ])('of salts %s and %s know nothing of each other', (one, other) => {
    const counts = Array.from({ length: 100 }, () => 0);
    for (const unit of units) {
      const cell = Math.floor(bucketOf(one, unit) / 10_000) * 10 + Math.floor(bucketOf(other, unit) / 10_000);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    const rows = Array.from({ length: 10 }, (_, r) => sumOf(counts.slice(r * 10, r * 10 + 10)));
    const columns = Array.from({ length: 10 }, (_, c) => sumOf(counts.filter((_, cell) => cell % 10 === c)));
    const chiSquare = counts.reduce((sum, count, cell) => {
      const expected = ((rows[Math.floor(cell / 10)] ?? 0) * (columns[cell % 10] ?? 0)) / units.length;
      return sum + (count - expected) ** 2 / expected;
    }, 0);
    expect(chiSquare).toBeLessThan(126.08);
  });

  test('lie in [0, 100,000) for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (salt, unit) => {
        const bucket = bucketOf(salt, unit);
        return Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS;
      }),
    );
  });
});

function sumOf(cells: readonly number[]): number {
  return cells.reduce((sum, cell) => sum + cell, 0);
}

/** What a bucket gets: undefined where the control is served without being analysed. */
function sliceAt(flag: Flag, bucket: number) {
  return slicesOf(flag).find((slice) => bucket >= slice.from && bucket < slice.to);
}

/** Buckets at and around every border of these flags, and some others. */
function probes(...flags: readonly Flag[]): number[] {
  const borders = flags.flatMap((flag) => slicesOf(flag).flatMap(({ from, to }) => [from, to]));
  const near = borders.flatMap((border) => [border - 1, border, border + 1]);
  return [...near, 0, BUCKETS - 1, ...Array.from({ length: 97 }, (_, n) => n * 1031)].filter(
    (bucket) => bucket >= 0 && bucket < BUCKETS,
  );
}

const STAGE_PAIRS = RAMP.flatMap((stage, n) => RAMP.slice(n + 1).map((next) => [stage, next] as const));
const holdback = fc.double({ min: 0.001, max: 0.5, noNaN: true });

describe('a ramp, with any two to five arms of any weights', () => {
  test.each(STAGE_PAIRS)('from %s to %s moves no unit between arms', (stage, next) => {
    fc.assert(
      fc.property(anyArms, holdback, (arms, holdback) => {
        const before = aFlag({ ...arms, holdback, stage });
        const after = changed(before, { stage: next });
        for (const bucket of probes(before, after)) {
          const old = sliceAt(before, bucket);
          const now = sliceAt(after, bucket);
          if (old === undefined) continue;
          const crossed = next === 'ga' && old.variant === before.control && now?.variant !== before.control;
          if (crossed) expect(now?.analysed, 'a crossed unit is not analysed').toBe(false);
          else expect(now?.variant).toBe(old.variant);
          if (next !== 'ga') expect(now?.analysed).toBe(true);
        }
      }),
    );
  });

  test.each(STAGE_PAIRS)('from %s to %s and back returns everybody', (stage, next) => {
    fc.assert(
      fc.property(anyArms, holdback, (arms, holdback) => {
        const before = aFlag({ ...arms, holdback, stage });
        const back = changed(changed(before, { stage: next }), { stage });
        expect(slicesOf(back)).toEqual(slicesOf(before));
        expect(back.salt).toBe(before.salt);
      }),
    );
  });

  test('arms of equal weights are equally wide at every stage, to a bucket', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.constantFrom(...RAMP),
        holdback,
        (count, stage, holdback) => {
          const variants = Array.from({ length: count }, (_, n) => ({ name: `v${n}`, value: n, weight: 7 }));
          const widths = Object.values(expectedWeights(aFlag({ type: 'number', variants, stage, holdback })));
          expect(Math.max(...widths) - Math.min(...widths)).toBeLessThanOrEqual(count === 2 ? 0 : 1);
        },
      ),
    );
  });

  test('each arm is as wide as its weight, and treatments together as wide as the share', () => {
    fc.assert(
      fc.property(anyArms, fc.constantFrom('beta_10', 'beta_25', 'beta_50'), (arms, stage) => {
        const flag = aFlag({ ...arms, stage });
        const weights = expectedWeights(flag);
        const total = flag.variants.reduce((sum, variant) => sum + variant.weight, 0);
        const treated = 1 - (flag.variants.find((one) => one.name === flag.control)?.weight ?? 0) / total;
        const fill = Math.min(1, STAGE_SHARE[stage] / treated);
        for (const { name, weight } of flag.variants) {
          // Windows end on whole buckets; where treatments are narrow, a bucket of theirs is several of the control's.
          const tolerance = 2 + weight / total / treated;
          expect(Math.abs((weights[name] ?? 0) - (weight / total) * fill * BUCKETS)).toBeLessThan(tolerance);
        }
      }),
    );
  });

  test('slices neither overlap nor leave [0, 100,000), and at 100 % they leave nobody out', () => {
    fc.assert(
      fc.property(
        anyArms,
        fc.constantFrom(...RAMP),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (arms, stage, holdback) => {
          const slices = slicesOf(aFlag({ ...arms, stage, holdback }));
          let end = 0;
          for (const { from, to } of slices) {
            expect(from).toBeGreaterThanOrEqual(end);
            if (stage === 'ga') expect(from).toBe(end);
            expect(to).toBeGreaterThanOrEqual(from);
            end = to;
          }
          if (stage === 'ga') expect(end).toBe(BUCKETS);
          else expect(end).toBeLessThanOrEqual(BUCKETS);
        },
      ),
    );
  });

  test('the expected weights are the analysed buckets, counted one by one', () => {
    for (const stage of RAMP) {
      for (const holdback of [0, 0.05, 0.5]) {
        const flag = aFlag({
          type: 'string',
          variants: ['a', 'b', 'c'].map((name, n) => ({ name, value: name, weight: n + 1 })),
          stage,
          holdback,
        });
        const slices = slicesOf(flag);
        const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
        for (let bucket = 0; bucket < BUCKETS; bucket++) {
          for (const { from, to, variant, analysed } of slices) {
            if (analysed && bucket >= from && bucket < to) counts[variant] = (counts[variant] ?? 0) + 1;
          }
        }
        expect(expectedWeights(flag)).toEqual(counts);
      }
    }
  });
});

describe('100 %', () => {
  test('with a holdback keeps the oldest control units, and as many of the oldest treated ones to compare with', () => {
    expect(slicesOf(aFlag({ stage: 'ga', holdback: 0.05 }))).toEqual([
      { from: 0, to: 5_000, variant: 'treatment', analysed: true },
      { from: 5_000, to: 50_000, variant: 'treatment', analysed: false },
      { from: 50_000, to: 55_000, variant: 'control', analysed: true },
      { from: 55_000, to: 100_000, variant: 'treatment', analysed: false },
    ]);
  });

  test('with a holdback analyses only units of the arm they have always been in', () => {
    fc.assert(
      fc.property(
        anyArms,
        holdback,
        fc.constantFrom('beta_10', 'beta_25', 'beta_50'),
        (arms, holdback, stage) => {
          const ramped = aFlag({ ...arms, holdback, stage });
          const full = changed(ramped, { stage: 'ga' });
          for (const bucket of probes(ramped, full)) {
            const now = sliceAt(full, bucket);
            const old = sliceAt(ramped, bucket);
            if (now?.analysed && old !== undefined) expect(now.variant).toBe(old.variant);
          }
        },
      ),
    );
  });

  test('without a holdback serves everybody a treatment and analyses nobody', () => {
    expect(slicesOf(aFlag({ stage: 'ga' }))).toEqual([
      { from: 0, to: 50_000, variant: 'treatment', analysed: false },
      { from: 50_000, to: 100_000, variant: 'treatment', analysed: false },
    ]);
    expect(expectedWeights(aFlag({ stage: 'ga' }))).toEqual({ control: 0, treatment: 0 });
  });

  test('with a holdback larger than the control keeps all of the control', () => {
    const variants = ['control', 'a', 'b', 'c'].map((name) => ({ name, value: name, weight: 1 }));
    const flag = aFlag({ type: 'string', variants, stage: 'ga', holdback: 0.5 });
    expect(expectedWeights(flag)).toEqual({ control: 25_000, a: 25_000, b: 25_000, c: 25_000 });
  });
});
