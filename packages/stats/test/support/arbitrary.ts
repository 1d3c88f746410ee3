import * as fc from 'fast-check';
import type { MeanEstimate, Moments } from '@liftgate/stats';

/** Values as metrics have them: whole thousandths, not too large. */
export const metricValue = fc.integer({ min: -5_000_000, max: 5_000_000 }).map((x) => x / 1000);

export const metricValues = fc.array(metricValue, { minLength: 2, maxLength: 60 });

/** Numbers that a broken producer could send. */
export const hostileNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(
    NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    1,
    -1,
    0.5,
    2 ** 53,
    2 ** 53 + 2,
    1e308,
    -1e308,
    5e-324,
    1e-160,
    1e160,
  ),
  fc.integer({ min: -10, max: 1000 }),
);

export const hostileMoments: fc.Arbitrary<Moments> = fc.record({
  n: hostileNumber,
  mean: hostileNumber,
  m2: hostileNumber,
});

export const hostileEstimate: fc.Arbitrary<MeanEstimate> = fc.record({
  n: hostileNumber,
  mean: hostileNumber,
  variance: fc.oneof(hostileNumber, fc.constant(null)),
  varianceOfMean: hostileNumber,
  df: hostileNumber,
});

/** An estimate that data can have. */
export const soundEstimate: fc.Arbitrary<MeanEstimate> = fc
  .record({
    n: fc.integer({ min: 2, max: 1_000_000 }),
    mean: fc.double({ min: -1000, max: 1000, noNaN: true }),
    variance: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
  })
  .map(({ n, mean, variance }) => ({ n, mean, variance, varianceOfMean: variance / n, df: n - 1 }));

export const level = fc.constantFrom(0.001, 0.01, 0.05, 0.1, 0.5);

/** Every number anywhere in an answer that is not finite, by path. */
export function notFinite(answer: unknown, path = 'answer'): string[] {
  if (typeof answer === 'number') return Number.isFinite(answer) ? [] : [`${path} = ${answer}`];
  if (answer === null || typeof answer !== 'object') return [];
  return Object.entries(answer).flatMap(([key, value]) => notFinite(value, `${path}.${key}`));
}

/** Every field named like a p-value that is not in [0, 1]. */
export function notProbability(answer: unknown, path = 'answer'): string[] {
  if (answer === null || typeof answer !== 'object') return [];
  return Object.entries(answer).flatMap(([key, value]) => {
    const isP = /^p$|^p[A-Z]|^probability|^chance|^coverage/.test(key);
    const bad = isP && typeof value === 'number' && !(value >= 0 && value <= 1);
    return [...(bad ? [`${path}.${key} = ${value}`] : []), ...notProbability(value, `${path}.${key}`)];
  });
}
