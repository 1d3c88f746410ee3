import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeFlag, type Flag } from '@liftgate/flags';
import {
  verdict,
  type Comparison,
  type ExperimentResult,
  type MetricResult,
  type VerdictState,
} from '@liftgate/rollout';
import { aComparison, aFlag, aMetricResult, aResult, NOW, threeArms } from './an-experiment.ts';

const minutesLater = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const better = aComparison('better', [0.54, 1.98], { lift: 1.18 });
const worse = aComparison('worse', [-0.08, -0.03], { lift: -0.056 });
const unsure = aComparison('not_sure', [-0.031, 0.04]);
const nobody = [
  { variant: 'control', exposed: 0, plannedShare: 0.5 },
  { variant: 'treatment', exposed: 0, plannedShare: 0.5 },
];
const mismatch: ExperimentResult['split'] = {
  status: 'mismatch',
  observed: {},
  expected: {},
  chiSquare: null,
  sequential: { logBayesFactor: 12, p: 1e-5 },
};
const errors = (comparison: Comparison): MetricResult =>
  aMetricResult({
    metric: 'errors',
    name: 'Errors',
    kind: 'count',
    unit: 'number',
    direction: 'down',
    role: 'guardrail',
    comparisons: [comparison],
  });
const moreErrors = errors(aComparison('worse', [0.19, 0.66], { lift: 0.41 }));
const okErrors = errors(unsure);
const goal = (comparison: Comparison, more: Partial<MetricResult> = {}) =>
  aMetricResult({ comparisons: [comparison], ...more });
const live = changeFlag(aFlag(), { stage: 'ga' }, new Date('2026-11-12T08:00:00Z'));
const CLEAR = 'and the interval stays clear of zero however often you look.';

interface Row {
  readonly name: string;
  readonly flag?: Flag;
  readonly result: ExperimentResult | null;
  readonly at?: Date;
  readonly state: VerdictState;
  readonly label: string;
  readonly tone: string;
  readonly sentence: string;
}

const rows: readonly Row[] = [
  {
    name: 'nothing analysed yet',
    result: null,
    state: 'no_data',
    label: 'Waiting for data',
    tone: 'neutral',
    sentence:
      'The flag is on, but nobody has been counted yet. Check that the application asks for this flag and that events arrive.',
  },
  {
    name: 'nobody counted',
    result: aResult({ variants: nobody, split: { status: 'no_units' } }),
    state: 'no_data',
    label: 'Waiting for data',
    tone: 'neutral',
    sentence:
      'The flag is on, but nobody has been counted yet. Check that the application asks for this flag and that events arrive.',
  },
  {
    name: 'nobody counted by a worker that is gone',
    result: aResult({ variants: nobody }),
    at: minutesLater(14),
    state: 'stale',
    label: 'Numbers are old',
    tone: 'warning',
    sentence: 'These numbers are 14 minutes old, so nothing moves until the worker is back.',
  },
  {
    name: 'switched off, nobody counted',
    flag: aFlag({ enabled: false }),
    result: null,
    state: 'no_data',
    label: 'Waiting for data',
    tone: 'neutral',
    sentence: 'The flag is switched off, so nobody is being counted.',
  },
  {
    name: 'disabled, nobody counted',
    flag: aFlag({ stage: 'disabled' }),
    result: aResult({ variants: nobody }),
    state: 'no_data',
    label: 'Waiting for data',
    tone: 'neutral',
    sentence: 'Nobody has it yet, so there is nothing to compare.',
  },
  {
    name: 'internal',
    flag: aFlag({ stage: 'internal' }),
    result: null,
    state: 'no_data',
    label: 'Waiting for data',
    tone: 'neutral',
    sentence: 'Nobody outside the allow list has it yet, so there is nothing to compare.',
  },
  {
    name: 'switched off with numbers',
    flag: aFlag({ enabled: false }),
    result: aResult({ metrics: [goal(worse), moreErrors] }),
    state: 'hold',
    label: 'Switched off',
    tone: 'neutral',
    sentence:
      'The flag is switched off, so nothing moves. Measured until then: Spend: 5.6% lower (3% to 8%).',
  },
  {
    name: 'disabled with numbers',
    flag: aFlag({ stage: 'disabled' }),
    result: aResult({ metrics: [goal(unsure)] }),
    state: 'hold',
    label: 'Switched off',
    tone: 'neutral',
    sentence: 'Nobody has the feature now, so nothing moves.',
  },
  {
    name: 'switched off with a wrong split',
    flag: aFlag({ enabled: false }),
    result: aResult({ split: mismatch, metrics: [goal(better)] }),
    state: 'hold',
    label: 'Switched off',
    tone: 'neutral',
    sentence: 'The flag is switched off, so nothing moves.',
  },
  {
    name: 'a broken guardrail',
    result: aResult({ metrics: [goal(better), moreErrors] }),
    state: 'guardrail_broken',
    label: 'Guardrail broken',
    tone: 'negative',
    sentence: `Errors: 41% more (19% to 66%), ${CLEAR} It must not get worse: go back to the old behaviour.`,
  },
  {
    name: 'a broken guardrail, whatever else is wrong',
    result: aResult({ split: mismatch, metrics: [goal(better), moreErrors] }),
    at: minutesLater(60),
    state: 'guardrail_broken',
    label: 'Guardrail broken',
    tone: 'negative',
    sentence: `Errors: 41% more (19% to 66%), ${CLEAR} It must not get worse: go back to the old behaviour.`,
  },
  {
    name: 'old numbers',
    result: aResult({ split: mismatch, metrics: [goal(better)] }),
    at: minutesLater(14),
    state: 'stale',
    label: 'Numbers are old',
    tone: 'warning',
    sentence: 'These numbers are 14 minutes old, so nothing moves until the worker is back.',
  },
  {
    name: 'numbers of five hours ago',
    result: aResult(),
    at: minutesLater(300),
    state: 'stale',
    label: 'Numbers are old',
    tone: 'warning',
    sentence: 'These numbers are 5 hours old, so nothing moves until the worker is back.',
  },
  {
    name: 'numbers of three days ago',
    result: aResult(),
    at: minutesLater(3 * 24 * 60),
    state: 'stale',
    label: 'Numbers are old',
    tone: 'warning',
    sentence: 'These numbers are 3 days old, so nothing moves until the worker is back.',
  },
  {
    name: 'a wrong split',
    result: aResult({ split: mismatch, metrics: [goal(better)] }),
    state: 'split_wrong',
    label: 'Split is wrong',
    tone: 'negative',
    sentence:
      'Held: 2,290 people landed in control and 2,071 in treatment where an even split was planned, so the numbers cannot be trusted yet.',
  },
  {
    name: 'a wrong split between three uneven arms',
    flag: threeArms(),
    result: aResult({
      split: mismatch,
      variants: [
        { variant: 'old', exposed: 500, plannedShare: 0.5 },
        { variant: 'mens', exposed: 100, plannedShare: 0.25 },
        { variant: 'womens', exposed: 1, plannedShare: 0.25 },
      ],
    }),
    state: 'split_wrong',
    label: 'Split is wrong',
    tone: 'negative',
    sentence:
      'Held: 500 people landed in old, 100 in mens and 1 in womens where a split of 50% to 25% to 25% was planned, so the numbers cannot be trusted yet.',
  },
  {
    name: 'no metric',
    result: aResult({ metrics: [] }),
    state: 'no_data',
    label: 'No metric',
    tone: 'neutral',
    sentence: 'People are being counted, but no metric is attached, so there is nothing to compare yet.',
  },
  {
    name: 'no goal among the metrics',
    flag: aFlag({ unit: 'company' }),
    result: aResult({ metrics: [okErrors] }),
    state: 'no_data',
    label: 'No goal',
    tone: 'neutral',
    sentence:
      'Companies are being counted, but none of the metrics is the goal, so nothing can move forward.',
  },
  {
    name: 'too early',
    result: aResult({
      variants: [
        { variant: 'control', exposed: 30, plannedShare: 0.5 },
        { variant: 'treatment', exposed: 1, plannedShare: 0.5 },
      ],
      metrics: [goal(better)],
    }),
    state: 'early',
    label: 'Too early',
    tone: 'neutral',
    sentence:
      'So far 30 people in control and 1 person in treatment. Every group needs 30 people before a difference means anything.',
  },
  {
    name: 'too early for tenants',
    flag: aFlag({ unit: 'tenant' }),
    result: aResult({
      variants: [
        { variant: 'control', exposed: 1, plannedShare: 0.5 },
        { variant: 'treatment', exposed: 0, plannedShare: 0.5 },
      ],
    }),
    state: 'early',
    label: 'Too early',
    tone: 'neutral',
    sentence:
      'So far 1 tenant in control and 0 tenants in treatment. Every group needs 30 tenants before a difference means anything.',
  },
  {
    name: 'getting worse',
    result: aResult({ metrics: [goal(worse), okErrors] }),
    state: 'harm',
    label: 'Getting worse',
    tone: 'negative',
    sentence: `Spend: 5.6% lower (3% to 8%), ${CLEAR} Go back to the old behaviour.`,
  },
  {
    name: 'getting worse at 100 %',
    flag: live,
    result: aResult({ metrics: [goal(worse)] }),
    state: 'harm',
    label: 'Getting worse',
    tone: 'negative',
    sentence: `Spend: 5.6% lower (3% to 8%), ${CLEAR} Go back to the old behaviour.`,
  },
  {
    name: 'one goal better and the other worse',
    result: aResult({ metrics: [goal(better), goal(worse, { name: 'Visits', unit: 'number' })] }),
    state: 'harm',
    label: 'Getting worse',
    tone: 'negative',
    sentence: `Visits: 5.6% lower (3% to 8%), ${CLEAR} Go back to the old behaviour.`,
  },
  {
    name: 'one of two treatments worse',
    flag: threeArms(),
    result: aResult({
      metrics: [
        aMetricResult({
          comparisons: [
            { ...better, treatment: 'mens' },
            { ...worse, treatment: 'womens' },
          ],
        }),
      ],
    }),
    state: 'harm',
    label: 'Getting worse',
    tone: 'negative',
    sentence: `Spend with womens: 5.6% lower (3% to 8%), ${CLEAR} Take womens back.`,
  },
  {
    name: 'live',
    flag: live,
    result: aResult({ metrics: [goal(better)] }),
    state: 'shipped',
    label: 'Live for everyone',
    tone: 'positive',
    sentence: `Live for everyone since 12 Nov 2026. Nobody is held back, so nobody new is compared. Spend: 118% higher (54% to 198%), ${CLEAR}`,
  },
  {
    name: 'live with a holdback',
    flag: aFlag({ stage: 'ga', holdback: 0.05 }),
    result: aResult(),
    state: 'shipped',
    label: 'Live for everyone',
    tone: 'positive',
    sentence:
      'Live for everyone since 24 Nov 2026. 5% are held back to keep measuring. Zero is still inside the interval of Spend (\u22123.1% to +4%).',
  },
  {
    name: 'live, and nobody was ever compared',
    flag: live,
    result: null,
    state: 'shipped',
    label: 'Live for everyone',
    tone: 'positive',
    sentence:
      'Live for everyone since 12 Nov 2026. Nobody is held back, so there is nothing to compare with.',
  },
  {
    name: 'live after a handful of units, and nobody else will be compared',
    flag: live,
    result: aResult({
      variants: [
        { variant: 'control', exposed: 3, plannedShare: 0.5 },
        { variant: 'treatment', exposed: 4, plannedShare: 0.5 },
      ],
      metrics: [goal(aComparison('not_enough', null))],
    }),
    state: 'shipped',
    label: 'Live for everyone',
    tone: 'positive',
    sentence:
      'Live for everyone since 12 Nov 2026. Nobody is held back, so nobody new is compared. Spend: too little has been measured to tell the groups apart yet.',
  },
  {
    name: 'live with a holdback, and nobody counted yet',
    flag: aFlag({ stage: 'ga', holdback: 0.05 }),
    result: null,
    state: 'no_data',
    label: 'Waiting for data',
    tone: 'neutral',
    sentence:
      'The flag is on, but nobody has been counted yet. Check that the application asks for this flag and that events arrive.',
  },
  {
    name: 'ready',
    result: aResult({ metrics: [goal(better), okErrors] }),
    state: 'ready',
    label: 'Ready to move forward',
    tone: 'positive',
    sentence: `Spend: 118% higher (54% to 198%), ${CLEAR} It can move forward.`,
  },
  {
    name: 'ready with two better treatments',
    flag: threeArms(),
    result: aResult({
      metrics: [
        aMetricResult({
          comparisons: [
            { ...better, treatment: 'mens' },
            { ...better, treatment: 'womens' },
          ],
        }),
      ],
    }),
    state: 'ready',
    label: 'Ready to move forward',
    tone: 'positive',
    sentence:
      'Spend with mens: 118% higher (54% to 198%); Spend with womens: 118% higher (54% to 198%), and the intervals stay clear of zero however often you look. It can move forward.',
  },
  {
    name: 'better, and a guardrail that is not measured yet',
    result: aResult({ metrics: [goal(better), errors(aComparison('not_enough', null))] }),
    state: 'hold',
    label: 'Hold',
    tone: 'warning',
    sentence: `Spend: 118% higher (54% to 198%), ${CLEAR} It stays where it is for now: Errors: not enough data to see whether it got worse.`,
  },
  {
    name: 'better, and another goal that is not',
    result: aResult({ metrics: [goal(better), goal(unsure, { name: 'Visits' })] }),
    state: 'hold',
    label: 'Hold',
    tone: 'warning',
    sentence: `Spend: 118% higher (54% to 198%), ${CLEAR} It stays where it is for now: Visits is not clearly better yet.`,
  },
  {
    name: 'still learning',
    result: aResult(),
    state: 'learning',
    label: 'Still learning',
    tone: 'neutral',
    sentence:
      'Zero is still inside the interval of Spend (\u22123.1% to +4%). Nothing moves until the interval is clear of zero.',
  },
  {
    name: 'still learning with two treatments',
    flag: threeArms(),
    result: aResult({
      metrics: [
        aMetricResult({
          comparisons: [
            { ...unsure, treatment: 'mens' },
            { ...unsure, treatment: 'womens' },
          ],
        }),
      ],
    }),
    state: 'learning',
    label: 'Still learning',
    tone: 'neutral',
    sentence:
      'Zero is still inside the interval of Spend with mens (\u22123.1% to +4%) and Spend with womens (\u22123.1% to +4%). Nothing moves until the interval is clear of zero.',
  },
  {
    name: 'still learning without a lift',
    result: aResult({ metrics: [goal(aComparison('not_sure', null, { noLift: true }))] }),
    state: 'learning',
    label: 'Still learning',
    tone: 'neutral',
    sentence:
      'Spend: the groups cannot be told apart yet. Nothing moves until the interval is clear of zero.',
  },
  {
    name: 'too little measured',
    result: aResult({
      metrics: [
        goal({
          status: 'zero_variance',
          treatment: 'treatment',
          reading: 'not_enough',
          reason: '',
          series: [],
        }),
      ],
    }),
    state: 'learning',
    label: 'Still learning',
    tone: 'neutral',
    sentence:
      'Spend: too little has been measured to tell the groups apart yet. Nothing moves until the interval is clear of zero.',
  },
];

describe('the verdict', () => {
  test.each(rows)('$name: $state', ({ flag = aFlag(), result, at = NOW, ...expected }) => {
    const { name: _, ...wanted } = expected;
    const { state, label, tone, sentence } = verdict(flag, result, at);
    expect({ state, label, tone, sentence }).toEqual(wanted);
  });

  test('has a row here for every state', () => {
    const states = new Set(rows.map((row) => row.state));
    expect([...states].sort()).toEqual([
      'early',
      'guardrail_broken',
      'harm',
      'hold',
      'learning',
      'no_data',
      'ready',
      'shipped',
      'split_wrong',
      'stale',
    ]);
  });

  test('numbers are old after two minutes, not before', () => {
    expect(verdict(aFlag(), aResult(), minutesLater(2)).state).toBe('learning');
    expect(verdict(aFlag(), aResult(), new Date(NOW.getTime() + 120_001)).state).toBe('stale');
    expect(verdict(aFlag(), aResult(), minutesLater(-5)).state).toBe('learning');
  });
});

describe('lower is better', () => {
  const fell = (more: Partial<MetricResult>) =>
    verdict(
      aFlag(),
      aResult({
        metrics: [
          goal(aComparison('better', [-0.44, -0.31], { lift: -0.38 }), { direction: 'down', ...more }),
        ],
      }),
      NOW,
    ).sentence;

  test.each<[Partial<MetricResult>, string]>([
    [{ name: 'First reply', unit: 'seconds', kind: 'mean' }, 'First reply: 38% faster (31% to 44%), '],
    [{ name: 'Latency', unit: 'milliseconds' }, 'Latency: 38% faster (31% to 44%), '],
    [{ name: 'Handling', unit: 'minutes' }, 'Handling: 38% faster (31% to 44%), '],
    [{ name: 'Training', unit: 'hours' }, 'Training: 38% less (31% to 44%), '],
    [{ name: 'Opt-outs', unit: 'number', kind: 'count' }, 'Opt-outs: 38% fewer (31% to 44%), '],
    [{ name: 'Churn', unit: 'percent', kind: 'proportion' }, 'Churn: 38% lower (31% to 44%), '],
  ])('is said in positive numbers: %j', (more, start) => {
    expect(fell(more)).toBe(`${start}${CLEAR} It can move forward.`);
  });
});

describe('whatever the result', () => {
  const interval = fc.tuple(
    fc.double({ min: 1e-9, max: 20, noNaN: true }),
    fc.double({ min: 1e-9, max: 20, noNaN: true }),
  );
  const comparison = (direction: 'up' | 'down') =>
    fc
      .tuple(fc.constantFrom('better', 'worse', 'not_sure', 'not_enough'), interval, fc.boolean())
      .map(([reading, [a, b], noLift]): Comparison => {
        const [small, large] = a < b ? [a, b] : [b, a];
        if (reading === 'not_enough')
          return { status: 'insufficient_data', treatment: 'treatment', reading, reason: 'few', series: [] };
        if (reading === 'not_sure') return aComparison(reading, [-small, large], { noLift });
        const up = (reading === 'better') === (direction === 'up');
        return aComparison(reading, up ? [small, large] : [-large, -small], { noLift });
      });
  const metric = fc
    .record({
      direction: fc.constantFrom('up' as const, 'down' as const),
      unit: fc.constantFrom('number', 'percent', 'usd', 'seconds', 'milliseconds', 'hours', 'minutes'),
      kind: fc.constantFrom('count', 'sum', 'mean'),
      role: fc.constantFrom('goal', 'goal', 'secondary', 'guardrail'),
      name: fc.constantFrom('Spend', 'Errors', 'First reply'),
    })
    .chain((base) => comparison(base.direction).map((one) => aMetricResult({ ...base, comparisons: [one] })));
  const arms = fc
    .tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 5_000 }))
    .map(([control, treatment]) => [
      { variant: 'control', exposed: control, plannedShare: 0.5 },
      { variant: 'treatment', exposed: treatment, plannedShare: 0.5 },
    ]);
  const split = fc.constantFrom<ExperimentResult['split']>(
    { status: 'no_units' },
    { ...mismatch, status: 'ok' },
    mismatch,
  );
  const result = fc
    .record({ metrics: fc.array(metric, { maxLength: 4 }), variants: arms, split })
    .map(aResult);
  const flag = fc
    .record({
      stage: fc.constantFrom('disabled', 'internal', 'beta_10', 'beta_50', 'ga'),
      enabled: fc.boolean(),
      holdback: fc.constantFrom(0, 0.05),
      unit: fc.constantFrom('user', 'tenant'),
    })
    .map(aFlag);
  const at = fc.integer({ min: 0, max: 5 }).map(minutesLater);
  const anything = fc.tuple(flag, fc.option(result, { nil: null }), at);

  test('the sentence never contradicts the state', () => {
    fc.assert(
      fc.property(anything, ([flag, result, now]) => {
        const { state, label, sentence, conditions } = verdict(flag, result, now);
        expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
        const clear = sentence.includes('clear of zero however often you look');
        const says = {
          forward: sentence.includes('It can move forward'),
          back: /go back|take \w+ back/i.test(sentence),
          waits:
            /nothing moves|nothing to compare|Check that|It stays where it is|means anything|cannot be trusted|nothing can move|nobody is being counted/i.test(
              sentence,
            ),
        };
        expect(says.forward).toBe(state === 'ready');
        expect(says.back).toBe(state === 'harm' || state === 'guardrail_broken');
        if (state === 'ready') expect(conditions.every((one) => one.state === 'met')).toBe(true);
        if (state === 'hold') expect(conditions.some((one) => one.state !== 'met')).toBe(true);
        if (['learning', 'hold', 'early', 'no_data', 'split_wrong', 'stale'].includes(state))
          expect(says.waits).toBe(true);
        if (['learning', 'early', 'no_data', 'split_wrong', 'stale'].includes(state))
          expect(clear).toBe(false);
        if (['ready', 'harm', 'guardrail_broken'].includes(state)) expect(clear).toBe(true);
        if (state === 'shipped') expect(sentence).toMatch(/^Live for everyone/);
        if (label === 'Switched off') expect(flag.enabled && flag.stage !== 'disabled').toBe(false);
      }),
      { numRuns: 600 },
    );
  });

  test('an interval that is clear of zero never shows zero', () => {
    fc.assert(
      fc.property(anything, ([flag, result, now]) => {
        const { sentence } = verdict(flag, result, now);
        if (!sentence.includes('clear of zero however')) return;
        for (const [, lower, upper] of sentence.matchAll(/\(([^()]+) to ([^()]+)\)/g)) {
          for (const side of [lower, upper]) {
            expect(side).not.toMatch(/^\u2212/);
            expect(side).toMatch(/[1-9]/);
          }
        }
      }),
      { numRuns: 600 },
    );
  });

  test('no p-value, no jargon, no machine number', () => {
    fc.assert(
      fc.property(anything, ([flag, result, now]) => {
        const { sentence, label, conditions } = verdict(flag, result, now);
        const text = [sentence, label, ...conditions.map((one) => one.text)].join(' ');
        expect(text).not.toMatch(/p-value|[Ss]ignifican|NaN|Infinity|undefined|null|\de[+-]?\d|\[object/);
        if (flag.unit === 'tenant') expect(text).not.toMatch(/people|person/);
      }),
      { numRuns: 600 },
    );
  });

  test('the same input gives the same verdict and is not changed', () => {
    fc.assert(
      fc.property(anything, ([flag, result, now]) => {
        const before = structuredClone([flag, result]);
        expect(verdict(flag, result, now)).toEqual(verdict(flag, result, now));
        expect([flag, result]).toEqual(before);
      }),
    );
  });
});

describe('the conditions', () => {
  test('say what is met, what is waited for and what failed', () => {
    const small = [
      { variant: 'control', exposed: 12, plannedShare: 0.5 },
      { variant: 'treatment', exposed: 40, plannedShare: 0.5 },
    ];
    const metrics = [
      goal(unsure),
      moreErrors,
      errors(aComparison('not_enough', null)),
      okErrors,
      aMetricResult({ role: 'secondary', name: 'Other' }),
    ];
    const { conditions } = verdict(
      aFlag({ enabled: false }),
      aResult({ variants: small, split: mismatch, metrics }),
      minutesLater(9),
    );
    expect(conditions).toEqual([
      { state: 'failed', text: 'The feature is switched off' },
      { state: 'failed', text: 'Numbers are old' },
      { state: 'failed', text: 'The split does not match the plan' },
      { state: 'waiting', text: '12 people in the smallest group, 30 needed' },
      { state: 'failed', text: 'Errors got worse' },
      { state: 'waiting', text: 'Errors: not enough data to see whether it got worse' },
      { state: 'met', text: 'Errors did not measurably get worse' },
      { state: 'waiting', text: 'Spend is not clearly better yet' },
    ]);
  });

  test('are all met when it is ready', () => {
    const { conditions } = verdict(aFlag(), aResult({ metrics: [goal(better), okErrors] }), NOW);
    expect(conditions).toEqual([
      { state: 'met', text: 'Numbers are fresh' },
      { state: 'met', text: 'The split matches the plan' },
      { state: 'met', text: '2,071 people in the smallest group, 30 needed' },
      { state: 'met', text: 'Errors did not measurably get worse' },
      { state: 'met', text: 'Spend is better, clear of zero' },
    ]);
  });

  test('of nothing are none', () => {
    expect(verdict(aFlag(), null, NOW).conditions).toEqual([]);
  });
});
