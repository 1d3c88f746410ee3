import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MetricUnit } from '@liftgate/stats';
import { asLift, asLifts, asPeople, asUnits, asValue, liftPhrase } from '@liftgate/rollout';
import { aComparison, aMetricResult } from './an-experiment.ts';

describe('a lift', () => {
  test.each([
    [null, 'open'],
    [0, '0%'],
    [-0, '0%'],
    [0.38, '+38%'],
    [-0.38, '\u221238%'],
    [0.056, '+5.6%'],
    [0.0996, '+10%'],
    [0.1, '+10%'],
    [1.18, '+118%'],
    [12.345, '+1,235%'],
    [1e10, '+1,000,000,000,000%'],
    [0.0004, '+0.04%'],
    [-0.000_001_2, '\u22120.0001%'],
    [1e-12, '+0.0000000001%'],
  ])('of %s is %s', (lift, text) => {
    expect(asLift(lift)).toBe(text);
  });

  test.each([
    [[-0.03, 0.04], '\u22123% to +4%'],
    [[0.03, null], 'at least +3%'],
    [[null, -0.03], 'at most \u22123%'],
    [[null, null], 'no limit either way yet'],
  ] as const)('between %j is %s', (interval, text) => {
    expect(asLifts(interval)).toBe(text);
  });

  test('that is not 0 never reads as 0, and its sign is seen', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-15, max: 1e6, noNaN: true }), (lift) => {
        expect(asLift(lift)).toMatch(/^\+.*[1-9].*%$/);
        expect(asLift(-lift)).toBe(asLift(lift).replace('+', '\u2212'));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a value', () => {
  test.each<[number | null, MetricUnit, string]>([
    [null, 'usd', 'none yet'],
    [0, 'usd', '$0.00'],
    [-0, 'usd', '$0.00'],
    [1.42, 'usd', '$1.42'],
    [-1.425, 'usd', '\u2212$1.43'],
    [0.004, 'usd', '$0.004'],
    [-0.004, 'usd', '\u2212$0.004'],
    [99.999, 'usd', '$100.00'],
    [1_234_567.8, 'usd', '$1,234,568'],
    [0.183, 'percent', '18.3%'],
    [0, 'percent', '0%'],
    [1, 'percent', '100%'],
    [0.000_012, 'percent', '0.001%'],
    [9.2, 'minutes', '9.2 min'],
    [119, 'seconds', '119 s'],
    [120, 'seconds', '2 min'],
    [0.25, 'seconds', '0.25 s'],
    [250.4, 'milliseconds', '250 ms'],
    [17, 'hours', '17 h'],
    [0, 'number', '0'],
    [-0, 'number', '0'],
    [-0.001, 'number', '\u22120.001'],
    [1.4e-7, 'number', '0.0000001'],
    [12.345, 'number', '12.3'],
    [1e21, 'number', '1,000,000,000,000,000,000,000'],
  ])('of %s in %s is %s', (value, unit, text) => {
    expect(asValue(value, unit)).toBe(text);
  });
});

test.each([
  [0, 'user', '0 people'],
  [1, 'user', '1 person'],
  [2_290, 'user', '2,290 people'],
  [1, 'tenant', '1 tenant'],
  [3, 'tenant', '3 tenants'],
  [2, 'company', '2 companies'],
  [2, 'survey', '2 surveys'],
  [1, 'replay:checkout', '1 person'],
  [64_000, 'replay:checkout', '64,000 people'],
])('%s of unit %s are %s', (count, unit, text) => {
  expect(asUnits(count, unit)).toBe(text);
});

test('people are users', () => {
  expect(asPeople(2)).toBe('2 people');
});

describe('an effect in words', () => {
  const metric = aMetricResult();

  test('turns the interval around with the direction', () => {
    expect(liftPhrase(metric, aComparison('worse', [-0.44, -0.31], { lift: -0.38 }))).toBe(
      '38% lower (31% to 44%)',
    );
  });

  test('keeps a minus where the interval crosses zero', () => {
    expect(liftPhrase(metric, aComparison('not_sure', [-0.07, 0.01], { lift: -0.03 }))).toBe(
      '3% lower (\u22121% to 7%)',
    );
  });

  test('says which side is open', () => {
    expect(liftPhrase(metric, aComparison('better', [0.31, null], { lift: 0.38 }))).toBe(
      '38% higher (at least 31%)',
    );
    expect(liftPhrase(metric, aComparison('better', [null, -0.31], { lift: -0.38 }))).toBe(
      '38% lower (at least 31%)',
    );
  });

  test('falls back to the difference where there is no lift', () => {
    const noLift = aComparison('better', [0.031, 0.122], { lift: 0.077, noLift: true });
    expect(liftPhrase(metric, noLift)).toBe('$0.77 higher ($0.31 to $1.22)');
  });

  test('falls back to the difference where the interval of the lift crosses zero and that of the difference does not', () => {
    const one = aComparison('better', [0.031, 0.122], { lift: 0.077 });
    const noisy = { ...one, relative: { lift: 0.077, fixed: null, alwaysValid: [-0.5, 3] as const } };
    expect(liftPhrase(metric, noisy)).toBe('$0.77 higher ($0.31 to $1.22)');
    expect(liftPhrase(metric, { ...noisy, relative: { ...noisy.relative, alwaysValid: null } })).toBe(
      '$0.77 higher ($0.31 to $1.22)',
    );
  });

  test('of a time that should be long is longer or shorter, not slower', () => {
    const session = aMetricResult({ unit: 'minutes', direction: 'up' });
    expect(liftPhrase(session, aComparison('better', [0.1, 0.2]))).toBe('15% longer (10% to 20%)');
    expect(liftPhrase(session, aComparison('worse', [-0.2, -0.1]))).toBe('15% shorter (10% to 20%)');
  });
});
