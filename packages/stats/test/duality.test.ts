import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  confidenceSequence,
  cStar,
  groupSequentialLook,
  meanDifference,
  oneSidedSequence,
  relativeConfidenceSequence,
  relativeLift,
  relativeMargin,
  type FiellerSet,
  type MeanEstimate,
} from '@liftgate/stats';
import { level, soundEstimate } from './support/arbitrary.ts';

/** Runs a property over two sound arms and a level. */
function overArms(check: (control: MeanEstimate, treatment: MeanEstimate, alpha: number) => void): void {
  fc.assert(fc.property(soundEstimate, soundEstimate, level, check));
}

describe('an interval excludes the null exactly when its test rejects', () => {
  it('for Welch', () => {
    overArms((control, treatment, alpha) => {
      const r = meanDifference(control, treatment, { alpha });
      if (r.status !== 'ok' || Math.abs(r.pTwoSided - alpha) < 1e-9) return;
      expect(r.interval[0] > 0 || r.interval[1] < 0).toBe(r.pTwoSided < alpha);
    });
  });

  it('for the confidence sequence', () => {
    overArms((control, treatment, alpha) => {
      const estimate = treatment.mean - control.mean;
      const se = Math.sqrt(control.varianceOfMean + treatment.varianceOfMean);
      const r = confidenceSequence({ estimate, se, tauSquared: 0.01, alpha });
      if (r.status !== 'ok' || Math.abs(r.logE + Math.log(alpha)) < 1e-9) return;
      expect(r.interval[0] > 0 || r.interval[1] < 0).toBe(r.logE > -Math.log(alpha));
    });
  });

  it('for the one-sided sequence, in both directions', () => {
    overArms((control, treatment, alpha) => {
      const estimate = treatment.mean - control.mean;
      const se = Math.sqrt(control.varianceOfMean + treatment.varianceOfMean);
      for (const direction of ['increase', 'decrease'] as const) {
        const r = oneSidedSequence({ estimate, se, tauSquared: 1, alpha, direction });
        if (r.status !== 'ok' || Math.abs(r.logE + Math.log(alpha)) < 1e-9) return;
        expect(direction === 'increase' ? r.bound > 0 : r.bound < 0).toBe(r.logE > -Math.log(alpha));
      }
    });
  });

  it('for Fieller against the absolute test', () => {
    overArms((control, treatment, alpha) => {
      const r = relativeLift(control, treatment, { alpha });
      if (r.status !== 'ok' || Math.abs(r.pTwoSided - alpha) < 1e-7) return;
      expect(contains(r.fieller, 0)).toBe(r.pTwoSided >= alpha);
    });
  });

  it('for the always-valid Fieller set against the sequence of each contrast', () => {
    overArms((control, treatment, alpha) => {
      const tauSquared = (control.varianceOfMean + treatment.varianceOfMean) * cStar(alpha);
      const r = relativeConfidenceSequence({ control, treatment, tauSquared, alpha });
      if (r.status !== 'ok' || r.fieller.kind !== 'interval' || control.mean <= 0) return;
      const [low, high] = r.fieller.interval;
      for (const edge of [low, high]) {
        const ratio = 1 + edge;
        const estimate = treatment.mean - ratio * control.mean;
        const se = Math.sqrt(treatment.varianceOfMean + ratio * ratio * control.varianceOfMean);
        const atEdge = confidenceSequence({ estimate, se, tauSquared, alpha });
        expect(atEdge.status === 'ok' && atEdge.logE).toBeCloseTo(-Math.log(alpha), 4);
      }
    });
  });

  it('for the repeated interval of a group sequential look', () => {
    const look = groupSequentialLook({ fractions: [0.5, 1], alpha: 0.025 }, { estimate: 0.21, se: 0.1 });
    expect(look).toMatchObject({ status: 'ok', benefit: true, harm: false });
    expect(look.status === 'ok' && look.interval![0]).toBeGreaterThan(0);
  });
});

describe('tests are symmetric', () => {
  it('in the arms: swapping them mirrors estimate, interval and one-sided p', () => {
    overArms((control, treatment, alpha) => {
      const there = meanDifference(control, treatment, { alpha });
      const back = meanDifference(treatment, control, { alpha });
      if (there.status !== 'ok' || back.status !== 'ok') return;
      expect(back.estimate + there.estimate).toBe(0);
      expect(back.pTwoSided).toBeCloseTo(there.pTwoSided, 12);
      expect(back.pGreater).toBeCloseTo(there.pLess, 12);
    });
  });

  it('in the margin: ratio 1 is the absolute one-sided sequence', () => {
    overArms((control, treatment, alpha) => {
      const margin = relativeMargin({
        control,
        treatment,
        ratio: 1,
        direction: 'decrease',
        tauSquared: 2,
        alpha,
      });
      const estimate = treatment.mean - control.mean;
      const se = Math.sqrt(treatment.varianceOfMean + control.varianceOfMean);
      expect(margin).toMatchObject(
        oneSidedSequence({ estimate, se, tauSquared: 2, alpha, direction: 'decrease' }),
      );
    });
  });
});

describe('evidence is monotone', () => {
  it('in the estimate: further from the null means a smaller p and a larger e-value', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 40, noNaN: true }),
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        (z, more) => {
          const near = lookAt(z);
          const far = lookAt(z + more);
          if (near.status !== 'ok' || far.status !== 'ok') throw new Error('must be ok');
          expect(far.logE).toBeGreaterThan(near.logE);
          expect(far.p).toBeLessThanOrEqual(near.p);
        },
      ),
    );
  });

  it('in alpha: more confidence means a wider interval', () => {
    overArms((control, treatment) => {
      const wide = meanDifference(control, treatment, { alpha: 0.01 });
      const narrow = meanDifference(control, treatment, { alpha: 0.1 });
      if (wide.status !== 'ok' || narrow.status !== 'ok') return;
      expect(wide.interval[1] - wide.interval[0]).toBeGreaterThan(narrow.interval[1] - narrow.interval[0]);
    });
  });

  it('at the tuned information the sequence is narrowest: 3.035 standard errors at 5 %, 3.572 at 1 %', () => {
    expect(halfWidth(0.05, 1)).toBeCloseTo(3.035, 3);
    expect(halfWidth(0.01, 1)).toBeCloseTo(3.572, 3);
    for (const factor of [0.25, 0.5, 0.99, 1.01, 2, 4]) {
      expect(halfWidth(0.05, factor)).toBeGreaterThan(halfWidth(0.05, 1));
    }
  });
});

function contains(set: FiellerSet, lift: number): boolean {
  if (set.kind === 'unbounded') return true;
  if (set.kind === 'interval') return set.interval[0] <= lift && lift <= set.interval[1];
  return lift <= set.below || lift >= set.above;
}

function lookAt(estimate: number) {
  return confidenceSequence({ estimate, se: 1, tauSquared: 8 });
}

/** In standard errors, at `factor` times the tuned information. */
function halfWidth(alpha: number, factor: number): number {
  const r = confidenceSequence({ estimate: 0, se: 1, tauSquared: cStar(alpha) * factor, alpha });
  return r.status === 'ok' ? r.halfWidth : 0;
}
