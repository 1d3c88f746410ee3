import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparePlans,
  cStar,
  duration,
  groupSequentialBounds,
  hybridLook,
  meanSampleSize,
  minimumDetectableEffect,
  normalIsf,
  planPower,
  powerTwoSided,
  tauSquaredFor,
  informationFor,
} from '@liftgate/stats';

const thirty = Array.from({ length: 30 }, (_, k) => (k + 1) / 30);

/** z-bounds of a sequence tuned at the last look. */
function sequenceBounds(alpha: number): number[] {
  return thirty.map((t) => {
    const c = cStar(alpha) * t;
    return Math.sqrt((1 + 1 / c) * (Math.log1p(c) - 2 * Math.log(alpha)));
  });
}

function powerOfPlan(input: Parameters<typeof planPower>[0]) {
  const plan = planPower(input);
  if (plan.status !== 'ok') throw new Error(plan.message);
  return plan;
}

describe('error rates, by integration', () => {
  it('a confidence sequence at 5 % rejects a true null in 1.2 % of experiments over 30 looks', () => {
    const r = powerOfPlan({ fractions: thirty, bounds: sequenceBounds(0.05), drift: 0, sides: 2 });
    expect(100 * (r.cumulativePower.at(-1)! + r.wrongSide)).toBeCloseTo(1.24, 1);
  });

  it('looking 30 times with a fixed test rejects in 28–29 %', () => {
    const bounds = thirty.map(() => normalIsf(0.025));
    const r = powerOfPlan({ fractions: thirty, bounds, drift: 0, sides: 2 });
    expect(100 * (r.cumulativePower.at(-1)! + r.wrongSide)).toBeCloseTo(28.5, 0);
  });

  it('a group sequential design spends exactly its α, whatever the spending', () => {
    for (const spending of [
      { kind: 'obrien_fleming' },
      { kind: 'pocock' },
      { kind: 'power', phi: 2 },
    ] as const) {
      const designed = groupSequentialBounds({ fractions: thirty, alpha: 0.025, spending });
      if (designed.status !== 'ok') throw new Error('a sound design');
      const r = powerOfPlan({ fractions: thirty, bounds: designed.bounds, drift: 0, sides: 1 });
      expect(r.cumulativePower.at(-1)).toBeCloseTo(0.025, 8);
      designed.cumulativeAlpha.forEach((alpha, k) => {
        if (designed.bounds[k] !== null) expect(r.cumulativePower[k]).toBeCloseTo(alpha, 8);
      });
    }
  });

  it('the hybrid plan stays below α: half for the sequence, half for the end', () => {
    const sequence = sequenceBounds(0.025);
    const bounds = sequence.map((bound, k) => (k === 29 ? Math.min(bound, normalIsf(0.0125)) : bound));
    const r = powerOfPlan({ fractions: thirty, bounds, drift: 0, sides: 2 });
    const error = r.cumulativePower.at(-1)! + r.wrongSide;
    expect(error).toBeLessThan(0.05);
    expect(100 * error).toBeCloseTo(2.87, 0);
  });

  it('at the effect planned for, group sequential has 77 %, the sequence half, one look 80 % power', () => {
    const drift = normalIsf(0.025) + normalIsf(0.2);
    const designed = groupSequentialBounds({ fractions: thirty, alpha: 0.025 });
    const bounds = designed.status === 'ok' ? designed.bounds : [];
    const powerOf = (b: readonly (number | null)[]): number =>
      100 * powerOfPlan({ fractions: thirty, bounds: b, drift, sides: 2 }).cumulativePower.at(-1)!;
    expect(powerOf(bounds)).toBeGreaterThan(76);
    expect(powerOf(sequenceBounds(0.05))).toBeCloseTo(50.25, 1);
    const single = powerOfPlan({ fractions: [1], bounds: [normalIsf(0.025)], drift, sides: 2 });
    expect(single.cumulativePower[0]).toBeCloseTo(0.8, 9);
    expect(powerTwoSided(drift, 1, 0.05)).toBeCloseTo((single.cumulativePower[0] ?? 0) + single.wrongSide, 9);
  });

  it('a look with a higher bound is crossed less often', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 4, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (bound, more) => {
          const at = (b: number) =>
            powerOfPlan({ fractions: [0.5, 1], bounds: [b, b], drift: 1, sides: 2 }).cumulativePower[1] ?? 0;
          expect(at(bound + more)).toBeLessThan(at(bound));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('hybrid looks', () => {
  const tauSquared = 0.1;

  it('keep the fixed half for the look that was planned as the last', () => {
    const look = { estimate: 0.25, se: 0.1, tauSquared, alpha: 0.05 };
    expect(hybridLook({ ...look, final: false })).toMatchObject({ rejected: false, by: null });
    expect(hybridLook({ ...look, final: true })).toMatchObject({ rejected: true, by: 'fixed' });
  });

  it('reject early on the sequence alone, at half of α', () => {
    // z = 3.2: p of the sequence lies between 0.025 and 0.05, so that only the whole α would reject.
    expect(hybridLook({ estimate: 0.32, se: 0.1, tauSquared, final: false })).toMatchObject({
      rejected: false,
    });
    expect(hybridLook({ estimate: 0.4, se: 0.1, tauSquared, final: false })).toMatchObject({
      rejected: true,
      by: 'sequence',
    });
  });
});

describe('planning', () => {
  it('sample size and detectable effect are inverse to each other', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        fc.integer({ min: 100, max: 1_000_000 }),
        (sd, unitsPerArm) => {
          const mde = minimumDetectableEffect({ sd, mean: 1, unitsPerArm });
          if (mde.status !== 'ok') throw new Error(mde.message);
          const size = meanSampleSize({ sd, effect: mde.absolute });
          if (size.status !== 'ok') throw new Error(size.message);
          expect(size.controlUnitsExact / unitsPerArm).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  it('a sequence tuned for an effect is narrowest at the information that finds it', () => {
    const tauSquared = tauSquaredFor({ alpha: 0.05, minimumEffect: 2 });
    expect(tauSquared * informationFor({ alpha: 0.05, minimumEffect: 2 })).toBeCloseTo(cStar(0.05), 9);
    // No data have the information to find no effect.
    expect(informationFor({ alpha: 0.05, minimumEffect: 0 })).toBe(Number.MAX_VALUE);
    expect(tauSquaredFor({ alpha: 0.05, minimumEffect: 0 })).toBe(0);
    expect(tauSquaredFor({ alpha: 2, minimumEffect: 1 })).toBe(0);
  });

  it('days round up, and nobody arriving is no plan', () => {
    expect(duration({ unitsPerArm: 12_345, dailyUnits: 800 })).toEqual({ unitsPerArm: 12_345, days: 31 });
    expect(duration({ unitsPerArm: 100, dailyUnits: 0 })).toBeNull();
  });

  it('group sequential costs a little more at most and less on average; a sequence more at most, about as much on average', () => {
    const r = comparePlans({ sd: 25, effect: 0.5, looks: 10, dailyUnits: 4000 });
    if (r.status !== 'ok') throw new Error(r.message);
    expect(r.fixed).toEqual({ unitsPerArm: 39_245, expectedUnitsPerArm: 39_245, days: 20, expectedDays: 20 });
    expect(r.groupSequential.unitsPerArm / 39_245).toBeCloseTo(1.03, 1);
    expect(r.groupSequential.expectedUnitsPerArm).toBeLessThan(0.85 * 39_245);
    expect(r.sequence.unitsPerArm).toBeGreaterThan(1.6 * 39_245);
    expect(r.sequence.expectedDays).toBeLessThan(r.sequence.days ?? 0);
    const nobody = comparePlans({ sd: 25, effect: 0.5, looks: 5, dailyUnits: 0 });
    expect(nobody).toMatchObject({ status: 'ok', fixed: { days: null } });
    expect(comparePlans({ sd: -1, effect: 0.5, looks: 5, dailyUnits: 10 })).toMatchObject({
      status: 'invalid_input',
    });
  });
});
