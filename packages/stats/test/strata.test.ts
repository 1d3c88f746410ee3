import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  combineStrata,
  meanDifference,
  meanEstimate,
  mergeMoments,
  momentsOf,
  type Moments,
} from '@liftgate/stats';
import { metricValues } from './support/arbitrary.ts';

describe('strata', () => {
  it('of which one is usable give exactly its estimates', () => {
    fc.assert(
      fc.property(metricValues, metricValues, (a, b) => {
        const only = { control: momentsOf(a), treatment: momentsOf(b) };
        const unusable = { control: momentsOf([1]), treatment: momentsOf(b) };
        expect(combineStrata([unusable, only])).toStrictEqual({
          control: meanEstimate(only.control),
          treatment: meanEstimate(only.treatment),
        });
      }),
    );
  });

  it('without two units in both arms do not exist', () => {
    expect(combineStrata([])).toBeNull();
    expect(combineStrata([{ control: momentsOf([1]), treatment: momentsOf([1, 2]) }])).toBeNull();
  });

  it('average their differences by inverse variance', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(metricValues, metricValues), { minLength: 2, maxLength: 4 }), (arms) => {
        const strata = arms.map(([a, b]) => ({
          control: momentsOf([...a, 0, 1]),
          treatment: momentsOf([...b, 0, 1]),
        }));
        const combined = combineStrata(strata);
        const parts = strata.map(({ control, treatment }) => ({
          d: treatment.mean - control.mean,
          information: 1 / (varianceOfMean(control) + varianceOfMean(treatment)),
        }));
        const information = parts.reduce((sum, part) => sum + part.information, 0);
        const expected = parts.reduce((sum, part) => sum + part.information * part.d, 0) / information;
        const scale = Math.max(...parts.map((part) => Math.abs(part.d)), 1e-3);
        expect(Math.abs(combined!.treatment.mean - combined!.control.mean - expected)).toBeLessThan(
          1e-9 * scale,
        );
        const v = combined!.control.varianceOfMean + combined!.treatment.varianceOfMean;
        expect(v * information).toBeCloseTo(1, 9);
      }),
    );
  });

  it('keep a moving baseline out of the effect, where pooling reports one that does not exist', () => {
    // A 10/25/50 % ramp in which nothing works and the baseline moves 10 → 12 → 9 %.
    const strata = [stage(70_000, 0.1, 0.1), stage(70_000, 0.25, 0.12), stage(70_000, 0.5, 0.09)];
    const { control, treatment } = combineStrata(strata)!;
    expect(treatment.mean - control.mean).toBeCloseTo(0, 12);
    const pooled = meanDifference(
      meanEstimate(strata.map((s) => s.control).reduce(mergeMoments))!,
      meanEstimate(strata.map((s) => s.treatment).reduce(mergeMoments))!,
    );
    expect(pooled.status === 'ok' && pooled.pTwoSided).toBeLessThan(0.05);
  });

  it('of which one shows no variance are still combined, by size', () => {
    const quiet = { control: momentsOf([0, 0, 0, 0]), treatment: momentsOf([0, 0, 0, 0]) };
    const busy = { control: momentsOf([0, 1, 0, 1]), treatment: momentsOf([1, 1, 1, 0]) };
    const combined = combineStrata([quiet, busy])!;
    expect(combined.treatment.mean - combined.control.mean).toBeCloseTo(0.125, 12);
    expect(combined.control.n).toBe(8);
  });
});

function bernoulli(n: number, rate: number): Moments {
  return { n, mean: rate, m2: n * rate * (1 - rate) };
}

function varianceOfMean(m: Moments): number {
  return m.m2 / (m.n - 1) / m.n;
}

function stage(units: number, share: number, rate: number) {
  return { control: bernoulli(units * (1 - share), rate), treatment: bernoulli(units * share, rate) };
}
