import { describe, expect, test } from 'vitest';
import {
  createPlan,
  DAY_MS,
  errorGuardrail,
  FEATURE_PRESETS,
  planFrom,
  presetPlan,
  type NewPlan,
} from '@liftgate/rollout';
import { GOAL } from './support/rollout.ts';

const base = { flag: 'feature', environment: 'production' };

describe('templates', () => {
  test('the seven-day path goes disabled, internal, 10, 25, 50 %, everyone, and is started by a person', () => {
    const { stages, alphas, decisionMode } = planFrom('seven_day_path', base);
    expect(stages.map(({ name, share, dwellMs }) => [name, share, dwellMs / DAY_MS])).toEqual([
      ['disabled', 0, 0],
      ['internal', 0, 1],
      ['beta_10', 0.1, 7],
      ['beta_25', 0.25, 7],
      ['beta_50', 0.5, 7],
      ['ga', 1, 0],
    ]);
    expect(stages[0]?.gates).toEqual([{ kind: 'approval', people: 1 }]);
    expect(decisionMode).toBe('anytime');
    expect(alphas).toEqual({
      total: 0.02,
      guardrail: 0.01,
      goalHarm: 0.01,
      circuit: 0.001,
      benefit: 0.025,
      split: 0.001,
      interval: 0.05,
      suspicion: 0.1,
    });
  });
  test('the quick canary needs no goal and is through within a day', () => {
    const { stages, goal } = planFrom('quick_canary', base);
    expect(goal).toBeNull();
    expect(stages.reduce((sum, { dwellMs }) => sum + dwellMs, 0)).toBeLessThan(DAY_MS);
  });
  test.each(FEATURE_PRESETS)('%s reads back from JSON as the same plan', (preset) => {
    const plan = presetPlan(preset, { environment: 'production' });
    expect(createPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });
});

describe('what does not fit together is refused with the field and the value', () => {
  const stage = (name: string, share: number) => ({ name, share });
  const off = stage('off', 0);
  const all = stage('all', 1);
  test.each<[string, Partial<NewPlan>, string]>([
    [
      'a first stage that is on',
      { stages: [stage('on', 0.1), all] },
      'must be 0 in the first stage, got 0.1',
    ],
    [
      'a last stage that is not everyone',
      { stages: [off, stage('most', 0.9)] },
      'must be 1 in the last stage, got 0.9',
    ],
    [
      'a share that falls',
      { stages: [off, stage('a', 0.5), stage('b', 0.2), all] },
      'must not be below the stage before (0.5), got 0.2',
    ],
    ['everyone twice', { stages: [off, stage('a', 1), all] }, 'must be below 1 before the last stage'],
    ['a name twice', { stages: [off, stage('off', 0.5), all] }, 'is there twice'],
    ['one stage', { stages: [off] }, 'needs off and everyone'],
    [
      'a goal and nothing to compare',
      { stages: [off, all], goal: GOAL },
      'must compare at some share before everyone',
    ],
    [
      'a guardrail twice',
      { stages: [off, all], guardrails: [errorGuardrail(0.05), errorGuardrail(0.03)] },
      'is there twice',
    ],
    [
      'a guardrail without any limit',
      {
        stages: [off, all],
        guardrails: [{ kind: 'share', key: 'e', name: 'E', what: 'error', limit: null, margin: null }],
      },
      'needs a limit, a margin to control, or both',
    ],
    [
      'more error than the total',
      { stages: [off, all], alphas: { guardrail: 0.015, goalHarm: 0.01 } },
      'guardrail and goalHarm must not exceed total',
    ],
    ['a share of NaN', { stages: [off, stage('a', NaN), all] }, 'expected number'],
    ['a dwell below nothing', { stages: [off, { ...all, dwellMs: -1 }] }, '>=0'],
    ['a field that is not there', { stages: [off, all], gaurdrails: [] } as never, 'gaurdrails'],
  ])('%s', (_, change, message) => {
    expect(() => createPlan({ ...base, stages: [off, all], ...change })).toThrow(message);
  });
});
