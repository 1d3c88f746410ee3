import { expect, test } from 'vitest';
import { changeFlag, createFlag } from '@liftgate/flags';
import {
  createMetric,
  decide,
  decisionEvidence,
  decisionEvidenceSchema,
  planFrom,
  type EpochEvidence,
  type Evidence,
} from '@liftgate/rollout';
import { exampleEvidence, GOAL, NOW } from './support/rollout.ts';

const started = new Date('2026-11-01T00:00:00Z');
const tenth = createFlag({ key: 'feature', environment: 'production', stage: 'beta_10' }, started);
const flag = changeFlag(tenth, { stage: 'beta_25' }, NOW);
const metrics = [
  createMetric({ key: 'errors', kind: 'proportion', direction: 'down' }),
  createMetric({ key: 'conversion', kind: 'proportion' }),
  createMetric({ key: 'spend', kind: 'mean', decimals: 2 }),
];

function epoch(number: number, units: number, treatmentErrors: number): EpochEvidence {
  const arm = (variant: string, errors: number) => ({
    variant,
    exposed: BigInt(units),
    metrics: {
      errors: { n: BigInt(units), s1: BigInt(errors), s2: BigInt(errors) },
      conversion: { n: BigInt(units / 10), s1: BigInt(units / 10), s2: BigInt(units / 10) },
      spend: { n: 3n, s1: 600n, s2: 140_000n },
    },
  });
  return { epoch: number, arms: [arm('control', units / 100), arm('treatment', treatmentErrors)] };
}

function evidence(): Evidence {
  const epochs = [epoch(1, 1_000, 10), epoch(2, 2_000, 90)];
  const days = epochs.map((one) => ({ ...one, day: '2026-11-23' }));
  return {
    environment: 'production',
    flag: 'feature',
    phase: 1,
    epochs,
    days,
    quarantined: 0,
    events: 9_000,
  };
}

const plan = planFrom('seven_day_path', { flag: 'feature', environment: 'production', goal: GOAL });
const { rollout, freshness } = exampleEvidence();
const running = {
  rollout,
  evidenceVersion: 9_000,
  freshness,
  lastExposureAt: NOW.toISOString(),
  lastEventAt: { conversion: NOW.toISOString() },
  lowestSplitP: null,
};

test('what was counted becomes evidence, epoch by epoch, and a receipt can hold it', () => {
  const found = decisionEvidence({
    plan,
    flag,
    treatment: 'treatment',
    metrics,
    evidence: evidence(),
    running,
  });
  expect(decisionEvidenceSchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
  expect(found.guardrails['errors']).toEqual({
    kind: 'share',
    lastEventAt: null,
    periods: [
      { treatmentShare: 0.5, control: { units: 1_000, failed: 10 }, treatment: { units: 1_000, failed: 10 } },
      { treatmentShare: 0.5, control: { units: 2_000, failed: 20 }, treatment: { units: 2_000, failed: 90 } },
    ],
  });
  expect(found.goal?.strata[1]?.control).toEqual({ n: 2_000, mean: 0.1, m2: 180, nonZero: 200 });
  expect(found.samples).toEqual({ conversion: { control: 3_000, treatment: 3_000 } });
  expect(decide(plan, found, NOW)).toMatchObject({ action: 'roll_back', reason: 'guardrail_broken' });
});

test('a mean counts the units that were measured', () => {
  const goal = { ...GOAL, metric: 'spend', baseline: 2 };
  const found = decisionEvidence({
    plan: planFrom('seven_day_path', { flag: 'feature', environment: 'production', goal }),
    flag,
    treatment: 'treatment',
    metrics,
    evidence: evidence(),
    running,
  });
  expect(found.goal?.strata[0]?.control).toEqual({ n: 3, mean: 2, m2: 2, nonZero: 3 });
});

test('days are periods of their own, an epoch that randomised nobody is none, an unknown metric has no data', () => {
  const strange = { ...evidence(), epochs: [...evidence().epochs, epoch(99, 100, 1)] };
  const found = decisionEvidence({
    plan,
    flag,
    treatment: 'treatment',
    metrics: [],
    evidence: strange,
    running,
    periods: 'days',
  });
  expect(found.guardrails['errors']).toMatchObject({ periods: [{}, {}] });
  expect(found.split.periods).toHaveLength(2);
  expect(found.goal?.strata).toEqual([]);
});
