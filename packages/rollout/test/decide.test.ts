import { describe, expect, test } from 'vitest';
import {
  ACTIONS_OF_REASON,
  DAY_MS,
  decide,
  errorGuardrail,
  HOUR_MS,
  latencyGuardrail,
  type Action,
  type NewPlan,
  type ReasonCode,
  type RolloutState,
} from '@liftgate/rollout';
import {
  ago,
  AT_HALF,
  exampleEvidence,
  examplePlan,
  failures,
  GOAL,
  goalOf,
  hits,
  metric,
  NOW,
  share,
  type EvidenceChanges,
} from './support/rollout.ts';

interface Row {
  readonly reason: ReasonCode;
  readonly action: Action;
  readonly says: string;
  readonly plan?: Partial<NewPlan>;
  readonly evidence?: EvidenceChanges;
}

const literal = { decisionMode: 'literal' } as const;
const stagesWith = (change: object): Partial<NewPlan> => ({
  stages: examplePlan().stages.map((stage) => (stage.name === 'beta_10' ? { ...stage, ...change } : stage)),
});
const webhook = stagesWith({ gates: [{ kind: 'webhook', name: 'change board' }] });
const complaints = {
  kind: 'share',
  key: 'complaints',
  name: 'Complaints',
  what: 'other',
  limit: null,
  margin: 1,
  severity: 'signal',
} as const;
const revenue = {
  kind: 'metric',
  key: 'revenue',
  name: 'Revenue',
  metric: 'revenue',
  direction: 'up',
  baseline: 0.1,
  maximumDrop: 0.1,
} as const;
const broken = share(failures(10_000, 100, 300));

const rows: readonly Row[] = [
  {
    reason: 'kill_switch',
    action: 'roll_back',
    evidence: { rollout: { killSwitch: true, status: 'paused', pausedBy: 'person' } },
    says: 'Somebody used the kill switch. Everyone goes back to the old behaviour.',
  },
  {
    reason: 'circuit_breaker',
    action: 'roll_back',
    evidence: { guardrails: { errors: share(failures(400, 4, 60)) } },
    says: 'Errors: 15% of people in treatment against 1% in control (60 of 400 and 4 of 400), past the limit of 5%.',
  },
  {
    reason: 'guardrail_broken',
    action: 'roll_back',
    evidence: { guardrails: { errors: broken } },
    says: 'Errors: 3% of people in treatment against 1% in control (300 of 10,000 and 100 of 10,000): more than chance',
  },
  {
    reason: 'guardrail_broken',
    action: 'roll_back',
    plan: { guardrails: [revenue] },
    evidence: { guardrails: { revenue: metric(hits(10_000, 1_000, 700)) } },
    says: 'Revenue is 30% worse (10,000 people against 10,000 people in control), proven to be past the limit of 10%.',
  },
  {
    reason: 'goal_harm',
    action: 'roll_back',
    evidence: { goal: goalOf(hits(10_000, 1_000, 780)) },
    says: 'Conversion is 22% worse (\u221233% to \u22129.4%), proven however often one looks.',
  },
  {
    reason: 'literal_error_rate',
    action: 'roll_back',
    plan: literal,
    evidence: { guardrails: { errors: share(failures(10, 1, 1)) } },
    says: 'Errors: 10% of 10, above 5%. Everyone goes back',
  },
  {
    reason: 'literal_latency',
    action: 'roll_back',
    plan: literal,
    evidence: { guardrails: { slow: share(failures(100, 6, 6)) } },
    says: 'Slow answers: 6% of 100, above 5%.',
  },
  {
    reason: 'literal_metric_drop',
    action: 'roll_back',
    plan: { ...literal, guardrails: [revenue] },
    evidence: { guardrails: { revenue: metric(hits(20, 5, 4)) } },
    says: 'Revenue dropped 20%, more than 10%.',
  },
  {
    reason: 'literal_lift',
    action: 'roll_back',
    plan: literal,
    evidence: { goal: goalOf(hits(10_000, 1_000, 900)) },
    says: 'Conversion: \u221210% is measured, below \u22125%.',
  },
  {
    reason: 'rolled_back',
    action: 'hold',
    evidence: { rollout: { status: 'rolled_back', stage: 'disabled' }, guardrails: { errors: broken } },
    says: 'only a person restarts it, with fresh evidence. It stays off.',
  },
  {
    reason: 'off',
    action: 'hold',
    evidence: { rollout: { killSwitch: true, stage: 'disabled' } },
    says: 'The kill switch is on. It stays at disabled (0%).',
  },
  {
    reason: 'unknown_stage',
    action: 'hold',
    evidence: { rollout: { stage: 'beta_11' } },
    says: 'The plan has no stage "beta_11". It stays at beta_11.',
  },
  {
    reason: 'split_wrong',
    action: 'hold',
    evidence: {
      split: { periods: [{ treatmentShare: 0.5, controlUnits: 10_600, treatmentUnits: 9_400 }] },
      goal: goalOf(hits(10_000, 1_000, 780)),
    },
    says: '10,600 people landed in control and 9,400 in treatment where 10,000 were planned',
  },
  {
    reason: 'split_wrong',
    action: 'pause',
    plan: { underMismatch: 'pause' },
    evidence: { split: { lowestP: 0.0002 } },
    says: 'so the numbers cannot be trusted yet. It pauses at beta_10 (10%).',
  },
  {
    reason: 'shipped',
    action: 'hold',
    evidence: { rollout: { stage: 'ga', status: 'complete' } },
    says: 'It is live. Conversion is 0% better (\u221213% to +16%). It stays at everyone.',
  },
  {
    reason: 'signal_broken',
    action: 'pause',
    plan: { guardrails: [complaints] },
    evidence: { guardrails: { complaints: broken } },
    says: 'Complaints: 3% of people in treatment against 1% in control',
  },
  {
    reason: 'signal_recovered',
    action: 'hold',
    plan: { guardrails: [complaints] },
    evidence: {
      rollout: { status: 'paused', pausedBy: 'signal' },
      guardrails: { complaints: share(failures(10_000, 100, 100)) },
    },
    says: 'The signal that paused it has recovered',
  },
  {
    reason: 'paused',
    action: 'hold',
    evidence: { rollout: { status: 'paused', pausedBy: 'person' } },
    says: 'Somebody paused it. It stays at beta_10 (10%).',
  },
  {
    reason: 'paused',
    action: 'hold',
    plan: { guardrails: [complaints] },
    evidence: {
      rollout: { status: 'paused', pausedBy: 'signal' },
      guardrails: { complaints: broken },
    },
    says: 'Paused by a signal. Complaints',
  },
  {
    reason: 'clock_skew',
    action: 'hold',
    evidence: { freshness: { asOf: ago(-10 * 60_000), lagMs: 0 } },
    says: 'The numbers are dated 10 minutes ahead of this clock.',
  },
  {
    reason: 'stale',
    action: 'hold',
    evidence: { freshness: { asOf: ago(14 * 60_000), lagMs: 0 } },
    says: 'The numbers are 14 minutes old. It stays',
  },
  {
    reason: 'lagging',
    action: 'hold',
    evidence: { freshness: { asOf: ago(0), lagMs: 3 * 60_000 } },
    says: 'Events wait 3 minutes to be counted.',
  },
  {
    reason: 'systemic',
    action: 'hold',
    evidence: { guardrails: { errors: share(failures(2_000, 160, 160)) } },
    says: 'Errors: 8% of people in treatment against 8% in control (160 of 2,000 and 160 of 2,000): control is broken as well',
  },
  {
    reason: 'waiting_for_data',
    action: 'hold',
    evidence: {
      rollout: { stageEnteredAt: ago(HOUR_MS) },
      split: { lastExposureAt: null },
      guardrails: { errors: share(), slow: share() },
    },
    says: 'Nobody counted for Errors and Slow answers so far. It stays',
  },
  {
    reason: 'no_data',
    action: 'hold',
    evidence: { split: { lastExposureAt: ago(2 * DAY_MS) } },
    says: 'Nobody counted for Errors and Slow answers since Sun 22 Nov, 12:00. Missing data is not health.',
  },
  {
    reason: 'no_data',
    action: 'pause',
    plan: {
      guardrails: [
        { ...revenue, noData: { expect: 'events', graceMs: 0, silenceMs: DAY_MS, leadsTo: 'pause' } },
      ],
    },
    says: 'No event of Revenue so far. Missing data is not health. It pauses',
  },
  {
    reason: 'guardrail_disputed',
    action: 'hold',
    plan: literal,
    evidence: { guardrails: { errors: broken }, goal: goalOf(hits(10_000, 1_000, 1_200)) },
    says: 'Errors: 3% of people in treatment against 1% in control',
  },
  {
    reason: 'guardrail_suspicious',
    action: 'hold',
    evidence: { guardrails: { errors: share(failures(10_000, 100, 150)) } },
    says: 'too bad to move forward, not enough to blame the feature.',
  },
  {
    reason: 'goal_harm_small',
    action: 'hold',
    plan: { goal: { ...GOAL, minimumHarm: 0.3 } },
    evidence: { goal: goalOf(hits(10_000, 1_000, 780)) },
    says: 'proven, but less than 30%.',
  },
  {
    reason: 'goal_suspicious',
    action: 'hold',
    evidence: { goal: goalOf(hits(10_000, 1_000, 880)) },
    says: 'too bad to move forward, not yet proven.',
  },
  {
    reason: 'dwell',
    action: 'hold',
    evidence: { rollout: { stageEnteredAt: ago(3 * DAY_MS) } },
    says: 'beta_10 lasts at least 7 days, 4 days to go.',
  },
  {
    reason: 'samples',
    action: 'hold',
    evidence: { samples: { conversion: { control: 40, treatment: 22 } } },
    says: 'conversion: 22 people in the smaller group, 30 needed.',
  },
  {
    reason: 'gate_time',
    action: 'hold',
    plan: stagesWith({ gates: [{ kind: 'time', notBefore: '2026-12-01T09:00:00Z' }] }),
    says: 'Not before Tue 1 Dec, 09:00.',
  },
  {
    reason: 'gate_sample',
    action: 'hold',
    plan: stagesWith({ gates: [{ kind: 'sample', unitsPerArm: 12_000 }] }),
    says: '10,000 people in the smaller group, 12,000 needed.',
  },
  { reason: 'webhook_waiting', action: 'hold', plan: webhook, says: 'change board has not answered.' },
  {
    reason: 'webhook_refused',
    action: 'hold',
    plan: webhook,
    evidence: {
      rollout: {
        webhookAnswers: [
          { gate: 'change board', stage: 'beta_10', answer: 'yes', at: ago(2 * HOUR_MS) },
          { gate: 'change board', stage: 'beta_10', answer: 'no', at: ago(HOUR_MS) },
        ],
      },
    },
    says: 'change board said no.',
  },
  {
    reason: 'lift_too_small',
    action: 'hold',
    evidence: { rollout: AT_HALF, goal: goalOf(hits(100_000, 10_000, 10_450)) },
    says: 'a proven benefit, but the plan asks for 5%.',
  },
  {
    reason: 'learning',
    action: 'hold',
    evidence: { rollout: AT_HALF },
    says: 'Conversion is 0% better (\u221213% to +16%), not clear enough to go to everyone.',
  },
  {
    reason: 'literal_continue',
    action: 'hold',
    plan: literal,
    says: 'Conversion: 0% is measured, which chance alone could do.',
  },
  {
    reason: 'approval_wanted',
    action: 'ask',
    plan: stagesWith({ gates: [{ kind: 'approval', people: 2 }] }),
    evidence: { rollout: { approvals: [{ stage: 'beta_10', by: 'ada', at: ago(HOUR_MS) }] } },
    says: '2 people have to approve leaving beta_10, 1 did. It stays at beta_10 (10%) until somebody decides.',
  },
  {
    reason: 'neutral',
    action: 'ask',
    evidence: { rollout: AT_HALF, goal: goalOf(hits(100_000, 10_000, 10_010)) },
    says: 'no difference worth 5% either way.',
  },
  {
    reason: 'no_benefit',
    action: 'ask',
    evidence: {
      rollout: {
        ...AT_HALF,
        looks: [{ at: ago(DAY_MS), information: 50_000, spent: 0.025, benefit: false }],
      },
    },
    says: 'the planned test is over and shows no benefit.',
  },
  {
    reason: 'horizon',
    action: 'ask',
    plan: { horizonMs: 5 * DAY_MS },
    evidence: { rollout: { stageEnteredAt: ago(6 * DAY_MS) } },
    says: 'The planned time is over and a condition is still open: beta_10 lasts at least 7 days, 24 hours to go.',
  },
  {
    reason: 'horizon',
    action: 'ask',
    plan: { horizonMs: 20 * DAY_MS },
    evidence: { rollout: AT_HALF },
    says: 'Conversion is 0% better (\u221213% to +16%), and the planned time is over.',
  },
  {
    reason: 'stage_done',
    action: 'advance',
    says: 'Nothing got worse and all conditions of beta_10 are met. Conversion is 0% better (\u221213% to +16%). It moves to beta_25 (25%).',
  },
  {
    reason: 'stage_done',
    action: 'complete',
    plan: { goal: null, holdback: 0.05 },
    evidence: { rollout: AT_HALF },
    says: 'It goes to everyone, and a 5% holdout keeps measuring.',
  },
  {
    reason: 'benefit_shown',
    action: 'complete',
    evidence: { rollout: AT_HALF, goal: goalOf(hits(100_000, 10_000, 10_800)) },
    says: 'Conversion is 8% better (+3.8% to +12%), a proven benefit. It goes to everyone.',
  },
  {
    reason: 'literal_roll_forward',
    action: 'advance',
    plan: literal,
    evidence: { goal: goalOf(hits(10_000, 1_000, 1_100)) },
    says: 'Conversion: +10% is measured, above +5%. It moves to beta_25 (25%).',
  },
  {
    reason: 'literal_roll_forward',
    action: 'complete',
    plan: literal,
    evidence: { rollout: AT_HALF, goal: goalOf(hits(10_000, 1_000, 1_100)) },
    says: 'It goes to everyone.',
  },
];

describe('each reason', () => {
  test.each(rows.map((row) => [`${row.reason} → ${row.action}`, row] as const))('%s', (_, row) => {
    const decision = decide(examplePlan(row.plan), exampleEvidence(row.evidence), NOW);
    expect(decision).toMatchObject({ reason: row.reason, action: row.action });
    expect(decision.sentence).toContain(row.says);
  });

  test('has a row for each thing it can lead to', () => {
    const covered = new Set(rows.map(({ reason, action }) => `${reason} → ${action}`));
    const all = Object.entries(ACTIONS_OF_REASON).flatMap(([reason, actions]) =>
      actions.map((action) => `${reason} → ${action}`),
    );
    expect(all.filter((one) => !covered.has(one))).toEqual([]);
  });
});

describe('the order', () => {
  test('a broken guardrail rolls back although the split is wrong, the numbers are old, and somebody paused it', () => {
    const decision = decide(
      examplePlan(),
      exampleEvidence({
        rollout: { status: 'paused', pausedBy: 'person', stageEnteredAt: ago(HOUR_MS) },
        split: { lowestP: 0 },
        freshness: { asOf: ago(DAY_MS), lagMs: DAY_MS },
        guardrails: { errors: broken },
      }),
      NOW,
    );
    expect(decision).toMatchObject({ action: 'roll_back', toStage: 'disabled' });
  });

  test('a guardrail may be told to hold while the split is wrong', () => {
    const plan = examplePlan({ guardrails: [{ ...errorGuardrail(0.05), underMismatch: 'hold' }] });
    const evidence = (lowestP: number | null) =>
      exampleEvidence({ guardrails: { errors: broken }, split: { lowestP } });
    expect(decide(plan, evidence(0.0001), NOW).reason).toBe('split_wrong');
    expect(decide(plan, evidence(null), NOW).reason).toBe('guardrail_broken');
  });

  test('a wrong split comes before harm to the goal, which it would only claim', () => {
    const evidence = exampleEvidence({
      split: { lowestP: 0.0001 },
      goal: goalOf(hits(10_000, 1_000, 780)),
    });
    expect(decide(examplePlan(), evidence, NOW).reason).toBe('split_wrong');
  });

  test('it is still watched when it is live for everyone', () => {
    const rollout = { stage: 'ga', status: 'complete' } as const;
    const evidence = exampleEvidence({ rollout, guardrails: { errors: broken } });
    expect(decide(examplePlan(), evidence, NOW).action).toBe('roll_back');
  });

  test('a rehearsed guardrail reports and moves nothing', () => {
    const plan = examplePlan({
      guardrails: [{ ...errorGuardrail(0.05), dryRun: true }, latencyGuardrail(500)],
    });
    const decision = decide(plan, exampleEvidence({ guardrails: { errors: broken } }), NOW);
    expect(decision.reason).toBe('stage_done');
    expect(decision.facts.guardrails[0]).toMatchObject({ dryRun: true, verdict: 'broken' });
  });
});

describe('when it could change', () => {
  test('a dwell says when it ends, missing samples when they are there at the present rate', () => {
    const rollout = { startedAt: ago(4 * DAY_MS), stageEnteredAt: ago(3 * DAY_MS) };
    const evidence = exampleEvidence({ rollout, samples: { conversion: { control: 20, treatment: 40 } } });
    const decision = decide(examplePlan(), evidence, NOW);
    expect(decision.nextAt).toBe(ago(-4 * DAY_MS));
    expect(decision.missing.map(({ reason, at }) => [reason, at])).toEqual([
      ['dwell', ago(-4 * DAY_MS)],
      ['samples', ago(-2 * DAY_MS)],
    ]);
  });

  test('learning says when the next look is', () => {
    const looks = [{ at: ago(3 * DAY_MS), information: 1_000, spent: 1e-6, benefit: false }];
    const evidence = exampleEvidence({ rollout: { ...AT_HALF, looks } });
    expect(decide(examplePlan(), evidence, NOW)).toMatchObject({
      reason: 'learning',
      nextAt: ago(-4 * DAY_MS),
      look: null,
    });
  });
});

describe('looks at the benefit', () => {
  const better = goalOf(hits(100_000, 10_000, 10_800));

  test('are taken only where everyone comes next, and only when nothing holds', () => {
    const at = (rollout: Partial<RolloutState>, more: EvidenceChanges = {}) =>
      decide(examplePlan(), exampleEvidence({ ...more, rollout, goal: better }), NOW).look;
    expect(at(AT_HALF)).toMatchObject({ benefit: true, at: NOW.toISOString() });
    expect(at({})).toBeNull();
    expect(at({ ...AT_HALF, stageEnteredAt: ago(6 * DAY_MS) })).toBeNull();
    expect(at({ ...AT_HALF, status: 'paused', pausedBy: 'person' })).toBeNull();
    expect(at(AT_HALF, { freshness: { asOf: ago(DAY_MS), lagMs: 0 } })).toBeNull();
  });

  test('a benefit that was shown waits for its approval and does not have to be shown again', () => {
    const stages = examplePlan().stages.map((stage) =>
      stage.name === 'beta_50' ? { ...stage, gates: [{ kind: 'approval' as const }] } : stage,
    );
    const plan = examplePlan({ stages });
    const asked = decide(plan, exampleEvidence({ rollout: AT_HALF, goal: better }), NOW);
    expect(asked).toMatchObject({ action: 'ask', reason: 'approval_wanted' });
    const later = new Date(NOW.getTime() + HOUR_MS);
    const approvals = [{ stage: 'beta_50', by: 'ada', at: NOW.toISOString() }];
    const evidence = exampleEvidence({
      rollout: { ...AT_HALF, looks: asked.look === null ? [] : [asked.look], approvals },
      freshness: { asOf: later.toISOString(), lagMs: 0 },
      goal: better,
    });
    expect(decide(plan, evidence, later)).toMatchObject({ action: 'complete', look: null });
  });

  test('an approval from before the stage was entered is none', () => {
    const stages = examplePlan().stages.map((stage) =>
      stage.name === 'beta_10' ? { ...stage, gates: [{ kind: 'approval' as const }] } : stage,
    );
    const given = (at: string) =>
      decide(
        examplePlan({ stages }),
        exampleEvidence({ rollout: { approvals: [{ stage: 'beta_10', by: 'ada', at }] } }),
        NOW,
      ).action;
    expect(given(ago(9 * DAY_MS))).toBe('ask');
    expect(given(ago(HOUR_MS))).toBe('advance');
  });
});

test('a flag that splits by tenant speaks of tenants', () => {
  const evidence = exampleEvidence({ guardrails: { errors: broken } });
  expect(decide(examplePlan({ unit: 'tenant' }), evidence, NOW).sentence).toContain(
    '3% of tenants in treatment',
  );
});

test('no difference is 0 and not −0, which JSON would change, whichever way is good', () => {
  const plan = examplePlan({ goal: { ...GOAL, direction: 'down' } });
  const decision = decide(plan, exampleEvidence(), NOW);
  expect(decision.facts.goal).toMatchObject({ lift: 0, z: 0 });
  expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
});

test('both modes are answered, whichever decides', () => {
  const evidence = exampleEvidence({ guardrails: { errors: share(failures(10, 1, 1)) } });
  const anytime = decide(examplePlan(), evidence, NOW);
  const literally = decide(examplePlan(literal), evidence, NOW);
  expect(anytime.other).toMatchObject({ mode: 'literal', action: 'roll_back', reason: 'literal_error_rate' });
  expect(literally.other).toMatchObject({ mode: 'anytime', action: anytime.action });
});
