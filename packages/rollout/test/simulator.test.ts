import { describe, expect, test, vi } from 'vitest';
import {
  compareModes,
  DAY_MS,
  HOUR_MS,
  runRollout,
  simulate,
  syntheticTraffic,
  type TrafficSource,
} from '@liftgate/rollout';
import { chanceFrom } from '../src/random-counts.ts';
import { LENGTH, policy, START, world } from './simulation/policy.ts';

// Seconds by itself; a machine that builds and tests at the same time needs longer.
vi.setConfig({ testTimeout: 180_000 });

// Few runs: each bar is that of the full simulation (simulation/decide-full.ts) plus three standard errors of so few.

test('three times the errors are rolled back every time, after a median of at most 16 hours', () => {
  const { rolledBack, hoursToRollback, complete } = simulate(policy(), world({ errors: 0.03 }), {
    runs: 150,
    seed: 1,
    ...LENGTH,
  });
  expect(rolledBack.share).toBe(1);
  expect(complete.share).toBe(0);
  expect(hoursToRollback?.median).toBeLessThanOrEqual(17);
});

test('ten times the errors are rolled back within six hours, most of the time', () => {
  const found = simulate(policy(), world({ errors: 0.1 }), { runs: 60, seed: 2, ...LENGTH });
  expect(found.hoursToRollback?.p90).toBeLessThanOrEqual(6);
});

test('a feature without effect is seldom rolled back and seldom goes to everyone', () => {
  const runs = 60;
  const found = simulate(policy(), world({}), { runs, seed: 3, lookEveryMs: 6 * HOUR_MS, ...LENGTH });
  expect(found.rolledBack.share).toBeLessThan(0.02 + 3 * Math.sqrt((0.02 * 0.98) / runs));
  expect(found.complete.share).toBeLessThan(0.032 + 3 * Math.sqrt((0.032 * 0.968) / runs));
});

test('a goal that is 5 % better goes to everyone in at least 96 % of runs', () => {
  const runs = 60;
  const found = simulate(policy(), world({ goal: 0.05 }), {
    runs,
    seed: 4,
    lookEveryMs: 12 * HOUR_MS,
    ...LENGTH,
  });
  expect(found.complete.share).toBeGreaterThan(0.96 - 3 * Math.sqrt((0.96 * 0.04) / runs));
  expect(found.daysToComplete?.median).toBe(21);
});

test('a goal that is 10 % worse is rolled back and never goes to everyone', () => {
  const found = simulate(policy(), world({ goal: -0.1 }), {
    runs: 40,
    seed: 5,
    lookEveryMs: 12 * HOUR_MS,
    ...LENGTH,
  });
  expect(found.rolledBack.share).toBeGreaterThan(0.9);
  expect(found.complete.share).toBe(0);
});

describe('a broken platform', () => {
  test('is not blamed on the feature: both arms at 8 % of errors never break the circuit', () => {
    const sick = {
      ...world({}),
      failures: { errors: { control: 0.08, treatment: 0.08 }, slow: { control: 0.03, treatment: 0.03 } },
    };
    const found = simulate(policy(), sick, {
      runs: 40,
      seed: 6,
      lookEveryMs: 2 * HOUR_MS,
      startAt: START,
      durationMs: 7 * DAY_MS,
    });
    expect(found.reasons['circuit_breaker'] ?? 0).toBe(0);
    expect(found.rolledBack.share).toBeLessThan(0.1);
    expect(found.complete.share).toBe(0);
  });

  test.each([Infinity, DAY_MS])('for one day is not blamed on it afterwards either', (periodMs) => {
    const rolledBack = Array.from({ length: 12 }, (_, k) => {
      const chance = chanceFrom(600 + k);
      const well = syntheticTraffic(world({}), chance, START);
      const failures = { errors: { control: 0.3, treatment: 0.3 }, slow: { control: 0.3, treatment: 0.3 } };
      const down = syntheticTraffic({ ...world({}), failures }, chance, START);
      const source: TrafficSource = (slot) => {
        const day = Math.floor((slot.fromMs - START.getTime()) / DAY_MS);
        return (day === 4 ? down : well)(slot);
      };
      const outcome = runRollout(policy(), source, { ...LENGTH, lookEveryMs: 2 * HOUR_MS, periodMs });
      return outcome.reason === 'circuit_breaker' || outcome.reason === 'guardrail_broken';
    });
    expect(rolledBack.filter(Boolean)).toEqual([]);
  });
});

test('a feature that breaks on the tenth day is rolled back within hours', () => {
  const failures = {
    errors: { control: 0.01, treatment: 0.1, fromMs: 10 * DAY_MS },
    slow: { control: 0.03, treatment: 0.03 },
  };
  const options = { runs: 20, seed: 7, ...LENGTH, periodMs: DAY_MS };
  const found = simulate(policy(), { ...world({}), failures }, options);
  expect(found.rolledBack.share).toBe(1);
  expect((found.hoursToRollback?.p90 ?? Infinity) - 240).toBeLessThanOrEqual(6);
});

test('the original matrix, looked at every hour, rolls back features without effect most of the time', () => {
  const options = { runs: 40, seed: 8, startAt: START, durationMs: 7 * DAY_MS };
  const { anytime, literal } = compareModes(policy(), world({ unitsPerDay: 2_000 }), options);
  expect(literal.rolledBack.share).toBeGreaterThan(0.4);
  expect(anytime.rolledBack.share).toBeLessThan(0.1);
});

test('the same seed gives the same run, another seed another', () => {
  const run = (seed: number) =>
    runRollout(policy(), syntheticTraffic(world({ errors: 0.02 }), chanceFrom(seed), START), LENGTH);
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
});

test('an archived history runs through the same decisions', () => {
  const arm = (units: number, failed: number) => ({
    units,
    failed: { errors: failed, slow: 0 },
    moments: {},
  });
  const outcome = runRollout(policy(), () => ({ control: arm(50, 0), treatment: arm(50, 5) }), LENGTH);
  expect(outcome).toMatchObject({ end: 'rolled_back', reason: 'guardrail_broken', afterMs: 3 * HOUR_MS });
});

test('counts are drawn with the right mean and spread, on both sides of the normal approximation', () => {
  const chance = chanceFrom(9);
  const draws = 20_000;
  for (const [n, p] of [
    [40, 0.02],
    [900, 0.03],
    [5_000, 0.3],
    [100, 0.97],
  ] as const) {
    const counts = Array.from({ length: draws }, () => chance.binomial(n, p));
    const mean = counts.reduce((sum, x) => sum + x, 0) / draws;
    const variance = counts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws;
    const expected = n * p * (1 - p);
    expect(Math.abs(mean - n * p)).toBeLessThan(5 * Math.sqrt(expected / draws));
    expect(variance / expected).toBeGreaterThan(0.94);
    expect(variance / expected).toBeLessThan(1.06);
  }
});
