import { expect, test } from 'vitest';
import { literalMatrix, presetPlan, type FeaturePreset, type LiteralRow } from '@liftgate/rollout';
import {
  exampleEvidence,
  examplePlan,
  failures,
  GOAL,
  goalOf,
  hits,
  metric,
  share,
  type EvidenceChanges,
} from './support/rollout.ts';

// The guide's table, row by row, and each threshold at its edge.
const rows: readonly (readonly [string, EvidenceChanges, LiteralRow, string])[] = [
  ['p < 0.05 and lift > 5 %', { goal: goalOf(hits(10_000, 1_000, 1_100)) }, 'lift_above', 'roll_forward'],
  ['lift > 5 %, p not below 0.05', { goal: goalOf(hits(1_000, 100, 110)) }, 'not_significant', 'continue'],
  ['lift −5 % to +5 %', { goal: goalOf(hits(100_000, 10_000, 10_400)) }, 'lift_between', 'continue'],
  ['lift of exactly 5 %', { goal: goalOf(hits(100_000, 10_000, 10_500)) }, 'lift_between', 'continue'],
  ['lift of exactly −5 %', { goal: goalOf(hits(100_000, 10_000, 9_500)) }, 'lift_between', 'continue'],
  ['lift < −5 %', { goal: goalOf(hits(10_000, 1_000, 900)) }, 'lift_below', 'rollback'],
  ['error rate > 5 %', { guardrails: { errors: share(failures(19, 0, 1)) } }, 'error_rate', 'rollback'],
  [
    'error rate of exactly 5 %',
    { guardrails: { errors: share(failures(20, 0, 1)) } },
    'not_significant',
    'continue',
  ],
  ['latency > threshold', { guardrails: { slow: share(failures(10, 0, 1)) } }, 'latency', 'rollback'],
  ['29 per variant', { goal: goalOf(hits(29, 0, 29)) }, 'sample_size', 'continue'],
  ['30 per variant', { goal: goalOf(hits(30, 3, 30)) }, 'lift_above', 'roll_forward'],
  [
    'errors before a sample that is too small',
    { goal: goalOf(hits(2, 0, 1)), guardrails: { errors: share(failures(2, 2, 1)) } },
    'error_rate',
    'rollback',
  ],
  ['no control outcome to compare with', { goal: goalOf(hits(100, 0, 20)) }, 'not_significant', 'continue'],
  ['nothing counted', { goal: goalOf() }, 'sample_size', 'continue'],
];

test.each(rows)('%s', (_, changes, row, action) => {
  expect(literalMatrix(examplePlan(), exampleEvidence(changes))).toMatchObject({ row, action });
});

test('a metric that dropped more than 10 % rolls back, exactly 10 % does not', () => {
  const drop = (treatment: number) => {
    const revenue = {
      kind: 'metric',
      key: 'revenue',
      name: 'Revenue',
      metric: 'revenue',
      direction: 'up',
      maximumDrop: 0.1,
    } as const;
    const evidence = exampleEvidence({ guardrails: { revenue: metric(hits(20, 10, treatment)) } });
    return literalMatrix(examplePlan({ guardrails: [revenue] }), evidence).action;
  };
  expect(drop(9)).toBe('continue');
  expect(drop(8)).toBe('rollback');
});

test('lower is better where the metric says so', () => {
  const plan = examplePlan({ goal: { ...GOAL, direction: 'down' } });
  const evidence = exampleEvidence({ goal: goalOf(hits(10_000, 1_000, 900)) });
  expect(literalMatrix(plan, evidence)).toMatchObject({ action: 'roll_forward', row: 'lift_above' });
});

test.each<[FeaturePreset, number, number, number]>([
  ['realtime_intelligence', 30, 0.05, 100],
  ['property_intelligence', 50, 0.05, 500],
  ['churn_prevention', 100, 0.03, 500],
  ['ai_coaching', 20, 0.05, 500],
])('%s has the sizes and limits of the guide', (preset, size, limit, latencyLimitMs) => {
  const plan = presetPlan(preset, { environment: 'production' });
  expect(plan.goal?.minimumSample).toBe(size);
  expect(
    plan.stages.filter(({ share }) => share > 0 && share < 1).map((stage) => stage.dwellMs / 86_400_000),
  ).toEqual([7, 7, 7]);
  expect(plan.guardrails).toMatchObject([{ limit }, { latencyLimitMs, limit: 0.05 }, { maximumDrop: 0.1 }]);
  const few = exampleEvidence({ goal: goalOf(hits(size - 1, 0, 5)), guardrails: {} });
  expect(literalMatrix(plan, few).row).toBe('sample_size');
  const enough = exampleEvidence({ goal: goalOf(hits(size, 3, 5)), guardrails: {} });
  expect(literalMatrix(plan, enough).row).not.toBe('sample_size');
});
