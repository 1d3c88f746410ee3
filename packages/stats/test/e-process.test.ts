import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bettingSequence,
  binomialLogPmf,
  confidenceSequence,
  logGamma,
  normalDensity,
  oneSidedSequence,
  rankLogE,
  sequentialSampleRatioMismatch,
  shareProcess,
  thresholdProcess,
} from '@liftgate/stats';

/**
 * Each process is a martingale under its null: its expectation after n units is exactly 1. For counts this is a finite sum over all
 * outcomes, computed here without simulation, so that an error of 1e-9 in a formula fails.
 */
const sizes = [1, 2, 5, 17, 60, 200];

describe('under its null, the expected e-value is exactly 1', () => {
  it.each(sizes)('for the share process after %i erring units, at any allocation and margin', (n) => {
    for (const [treatmentShare, margin] of [
      [0.5, 1],
      [0.1, 1],
      [0.9, 1],
      [0.25, 1.25],
    ] as const) {
      const p = (treatmentShare * margin) / (treatmentShare * margin + 1 - treatmentShare);
      const logE = (s: number): number =>
        ok(shareProcess([{ treatmentShare, treatmentUnits: s, controlUnits: n - s }], { margin })).logE;
      expect(expectation(n, p, logE)).toBeCloseTo(1, 9);
    }
  });

  it('for the share process over stages with different allocations', () => {
    const outer = expectation(20, 0.1, (first) =>
      Math.log(expectation(30, 0.5, (second) => rampLogE(first, second))),
    );
    expect(outer).toBeCloseTo(1, 9);
  });

  it.each(sizes)('for the threshold process after %i units at the limit, and less below it', (n) => {
    for (const limit of [0.01, 0.05, 0.5]) {
      const logE = (failed: number): number =>
        ok(thresholdProcess({ failed, passed: n - failed, limit })).logE;
      expect(expectation(n, limit, logE)).toBeCloseTo(1, 9);
      expect(expectation(n, limit / 2, logE)).toBeLessThan(1);
    }
  });

  it.each(sizes)('for the rank process after %i units', (n) => {
    for (const q of [0.5, 0.95, 0.99]) {
      expect(expectation(n, q, (s) => rankLogE(s, n, q, 120))).toBeCloseTo(1, 9);
    }
  });

  it.each([2, 9, 40])('for the split of %i units between three arms', (n) => {
    const weights = [0.2, 0.3, 0.5];
    let total = 0;
    for (let a = 0; a <= n; a++) {
      for (let b = 0; a + b <= n; b++) {
        const observed = [a, b, n - a - b];
        const logP = observed.reduce(
          (sum, k, i) => sum + k * Math.log(weights[i] ?? 1) - logGamma(k + 1),
          logGamma(n + 1),
        );
        const r = sequentialSampleRatioMismatch([{ observed, weights }], { concentration: 50 });
        total += Math.exp(logP + (r.status === 'ok' ? r.logBayesFactor : NaN));
      }
    }
    expect(total).toBeCloseTo(1, 9);
  });

  it('for the two-sided normal mixture, at any information', () => {
    for (const c of [0.01, 1, 8.2, 500]) {
      expect(
        normalExpectation(0, c, (z) => ok(confidenceSequence({ estimate: z, se: 1, tauSquared: c })).logE),
      ).toBeCloseTo(1, 8);
    }
  });

  it('for the one-sided mixture at the null, and less on its side of it', () => {
    for (const c of [0.01, 1, 6.6, 500]) {
      for (const direction of ['increase', 'decrease'] as const) {
        const logE = (z: number): number =>
          ok(oneSidedSequence({ estimate: z, se: 1, tauSquared: c, direction })).logE;
        expect(normalExpectation(0, c, logE)).toBeCloseTo(1, 8);
        expect(normalExpectation(direction === 'increase' ? -0.5 : 0.5, c, logE)).toBeLessThan(1);
      }
    }
  });

  it('for the betting process over all 2^n assignments of units whose outcomes the treatment does not change', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }),
        fc.constantFrom(0.5, 0.2, 0.8),
        (outcomes, treatmentShare) => {
          let greater = 0;
          let less = 0;
          for (let mask = 0; mask < 2 ** outcomes.length; mask++) {
            const units = outcomes.map((value, i) => ({ treated: ((mask >> i) & 1) === 1, value }));
            const treated = units.filter((unit) => unit.treated).length;
            const p = treatmentShare ** treated * (1 - treatmentShare) ** (units.length - treated);
            const r = ok(bettingSequence({ units, treatmentShare, bounds: [0, 1] }));
            greater += p * Math.exp(r.logEGreater);
            less += p * Math.exp(r.logELess);
          }
          expect(greater).toBeCloseTo(1, 9);
          expect(less).toBeCloseTo(1, 9);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('one more unit', () => {
  it('leaves the expected e-value where it was, whatever has happened so far', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.constantFrom(0.1, 0.5, 0.7), (s, f, share) => {
        const at = (treatmentUnits: number, controlUnits: number): number =>
          ok(shareProcess([{ treatmentShare: share, treatmentUnits, controlUnits }])).logE;
        const now = at(s, f);
        const next = share * Math.exp(at(s + 1, f) - now) + (1 - share) * Math.exp(at(s, f + 1) - now);
        expect(next).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe('guardrail processes', () => {
  it('give the published evidence: three failures in three units against 5 % are e = 2,105', () => {
    expect(Math.exp(ok(thresholdProcess({ failed: 3, passed: 0, limit: 0.05 })).logE)).toBeCloseTo(
      2105.25,
      2,
    );
  });

  it('keep growing where probabilities underflow, without a clamp', () => {
    expect(limitLogE(100_000, 100_000) / limitLogE(10_000, 10_000)).toBeCloseTo(10, 2);
    expect(limitLogE(1e9, 1e9)).toBeGreaterThan(8e8);
  });

  it('fall without bound, slowly, for a healthy treatment', () => {
    expect(limitLogE(1e4, 1e6)).toBeLessThan(limitLogE(1e2, 1e4));
    expect(Number.isFinite(limitLogE(1e7, 1e9))).toBe(true);
  });

  it('call the treatment the worse arm only when its rate is the higher one', () => {
    const equal = ok(shareProcess([{ treatmentShare: 0.1, treatmentUnits: 80, controlUnits: 720 }]));
    expect(equal.ratio).toBeCloseTo(1, 12);
    expect(equal.treatmentWorse).toBe(false);
    const worse = ok(shareProcess([{ treatmentShare: 0.1, treatmentUnits: 160, controlUnits: 720 }]));
    expect(worse.ratio).toBeCloseTo(2, 12);
    expect(worse.treatmentWorse).toBe(true);
  });
});

function ok<T extends { status: string }>(result: T): Extract<T, { status: 'ok' }> {
  if (!isOk(result)) throw new Error(`expected ok, got ${JSON.stringify(result)}`);
  return result;
}

function isOk<T extends { status: string }>(result: T): result is Extract<T, { status: 'ok' }> {
  return result.status === 'ok';
}

/** A stage at 10 % with 20 erring units, then one at 50 % with 30. */
function rampLogE(first: number, second: number): number {
  return ok(
    shareProcess([
      { treatmentShare: 0.1, treatmentUnits: first, controlUnits: 20 - first },
      { treatmentShare: 0.5, treatmentUnits: second, controlUnits: 30 - second },
    ]),
  ).logE;
}

/** Against 5 %. */
function limitLogE(failed: number, passed: number): number {
  return ok(thresholdProcess({ failed, passed, limit: 0.05 })).logE;
}

/** E[exp(logE(K))] for K ~ Binomial(n, p). */
function expectation(n: number, p: number, logE: (k: number) => number): number {
  let total = 0;
  for (let k = 0; k <= n; k++) total += Math.exp(binomialLogPmf(k, n, p) + logE(k));
  return total;
}

/** E[exp(logE(Z))] for Z ~ N(mean, 1), by the trapezoid rule; times a mixture the integrand is as wide as √(1 + c). */
function normalExpectation(mean: number, c: number, logE: (z: number) => number): number {
  const reach = 10 * Math.sqrt(1 + c);
  const h = 0.05;
  let total = 0;
  for (let z = mean - reach; z <= mean + reach; z += h) {
    total += Math.exp(-0.5 * (z - mean) ** 2 + logE(z)) * normalDensity(0) * h;
  }
  return total;
}
