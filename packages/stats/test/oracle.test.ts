import * as fc from 'fast-check';
import binomialPmf from '@stdlib/stats-base-dists-binomial-pmf';
import chiSquareCdf from '@stdlib/stats-base-dists-chisquare-cdf';
import hypergeometricCdf from '@stdlib/stats-base-dists-hypergeometric-cdf';
import stdlibBetaln from '@stdlib/math-base-special-betaln';
import tCdf from '@stdlib/stats-base-dists-t-cdf';
import { describe, expect, it } from 'vitest';
import {
  betaIsf,
  betaLogCdf,
  betaLogSf,
  betaQuantile,
  betaSf,
  binomialLogPmf,
  chiSquareIsf,
  chiSquareSf,
  fisherExact,
  logBeta,
  logBetaTail,
  normalCdf,
  normalIsf,
  normalLogSf,
  normalSf,
  tIsf,
  tSf,
} from '@liftgate/stats';

/** Our own numerics against @stdlib's, where a central value leaves both exact; and each function against its inverse. */
const positive = fc.double({ min: 0.5, max: 5000, noNaN: true });
const probability = fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true });

const agree = (actual: number, expected: number, rel: number): void => {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(rel * Math.abs(expected) + 1e-300);
};

describe('distributions agree with @stdlib', () => {
  it('ln B(a, b)', () => {
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        expect(Math.abs(logBeta(a, b) - stdlibBetaln(a, b))).toBeLessThan(
          1e-9 * (1 + Math.abs(stdlibBetaln(a, b))),
        );
      }),
    );
  });

  it('binomial probabilities', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.nat(2000), probability, (n, k, p) => {
        const expected = binomialPmf(k % (n + 1), n, p);
        if (expected > 1e-250) agree(Math.exp(binomialLogPmf(k % (n + 1), n, p)), expected, 1e-9);
      }),
    );
  });

  it('Student’s t and chi-square', () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), positive, (t, df) => {
        expect(Math.abs(tSf(t, df) - (1 - tCdf(t, df)))).toBeLessThan(1e-10);
        expect(Math.abs(chiSquareSf(t * t, df) - (1 - chiSquareCdf(t * t, df)))).toBeLessThan(1e-10);
      }),
    );
  });

  it('Fisher’s one-sided p and the hypergeometric distribution', () => {
    const table = fc.tuple(
      fc.integer({ min: 1, max: 80 }),
      fc.integer({ min: 1, max: 80 }),
      fc.nat(80),
      fc.nat(80),
    );
    fc.assert(
      fc.property(table, ([nc, nt, c, t]) => {
        const control = { successes: c % (nc + 1), n: nc };
        const treatment = { successes: t % (nt + 1), n: nt };
        const k = control.successes + treatment.successes;
        const r = fisherExact(control, treatment);
        expect(Math.abs(r.pLess - hypergeometricCdf(treatment.successes, nc + nt, k, nt))).toBeLessThan(
          1e-10,
        );
      }),
    );
  });
});

describe('log tails', () => {
  it('agree with the logarithm of the tail where it does not underflow', () => {
    fc.assert(
      fc.property(probability, positive, positive, (x, a, b) => {
        const mean = a / (a + b);
        const sd = Math.sqrt((mean * (1 - mean)) / (a + b + 1));
        // The continued fraction is used well below the mean.
        if (x > mean - 2 * sd || betaLogCdf(x, a, b) < -600) return;
        expect(Math.abs(logBetaTail(x, 1 - x, a, b) - betaLogCdf(x, a, b))).toBeLessThan(1e-9 * (1 + a + b));
      }),
    );
  });

  it('are finite and fall steadily where the tail itself is 0', () => {
    expect(betaSf(0.5, 20, 3000)).toBe(0);
    expect(betaLogSf(0.5, 20, 3000)).toBeLessThan(betaLogSf(0.4, 20, 3000));
    expect(betaLogSf(0.5, 20, 3000) - betaLogSf(0.4, 20, 3000)).toBeCloseTo(3000 * Math.log(0.5 / 0.6), -2);
    expect(normalLogSf(1e6)).toBeCloseTo(-5e11, -3);
  });
});

describe('quantile functions invert tails', () => {
  it('for the normal, t, chi-square and beta distributions', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 0.5, noNaN: true }), positive, positive, (p, a, b) => {
        agree(normalSf(normalIsf(p)), p, 1e-9);
        agree(tSf(tIsf(p, a), a), p, 1e-8);
        agree(chiSquareSf(chiSquareIsf(p, a), a), p, 1e-8);
        if (a > 1 && b > 1) {
          // Next to 1 the doubles themselves are too far apart.
          const x = betaIsf(p, a, b);
          if (x < 0.99) agree(betaSf(x, a, b), p, 1e-9 * (1 + a + b));
          agree(Math.exp(betaLogCdf(betaQuantile(p, a, b), a, b)), p, 1e-9 * (1 + a + b));
        }
      }),
    );
  });

  it('and both tails of the normal add up to one', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (z) => {
        expect(normalSf(z) + normalCdf(z)).toBeCloseTo(1, 14);
      }),
    );
  });
});
