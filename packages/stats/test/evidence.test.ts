import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bettingSequence,
  burnIn,
  clusterInflation,
  eBenjaminiHochberg,
  fitPriorSd,
  histogramQuantile,
  logEdges,
  meanOfLogE,
  mergeHistograms,
  normalIsf,
  productOfLogE,
  quantileOf,
  shrink,
  withLook,
  type RunningEvidence,
  type SequenceLook,
} from '@liftgate/stats';

describe('running evidence', () => {
  it('only gains: p falls, the interval narrows', () => {
    const first = withLook(null, look(0.2, [-1, 3]));
    const second = withLook(first, look(0.5, [-2, 2]));
    expect(second).toEqual({ p: 0.2, interval: [-1, 2], conflicting: false });
    expect(withLook(second, look(0.01, [1, 4]))).toEqual({ p: 0.01, interval: [1, 2], conflicting: false });
  });

  it('says so when intervals exclude each other, and then shows the latest', () => {
    const before: RunningEvidence = { p: 0.01, interval: [1, 2], conflicting: false };
    const after = withLook(before, look(0.3, [3, 4]));
    expect(after).toEqual({ p: 0.01, interval: [3, 4], conflicting: true });
    expect(withLook(after, look(0.3, [1, 9])).conflicting).toBe(true);
  });

  it('is not changed by a look that says nothing', () => {
    const first = withLook(null, look(0.2, [-1, 3]));
    expect(withLook(first, look(NaN, [0, 1]))).toEqual(first);
    expect(withLook(first, look(0.01, [0, Infinity]))).toEqual(first);
    expect(withLook(null, look(NaN, [0, 1])).p).toBe(1);
  });

  it('waits for 30 units per arm and 10 that are not zero, and says what is missing', () => {
    expect(burnIn({ control: 30, treatment: 30, nonZero: 10 })).toEqual({ ready: true });
    expect(burnIn({ control: 100, treatment: 20, nonZero: 4 })).toEqual({
      ready: false,
      unitsNeeded: 10,
      nonZeroUnitsNeeded: 6,
    });
  });
});

describe('combined e-values', () => {
  it('the mean lies between the smallest and the largest, without overflow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -2000, max: 2000, noNaN: true }), { minLength: 1, maxLength: 9 }),
        (logEs) => {
          const mean = meanOfLogE(logEs);
          expect(mean).toBeLessThanOrEqual(Math.max(...logEs) + 1e-9);
          expect(mean).toBeGreaterThanOrEqual(Math.max(...logEs) - Math.log(logEs.length) - 1e-9);
        },
      ),
    );
  });

  it('one loud guardrail among quiet ones still speaks: e = 300 of 3 is 100', () => {
    expect(Math.exp(meanOfLogE([Math.log(300), -50, -50]))).toBeCloseTo(100, 9);
  });

  it('multiply over stages', () => {
    expect(productOfLogE([Math.log(4), Math.log(5)])).toBeCloseTo(Math.log(20), 12);
  });

  it('e-BH never rejects an e-value smaller than one it keeps', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 12, noNaN: true }), { maxLength: 12 }), (logEs) => {
        const r = eBenjaminiHochberg(logEs, 0.1);
        if (r.status !== 'ok') throw new Error(r.message);
        const kept = logEs.filter((_, i) => !r.rejected[i]);
        const rejected = logEs.filter((_, i) => r.rejected[i]);
        if (kept.length > 0 && rejected.length > 0)
          expect(Math.min(...rejected)).toBeGreaterThan(Math.max(...kept));
      }),
    );
  });
});

describe('the small-n betting process', () => {
  const units = (n: number, rates: readonly [number, number]) =>
    Array.from({ length: n }, (_, i) => ({
      treated: i % 2 === 1,
      value: (i >> 1) % 10 < rates[i % 2 === 1 ? 1 : 0] * 10 ? 1 : 0,
    }));

  it('finds 20 % → 80 % within 60 units, where nothing is asymptotic', () => {
    const r = bettingSequence({ units: units(60, [0.2, 0.8]), treatmentShare: 0.5, bounds: [0, 1] });
    expect(r).toMatchObject({ status: 'ok', n: 60 });
    if (r.status !== 'ok') return;
    expect(r.estimate).toBeCloseTo(0.6, 12);
    expect(r.p).toBeLessThan(0.01);
    expect(r.interval[0]).toBeGreaterThan(0);
    expect(r.interval[1]).toBeGreaterThan(0.6);
  });

  it('is silent where nothing differs, and says ±1 before the first unit', () => {
    const r = bettingSequence({ units: units(100, [0.5, 0.5]), treatmentShare: 0.5, bounds: [0, 1] });
    expect(r.status === 'ok' && r.p).toBe(1);
    const none = bettingSequence({ units: [], treatmentShare: 0.5, bounds: [0, 1] });
    expect(none).toMatchObject({ p: 1, interval: [-1, 1], estimate: null });
  });

  it('does not depend on the unit of measurement', () => {
    const percent = units(40, [0.3, 0.7]);
    const cents = percent.map((unit) => ({ ...unit, value: 500 + 100 * unit.value }));
    const a = bettingSequence({ units: percent, treatmentShare: 0.5, bounds: [0, 1] });
    const b = bettingSequence({ units: cents, treatmentShare: 0.5, bounds: [500, 600] });
    if (a.status !== 'ok' || b.status !== 'ok') throw new Error('must be ok');
    expect(b.logE).toBeCloseTo(a.logE, 9);
    expect(b.interval[0]).toBeCloseTo(100 * a.interval[0], 6);
  });

  it('its interval excludes exactly the nulls that it rejects', () => {
    const sample = units(50, [0.2, 0.7]);
    const at = (nullValue: number) => {
      const r = bettingSequence({ units: sample, treatmentShare: 0.5, bounds: [0, 1], null: nullValue });
      if (r.status !== 'ok') throw new Error(r.message);
      return r;
    };
    const [low, high] = at(0).interval;
    expect(at(low + 1e-6).logEGreater).toBeLessThan(Math.log(40));
    expect(at(low - 1e-6).logEGreater).toBeGreaterThan(Math.log(40));
    expect(at(Math.min(1, high + 1e-6)).logELess).toBeGreaterThanOrEqual(Math.log(40) - 1e-3);
  });
});

describe('quantiles', () => {
  it('from a histogram hold those of the raw values, at most one bucket wider', () => {
    const edges = logEdges(1, 1e5, 1.02);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1.5, max: 9e4, noNaN: true }), { minLength: 80, maxLength: 300 }),
        (values) => {
          const counts = edges
            .slice(1)
            .map((edge, i) => values.filter((v) => v > (edges[i] ?? 0) && v <= edge).length);
          const raw = quantileOf(values, 0.9);
          const binned = histogramQuantile({ edges, counts }, 0.9);
          if (raw.status !== 'ok' || binned.status !== 'ok') throw new Error('must be ok');
          if (raw.lower === null || raw.upper === null) return;
          expect(binned.lower!).toBeLessThanOrEqual(raw.lower);
          expect(binned.lower! * 1.021).toBeGreaterThanOrEqual(raw.lower);
          expect(binned.upper!).toBeGreaterThanOrEqual(raw.upper);
          expect(binned.upper!).toBeLessThanOrEqual(raw.upper * 1.021);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('histograms merge by adding, and only with the same edges', () => {
    const a = { edges: [0, 1, 2], counts: [3, 4] };
    expect(mergeHistograms(a, { edges: [0, 1, 2], counts: [1, 1] })).toEqual({
      edges: [0, 1, 2],
      counts: [4, 5],
    });
    expect(mergeHistograms(a, { edges: [0, 1, 3], counts: [1, 1] })).toBeNull();
  });

  it('of units that repeat the same value m times need intervals √m wider', () => {
    const units = Array.from({ length: 4000 }, (_, i) => ({ values: 9, atOrBelow: i % 20 === 0 ? 0 : 9 }));
    expect(clusterInflation(units)).toBeCloseTo(3, 2);
    const independent = Array.from({ length: 4000 }, (_, i) => ({
      values: 1,
      atOrBelow: i % 20 === 0 ? 0 : 1,
    }));
    expect(clusterInflation(independent)).toBeCloseTo(1, 2);
  });
});

describe('shrinking winners', () => {
  it('the fitted prior is that of the truth, and none where noise explains everything', () => {
    // Quantiles of N(0, 2² + 1²) as estimates with error 1: the truth has sd 2.
    const estimates = Array.from({ length: 999 }, (_, i) => Math.sqrt(5) * probit((i + 1) / 1000));
    expect(fitPriorSd(estimates.map((estimate) => ({ estimate, se: 1 })))).toBeCloseTo(2, 1);
    const noise = Array.from({ length: 999 }, (_, i) => 0.9 * probit((i + 1) / 1000));
    expect(fitPriorSd(noise.map((estimate) => ({ estimate, se: 1 })))).toBeNull();
    expect(fitPriorSd([{ estimate: 1, se: 1 }])).toBeNull();
  });

  it('a precise estimate keeps its value, a noisy one goes to zero', () => {
    expect(shrink({ estimate: 5, se: 0, priorSd: 1 })).toMatchObject({ shrinkage: 1, posteriorMean: 5 });
    expect(shrink({ estimate: 5, se: 100, priorSd: 1 })).toMatchObject({
      posteriorMean: expect.closeTo(0, 2),
    });
  });
});

function look(p: number, interval: readonly [number, number]): SequenceLook {
  return {
    status: 'ok',
    z: 0,
    c: 1,
    logE: -Math.log(p),
    p,
    interval,
    halfWidth: (interval[1] - interval[0]) / 2,
  };
}

function probit(p: number): number {
  return -normalIsf(p);
}
