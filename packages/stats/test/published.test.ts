import { describe, expect, it } from 'vitest';
import {
  cStar,
  fisherExact,
  groupSequentialBounds,
  groupSequentialInflation,
  momentsOf,
  pooledMeanDifference,
  proportionDifference,
  quantileRanks,
  sequenceInflation,
  welch,
} from '@liftgate/stats';

/** Numbers printed by others, so that a shared mistake of code and vectors would show. */
describe('published numbers', () => {
  it('Student (1908), sleep: R prints Welch t = -1.8608, df = 17.776, p = 0.07939, and pooled p = 0.07919', () => {
    const first = momentsOf([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]);
    const second = momentsOf([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]);
    const r = welch(second, first);
    expect(r).toMatchObject({ status: 'ok' });
    if (r.status !== 'ok') return;
    expect(r.statistic).toBeCloseTo(-1.8608, 4);
    expect(r.df).toBeCloseTo(17.776, 3);
    expect(r.pTwoSided).toBeCloseTo(0.07939, 5);
    expect(r.interval[0]).toBeCloseTo(-3.3654832, 7);
    expect(r.interval[1]).toBeCloseTo(0.2054832, 7);
    const pooled = pooledMeanDifference(second, first);
    expect(pooled.status === 'ok' && pooled.pTwoSided).toBeCloseTo(0.07919, 5);
  });

  it('Fisher (1935), a lady tasting tea: 3 of 4 against 1 of 4 is p = 0.4857 two-sided, 0.2429 one-sided', () => {
    const r = fisherExact({ successes: 1, n: 4 }, { successes: 3, n: 4 });
    expect(r.pTwoSided).toBeCloseTo(34 / 70, 12);
    expect(r.pGreater).toBeCloseTo(17 / 70, 12);
  });

  it('Newcombe (1998), table II, 56/70 against 48/80: method 10 prints (0.0524, 0.3339)', () => {
    const r = proportionDifference({ successes: 48, n: 80 }, { successes: 56, n: 70 });
    expect(r.status === 'ok' && r.newcombe[0]).toBeCloseTo(0.0524, 4);
    expect(r.status === 'ok' && r.newcombe[1]).toBeCloseTo(0.3339, 4);
  });

  it('Lan and DeMets (1983), five looks at one-sided 2.5 %: 4.877, 3.357, 2.680, 2.290, 2.031', () => {
    const r = groupSequentialBounds({ fractions: [0.2, 0.4, 0.6, 0.8, 1], alpha: 0.025 });
    expect(r.status === 'ok' && r.bounds.map((bound) => bound?.toFixed(3))).toEqual([
      '4.877',
      '3.357',
      '2.680',
      '2.290',
      '2.031',
    ]);
  });

  it('an O’Brien–Fleming plan of five looks needs 2–3 % more units, a Pocock plan about a fifth', () => {
    const obf = groupSequentialInflation({ alpha: 0.05, looks: 5 });
    const pocock = groupSequentialInflation({ alpha: 0.05, looks: 5, spending: { kind: 'pocock' } });
    expect(obf.status === 'ok' && obf.inflation).toBeCloseTo(1.025, 2);
    expect(pocock.status === 'ok' && pocock.inflation).toBeCloseTo(1.21, 2);
    const single = groupSequentialInflation({ alpha: 0.05, looks: 1 });
    expect(single.status === 'ok' && single.inflation).toBeCloseTo(1, 9);
  });

  it('a confidence sequence needs about 1.65 to 1.75 times the units of one look, less the more often it is looked at', () => {
    const daily = sequenceInflation({ alpha: 0.05, looks: 30 });
    const rare = sequenceInflation({ alpha: 0.05, looks: 10 });
    expect(daily.status === 'ok' && daily.inflation).toBeGreaterThan(1.65);
    expect(daily.status === 'ok' && daily.inflation).toBeLessThan(1.75);
    expect(rare.status === 'ok' && daily.status === 'ok' && rare.inflation > daily.inflation).toBe(true);
  });

  it('Howard et al. (2021): c* = 8.212 at 5 %, 11.756 at 1 %', () => {
    expect(cStar(0.05)).toBeCloseTo(8.212, 3);
    expect(cStar(0.01)).toBeCloseTo(11.756, 3);
  });

  it('a two-sided 95 % interval of a p95 needs 72 units to have an upper bound', () => {
    expect(bounded(71)).toBe(false);
    expect(bounded(72)).toBe(true);
  });
});

function bounded(n: number): boolean {
  const r = quantileRanks(n, 0.95, 0.05);
  return r.status === 'ok' && r.upperRank <= n;
}
