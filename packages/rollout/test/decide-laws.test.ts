import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  ACTIONS_OF_REASON,
  DAY_MS,
  decide,
  decisionEvidenceSchema,
  type Action,
  type DecisionEvidence,
  type NewGuardrail,
  type Plan,
} from '@liftgate/rollout';
import {
  ago,
  AT_HALF,
  exampleEvidence,
  examplePlan,
  failures,
  goalOf,
  hits,
  metric,
  NOW,
  share,
} from './support/rollout.ts';

// Seconds by itself; a machine that builds and tests at the same time needs longer.
vi.setConfig({ testTimeout: 180_000 });

/** Rollouts in every state, with evidence from fine to disastrous. */
const count = fc.integer({ min: 0, max: 5_000 });
const period = fc
  .record({
    units: count,
    control: fc.double({ min: 0, max: 1, noNaN: true }),
    treatment: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ units, control, treatment }) => ({
    treatmentShare: 0.5,
    control: { units, failed: Math.floor(units * control ** 4) },
    treatment: { units, failed: Math.floor(units * treatment ** 4) },
  }));
const stratum = fc
  .record({
    n: count,
    control: fc.double({ min: 0, max: 1, noNaN: true }),
    treatment: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ n, control, treatment }) =>
    hits(n, Math.floor(n * control), Math.floor(n * (control * 0.7 + treatment * 0.3))),
  );
const longAgo = fc.integer({ min: 0, max: 100 * DAY_MS }).map(ago);
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 5 });

/** Nothing is wrong with these, so that what a law makes worse is all that is in the way. */
const promising: fc.Arbitrary<DecisionEvidence> = fc
  .record({
    stage: fc.constantFrom('disabled', 'internal', 'beta_10', 'beta_25', 'beta_50'),
    treated: fc.integer({ min: 10_800, max: 12_000 }),
    failed: fc.integer({ min: 950, max: 1_000 }),
  })
  .map(({ stage, treated, failed }) =>
    exampleEvidence({
      rollout: { ...AT_HALF, stage, approvals: [{ stage: 'disabled', by: 'ada', at: ago(1_000) }] },
      goal: goalOf(hits(100_000, 10_000, treated)),
      guardrails: {
        errors: share(failures(100_000, 1_000, failed)),
        complaints: share(failures(100_000, 1_000, failed)),
        revenue: metric(hits(100_000, 10_000, treated)),
      },
    }),
  );

const anything: fc.Arbitrary<DecisionEvidence> = fc
  .record({
    rollout: fc.record({
      status: fc.constantFrom('running' as const, 'running' as const, 'paused' as const, 'complete' as const),
      pausedBy: fc.constantFrom(null, 'person' as const, 'signal' as const),
      stage: fc.constantFrom('disabled', 'internal', 'beta_10', 'beta_25', 'beta_50', 'beta_50', 'ga'),
      startedAt: longAgo,
      stageEnteredAt: longAgo,
      approvals: fc.constantFrom([], [{ stage: 'disabled', by: 'ada', at: ago(1_000) }]),
    }),
    freshness: fc.record({
      asOf: fc.oneof(fc.constant(ago(0)), fc.integer({ min: -DAY_MS, max: DAY_MS }).map(ago)),
      lagMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 600_000 })),
    }),
    split: fc.record({
      lowestP: nullable(fc.double({ min: 0, max: 1, noNaN: true })),
      lastExposureAt: nullable(longAgo),
      periods: fc.array(
        fc
          .record({
            treatmentShare: fc.constantFrom(0.5, 0.5, 1),
            controlUnits: fc.constant(0),
            treatmentUnits: count,
          })
          .chain((one) =>
            fc.integer({ min: -60, max: 60 }).map((skew) => ({
              ...one,
              controlUnits: one.treatmentShare === 1 ? 0 : Math.max(0, one.treatmentUnits + skew),
            })),
          ),
        { maxLength: 3 },
      ),
    }),
    errors: fc.array(period, { maxLength: 4 }),
    complaints: fc.array(period, { maxLength: 2 }),
    revenue: fc.array(stratum, { maxLength: 3 }),
    goal: fc.array(stratum, { maxLength: 3 }),
    units: count,
  })
  .map(({ rollout, freshness, split, errors, complaints, revenue, goal, units }) =>
    exampleEvidence({
      rollout,
      freshness,
      split,
      guardrails: {
        errors: share(...errors),
        slow: share(...errors.slice(1)),
        complaints: share(...complaints),
        revenue: metric(...revenue),
      },
      goal: goalOf(...goal),
      samples: { conversion: { control: units, treatment: units } },
    }),
  );

const evidence = fc.oneof(promising, anything);

const guardrails: NewGuardrail[] = [
  ...examplePlan().guardrails,
  {
    kind: 'share',
    key: 'complaints',
    name: 'Complaints',
    what: 'other',
    limit: 0.2,
    margin: null,
    severity: 'signal',
  },
  { kind: 'metric', key: 'revenue', name: 'Revenue', metric: 'revenue', direction: 'up', maximumDrop: 0.1 },
];
const plan: fc.Arbitrary<Plan> = fc
  .record({
    decisionMode: fc.constantFrom('anytime' as const, 'literal' as const),
    guarded: fc.boolean(),
    goal: fc.boolean(),
    underMismatch: fc.constantFrom('hold' as const, 'pause' as const),
  })
  .map(({ decisionMode, guarded, goal, underMismatch }) =>
    examplePlan({
      decisionMode,
      underMismatch,
      guardrails: guarded ? guardrails : guardrails.slice(0, 2),
      ...(goal ? {} : { goal: null }),
    }),
  );

/** Far more errors than control, and still below the limit of 5 %: the original matrix alone would go on. */
const BELOW_THE_LIMIT = share(failures(4_000, 8, 150));
const brokenErrors = fc.constantFrom(BELOW_THE_LIMIT, share(failures(900, 3, 90)));

const FORWARD: readonly Action[] = ['advance', 'complete'];
const runs = { numRuns: 200 };

test('goes forward in either mode when nothing is in the way', () => {
  fc.assert(
    fc.property(plan, promising, (plan, found) => {
      const decision = decide(plan, found, NOW);
      expect(FORWARD).toContain(decision.action);
      expect(FORWARD).toContain(decision.other.action);
    }),
    runs,
  );
});

describe('never goes forward', () => {
  const neverForward = (
    name: string,
    applies: (plan: Plan, evidence: DecisionEvidence) => boolean,
    worsen: (evidence: DecisionEvidence) => DecisionEvidence,
  ): void => {
    test(name, () => {
      fc.assert(
        fc.property(plan, evidence, (plan, found) => {
          const worse = worsen(found);
          fc.pre(applies(plan, worse));
          const decision = decide(plan, worse, NOW);
          expect(FORWARD).not.toContain(decision.action);
          expect(FORWARD).not.toContain(decision.other.action);
          expect(decision.look).toBeNull();
        }),
        runs,
      );
    });
  };
  const always = (): boolean => true;

  neverForward('while a guardrail is broken', always, (found) => ({
    ...found,
    guardrails: { ...found.guardrails, errors: BELOW_THE_LIMIT },
  }));
  neverForward('on old numbers', always, (found) => ({
    ...found,
    freshness: { asOf: ago(121_000), lagMs: 0 },
  }));
  neverForward('on numbers from the future', always, (found) => ({
    ...found,
    freshness: { asOf: ago(-121_000), lagMs: 0 },
  }));
  neverForward('while the worker lags', always, (found) => ({
    ...found,
    freshness: { asOf: ago(0), lagMs: 60_001 },
  }));
  neverForward('while the split is wrong', always, (found) => ({
    ...found,
    split: { ...found.split, periods: [{ treatmentShare: 0.5, controlUnits: 5_000, treatmentUnits: 4_000 }] },
  }));
  neverForward(
    'while nobody is counted where somebody has the feature',
    (_, found) => found.rollout.stage.startsWith('beta'),
    (found) => ({ ...found, split: { ...found.split, lastExposureAt: null } }),
  );
  neverForward('while somebody paused it', always, (found) => ({
    ...found,
    rollout: { ...found.rollout, status: 'paused', pausedBy: 'person' },
  }));
  neverForward('with the kill switch on', always, (found) => ({
    ...found,
    rollout: { ...found.rollout, killSwitch: true },
  }));
  neverForward('after a rollback', always, (found) => ({
    ...found,
    rollout: { ...found.rollout, status: 'rolled_back' },
  }));
});

test('a rollback is blocked by no pause, dwell, approval, stage, age of numbers, lag or missing sample', () => {
  fc.assert(
    fc.property(plan, evidence, brokenErrors, (plan, found, errors) => {
      fc.pre(found.rollout.status !== 'rolled_back');
      const broken = { ...found, guardrails: { ...found.guardrails, errors }, samples: {} };
      expect(decide({ ...plan, decisionMode: 'anytime' }, broken, NOW).action).toBe('roll_back');
    }),
    runs,
  );
});

describe('every decision', () => {
  test('is one that its reason can lead to, moves where its action says, and says so', () => {
    const words: Readonly<Record<Action, RegExp>> = {
      advance: /It moves to [a-z_0-9]+ \(\d+%\)\.$/,
      complete: /It goes to everyone/,
      roll_back: /Everyone goes back to the old behaviour\.$/,
      pause: /It pauses at /,
      ask: /until somebody decides\.$/,
      hold: /It stays (at|off)/,
    };
    fc.assert(
      fc.property(plan, evidence, (plan, found) => {
        const decision = decide(plan, found, NOW);
        for (const move of [decision, decision.other]) {
          expect(ACTIONS_OF_REASON[move.reason]).toContain(move.action);
          for (const [action, pattern] of Object.entries(words))
            if (action === move.action) expect(move.sentence).toMatch(pattern);
            else if (!(action === 'hold' && move.action === 'ask'))
              expect(move.sentence).not.toMatch(pattern);
          const index = plan.stages.findIndex(({ name }) => name === found.rollout.stage);
          const target = { advance: index + 1, complete: plan.stages.length - 1, roll_back: 0 }[
            move.action as string
          ];
          expect(move.toStage).toBe(target === undefined ? null : plan.stages[target]?.name);
          expect(move.sentence).not.toMatch(/NaN|Infinity|undefined|null|p-value|significant/);
        }
      }),
      runs,
    );
  });

  test('is plain JSON without a hole, depends on nothing else, and leaves its input alone', () => {
    fc.assert(
      fc.property(plan, evidence, fc.constantFrom('up' as const, 'down' as const), (up, found, direction) => {
        const plan = up.goal === null ? up : { ...up, goal: { ...up.goal, direction } };
        const before = JSON.stringify(found);
        const decision = decide(plan, found, NOW);
        expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
        expect(decide(plan, structuredClone(found), new Date(NOW))).toEqual(decision);
        expect(JSON.stringify(found)).toBe(before);
        expect(decisionEvidenceSchema.safeParse(found).success).toBe(true);
      }),
      runs,
    );
  });

  test('does not depend on the order in which failures of a period arrived, only on their counts', () => {
    fc.assert(
      fc.property(plan, evidence, (plan, found) => {
        const reordered = {
          ...found,
          guardrails: Object.fromEntries(Object.entries(found.guardrails).toReversed()),
        };
        expect(decide(plan, reordered, NOW)).toEqual(decide(plan, found, NOW));
      }),
      { numRuns: 50 },
    );
  });
});
