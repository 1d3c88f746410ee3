import { DAY_MS, planFrom, type Plan, type World } from '@liftgate/rollout';

/**
 * The policy whose operating characteristics are known: 10 → 25 → 50 %, seven days each, errors and slow answers as guardrails, a goal that
 * 10 % of people reach, a benefit test at the end of the third week. `minimumLift` is 0 there: with 5 % a true +5 % ships half of the time.
 */
export function policy(changes: { readonly minimumLift?: number } = {}): Plan {
  const week = { dwellMs: 7 * DAY_MS };
  return planFrom('seven_day_path', {
    flag: 'feature',
    environment: 'production',
    stages: [
      { name: 'disabled', share: 0 },
      { name: 'beta_10', share: 0.1, ...week },
      { name: 'beta_25', share: 0.25, ...week },
      { name: 'beta_50', share: 0.5, ...week },
      { name: 'ga', share: 1 },
    ],
    goal: {
      metric: 'conversion',
      name: 'Conversion',
      direction: 'up',
      baseline: 0.1,
      minimumLift: 0,
      ...changes,
    },
    horizonMs: 21 * DAY_MS,
  });
}

export const START = new Date('2026-11-02T00:00:00Z');
export const LENGTH = { startAt: START, durationMs: 22 * DAY_MS };

export function world(truth: {
  readonly errors?: number;
  readonly slow?: number;
  readonly goal?: number;
  readonly unitsPerDay?: number;
}): World {
  return {
    unitsPerDay: truth.unitsPerDay ?? 20_000,
    failures: {
      errors: { control: 0.01, treatment: truth.errors ?? 0.01 },
      slow: { control: 0.03, treatment: truth.slow ?? 0.03 },
    },
    metrics: { conversion: { mean: 0.1, sd: null, change: truth.goal ?? 0 } },
  };
}
