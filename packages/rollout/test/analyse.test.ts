import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeFlag, type Flag } from '@liftgate/flags';
import type { Metric } from '@liftgate/stats';
import { analyse, type Comparison, type Evidence, type Experiment } from '@liftgate/rollout';
import {
  aFlag,
  aMetric,
  anExperiment,
  arm,
  epoch,
  evidence,
  NOW,
  silent,
  SPEND,
  threeArms,
} from './an-experiment.ts';

function analysed(
  what: Evidence,
  {
    flag = aFlag(),
    experiment = anExperiment(),
    metrics = [SPEND],
  }: { flag?: Flag; experiment?: Experiment; metrics?: Metric[] } = {},
) {
  return analyse({ flag, experiment, metrics, evidence: what, configuration: 7, now: NOW });
}

type Measured = Extract<Comparison, { status: 'ok' }>;

function onlyComparison(what: Evidence, options: Parameters<typeof analysed>[1] = {}): Measured {
  const [comparison] = analysed(what, options).metrics[0]?.comparisons ?? [];
  if (comparison?.status !== 'ok') throw new Error(`not measured: ${JSON.stringify(comparison)}`);
  return comparison;
}

const small = epoch(
  1,
  arm('control', { spend: [100n, 200n, 300n, 400n] }),
  arm('treatment', { spend: [200n, 400n, 600n, 800n] }),
);
const second = epoch(
  2,
  arm('control', { spend: [1_000n, 1_200n] }),
  arm('treatment', { spend: [1_100n, 1_500n] }),
);

describe('one epoch, worked out by hand', () => {
  const result = analysed(evidence(small));

  test('each arm: n, mean, standard deviation and the exact sums', () => {
    expect(result.metrics[0]?.arms).toEqual([
      { variant: 'control', n: 4, mean: 2.5, sd: Math.sqrt(5 / 3), sum: '10', sumOfSquares: '30' },
      { variant: 'treatment', n: 4, mean: 5, sd: Math.sqrt(20 / 3), sum: '20', sumOfSquares: '120' },
    ]);
  });

  test('the difference, its error and Welch', () => {
    const { absolute, relative } = onlyComparison(evidence(small));
    expect(absolute.estimate).toBe(2.5);
    expect(absolute.se).toBeCloseTo(Math.sqrt(25 / 12), 12);
    expect(absolute.fixed.statistic).toBeCloseTo(Math.sqrt(3), 12);
    expect(absolute.fixed.df).toBeCloseTo(1875 / 425, 12);
    expect(relative?.lift).toBe(1);
  });

  test('the always-valid interval is wider than that of one planned look', () => {
    const { absolute } = onlyComparison(evidence(small));
    const width = ([lower, upper]: readonly [number | null, number | null]) => (upper ?? 0) - (lower ?? 0);
    expect(width(absolute.alwaysValid.interval)).toBeGreaterThan(width(absolute.fixed.interval));
  });

  test('who, when and under which configuration', () => {
    expect(result).toMatchObject({
      flag: 'checkout',
      environment: 'production',
      phase: 1,
      analysedAt: '2026-11-24T10:00:00.000Z',
      configuration: 7,
      events: 1,
      alpha: 0.05,
      control: 'control',
      quarantined: 0,
    });
  });

  test('a metric that is not known is left out', () => {
    const experiment = anExperiment([
      { metric: 'gone', role: 'goal' },
      { metric: 'spend', role: 'secondary' },
    ]);
    expect(analysed(evidence(small), { experiment }).metrics.map((metric) => metric.metric)).toEqual([
      'spend',
    ]);
  });

  test('exposed units without an event count as 0 in a sum, and not at all in a mean', () => {
    const half = epoch(
      1,
      arm('control', { spend: [100n, undefined, 300n, undefined] }),
      arm('treatment', { spend: [200n, undefined, undefined, 600n] }),
    );
    expect(analysed(evidence(half)).metrics[0]?.arms[0]).toMatchObject({ n: 4, mean: 1, sum: '4' });
    const mean = { ...SPEND, kind: 'mean' as const };
    expect(analysed(evidence(half), { metrics: [mean] }).metrics[0]?.arms[0]).toMatchObject({
      n: 2,
      mean: 2,
      sum: '4',
    });
  });

  test('a proportion has the pooled test and Newcombe beside it, as long as there is one epoch', () => {
    const ones = (did: number, of: number) =>
      Array.from({ length: of }, (_, n) => (n < did ? 1n : undefined));
    const visit = aMetric({ key: 'visit', kind: 'proportion' });
    const one = epoch(
      1,
      arm('control', { visit: ones(50, 500) }),
      arm('treatment', { visit: ones(80, 500) }),
    );
    const options = { metrics: [visit], experiment: anExperiment([{ metric: 'visit', role: 'goal' }]) };
    const { proportion, absolute } = onlyComparison(evidence(one), options);
    expect(absolute.estimate).toBeCloseTo(0.06, 12);
    expect(proportion?.test).toBe('pooled_z');
    // z = 0.06 / sqrt(0.13·0.87·(2/500)) = 2.8208, two-sided p = 0.004790
    expect(proportion?.p).toBeCloseTo(0.00479, 5);
    expect(onlyComparison(evidence(one, { ...one, epoch: 2 }), options).proportion).toBeNull();
  });
});

describe('several epochs', () => {
  test('are combined by inverse variance, not pooled', () => {
    const { absolute } = onlyComparison(evidence(small, second));
    // d₁ = 2.5, I₁ = 12/25; d₂ = 2, I₂ = 1/5.
    expect(absolute.estimate).toBeCloseTo((0.48 * 2.5 + 0.2 * 2) / 0.68, 12);
    expect(absolute.se).toBeCloseTo(Math.sqrt(1 / 0.68), 12);
  });

  test('an epoch in which one arm has nobody adds to the arm and not to the comparison', () => {
    const lonely = epoch(2, arm('treatment', { spend: [90_000n, 10_000n] }));
    const one = onlyComparison(evidence(small));
    const two = onlyComparison(evidence(small, lonely));
    expect(two.absolute).toEqual(one.absolute);
    expect(analysed(evidence(small, lonely)).metrics[0]?.arms[1]).toMatchObject({ n: 6, sum: '1020' });
  });

  test('a ramp whose baseline moves does not invent an effect', () => {
    const level = (base: bigint, n: number) =>
      Array.from({ length: n }, (_, k) => base + BigInt(k % 5) * 10n);
    const at10 = epoch(
      1,
      arm('control', { spend: level(1_000n, 400) }),
      arm('treatment', { spend: level(1_000n, 100) }),
    );
    const at50 = epoch(
      2,
      arm('control', { spend: level(2_000n, 100) }),
      arm('treatment', { spend: level(2_000n, 400) }),
    );
    expect(onlyComparison(evidence(at10, at50)).absolute.estimate).toBeCloseTo(0, 12);
  });

  test('the series shows the lift over everybody who had joined by each day', () => {
    const { series } = onlyComparison(evidence(small, second));
    expect(series.map(({ day, exposed }) => [day, exposed])).toEqual([
      ['2026-11-21', 8],
      ['2026-11-22', 12],
    ]);
    expect(series[0]?.lift).toBe(1);
    expect(series[1]?.lift).toBe(onlyComparison(evidence(small, second)).relative?.lift);
  });
});

describe('too little to say anything', () => {
  const constant = (value: bigint, n: number) => Array.from({ length: n }, () => value);

  test.each<[string, Evidence, string, string]>([
    [
      'no evidence at all',
      evidence(),
      'insufficient_data',
      'each group needs at least two measured members in the same stage',
    ],
    [
      'an empty arm',
      evidence(epoch(1, arm('control', { spend: [1n, 2n, 3n] }))),
      'insufficient_data',
      'each group needs at least two measured members in the same stage',
    ],
    [
      'one unit in an arm',
      evidence(epoch(1, arm('control', { spend: [1n, 2n] }), arm('treatment', { spend: [1n] }))),
      'insufficient_data',
      'each group needs at least two measured members in the same stage',
    ],
    [
      'two units in different epochs',
      evidence(
        epoch(1, arm('control', { spend: [1n, 2n] }), arm('treatment', { spend: [1n] })),
        epoch(2, arm('control', { spend: [1n, 2n] }), arm('treatment', { spend: [1n] })),
      ),
      'insufficient_data',
      'each group needs at least two measured members in the same stage',
    ],
    [
      'no spread',
      evidence(
        epoch(1, arm('control', { spend: constant(5n, 40) }), arm('treatment', { spend: constant(9n, 40) })),
      ),
      'zero_variance',
      'everybody has the same value, so there is no spread to judge by',
    ],
    [
      'nothing measured',
      evidence(epoch(1, silent('control', 50), silent('treatment', 50))),
      'zero_variance',
      'everybody has the same value, so there is no spread to judge by',
    ],
  ])('%s says so', (_, what, status, reason) => {
    const [comparison] = analysed(what).metrics[0]?.comparisons ?? [];
    expect(comparison).toMatchObject({ status, reason, reading: 'not_enough' });
  });

  const spread = (n: number, base: bigint) => Array.from({ length: n }, (_, k) => base + BigInt(k % 3));

  test.each([
    [29, 'not_enough'],
    [30, 'better'],
  ])('%s units in the smaller arm read %s, however large the effect', (n, reading) => {
    const what = evidence(
      epoch(1, arm('control', { spend: spread(60, 100n) }), arm('treatment', { spend: spread(n, 900n) })),
    );
    expect(onlyComparison(what).reading).toBe(reading);
  });

  test('ten units of a proportion must have done it before anything is read', () => {
    const visit = aMetric({ key: 'visit', kind: 'proportion' });
    const options = { metrics: [visit], experiment: anExperiment([{ metric: 'visit', role: 'goal' }]) };
    const ones = (did: number) => Array.from({ length: 40 }, (_, n) => (n < did ? 1n : 0n));
    const having = (did: number) =>
      evidence(epoch(1, arm('control', { visit: ones(0) }), arm('treatment', { visit: ones(did) })));
    expect(onlyComparison(having(9), options).reading).toBe('not_enough');
    expect(onlyComparison(having(30), options).reading).toBe('better');
  });

  test('only measured units count towards the thirty of a mean', () => {
    const mean = { ...SPEND, kind: 'mean' as const };
    const some = (n: number, base: bigint) => [
      ...spread(n, base),
      ...Array.from({ length: 500 }, () => undefined),
    ];
    const what = evidence(
      epoch(1, arm('control', { spend: some(29, 100n) }), arm('treatment', { spend: some(29, 900n) })),
    );
    expect(onlyComparison(what, { metrics: [mean] }).reading).toBe('not_enough');
  });
});

describe('which way is good', () => {
  const spread = (base: bigint) => Array.from({ length: 50 }, (_, k) => base + BigInt(k % 3));
  const rise = evidence(
    epoch(1, arm('control', { spend: spread(100n) }), arm('treatment', { spend: spread(900n) })),
  );
  const fall = evidence(
    epoch(1, arm('control', { spend: spread(900n) }), arm('treatment', { spend: spread(100n) })),
  );

  test.each([
    ['up', rise, 'better'],
    ['up', fall, 'worse'],
    ['down', rise, 'worse'],
    ['down', fall, 'better'],
  ] as const)('of a metric that should go %s', (direction, what, reading) => {
    expect(onlyComparison(what, { metrics: [{ ...SPEND, direction }] }).reading).toBe(reading);
  });

  test('a negative baseline turns no sign around: less loss is a lift', () => {
    const loss = evidence(
      epoch(1, arm('control', { spend: spread(-900n) }), arm('treatment', { spend: spread(-100n) })),
    );
    const { reading, relative } = onlyComparison(loss);
    expect(reading).toBe('better');
    expect(relative?.lift).toBeGreaterThan(0);
  });

  test('a baseline of zero has a difference and no lift', () => {
    const zero = Array.from({ length: 50 }, (_, k) => BigInt((k % 3) - 1)).slice(0, 48);
    const what = evidence(
      epoch(1, arm('control', { spend: zero }), arm('treatment', { spend: spread(900n) })),
    );
    expect(onlyComparison(what).relative).toBeNull();
    expect(onlyComparison(what).reading).toBe('better');
  });
});

describe('the split', () => {
  const counts = (...sizes: [string, number][]) => sizes.map(([variant, n]) => silent(variant, n));

  test('matches the plan of the epoch', () => {
    const { split, variants } = analysed(
      evidence(epoch(1, ...counts(['control', 1_000], ['treatment', 900]))),
    );
    expect(split).toMatchObject({
      status: 'ok',
      observed: { control: 1_000, treatment: 900 },
      expected: { control: 950, treatment: 950 },
    });
    if (split.status !== 'ok') throw new Error(split.status);
    expect(split.chiSquare?.statistic).toBeCloseTo(100 ** 2 / 1_900, 12);
    expect(split.chiSquare?.df).toBe(1);
    expect(variants).toEqual([
      { variant: 'control', exposed: 1_000, plannedShare: 0.5 },
      { variant: 'treatment', exposed: 900, plannedShare: 0.5 },
    ]);
  });

  test('that is far off is a mismatch', () => {
    expect(
      analysed(evidence(epoch(1, ...counts(['control', 3_000], ['treatment', 2_000])))).split.status,
    ).toBe('mismatch');
  });

  test('that is grossly off is a mismatch within thousands of units, even over three epochs', () => {
    const flag = changeFlag(
      changeFlag(aFlag({ stage: 'beta_10' }), { stage: 'beta_25' }, NOW),
      { stage: 'beta_50' },
      NOW,
    );
    const third = counts(['control', 926], ['treatment', 736]);
    const result = analysed(evidence(epoch(1, ...third), epoch(2, ...third), epoch(3, ...third)), { flag });
    expect(result.split.status).toBe('mismatch');
  });

  test('is judged epoch by epoch, by the weights of each', () => {
    const start = aFlag({
      type: 'string',
      variants: [
        { name: 'control', value: 'a', weight: 1 },
        { name: 'treatment', value: 'b', weight: 1 },
      ],
    });
    const heavier = start.variants.map((one) => ({ ...one, weight: one.name === 'treatment' ? 3 : 1 }));
    const flag = changeFlag(start, { variants: heavier }, NOW);
    const fair = evidence(
      epoch(1, ...counts(['control', 1_000], ['treatment', 1_000])),
      epoch(2, ...counts(['control', 1_000], ['treatment', 3_000])),
    );
    // Windows end on whole buckets, so 3 to 1 is 50,000 to 16,667.
    const { split, variants } = analysed(fair, { flag });
    const [control, treatment] = [expect.closeTo(2_000, 1), expect.closeTo(4_000, 1)];
    expect(split).toMatchObject({ status: 'ok', chiSquare: null, expected: { control, treatment } });
    expect(variants[0]?.plannedShare).toBeCloseTo(1 / 3, 4);
    const swapped = evidence(
      { ...fair.epochs[0], epoch: 2, arms: fair.epochs[0]?.arms ?? [] },
      { ...fair.epochs[1], epoch: 1, arms: fair.epochs[1]?.arms ?? [] },
    );
    expect(analysed(swapped, { flag }).split.status).toBe('mismatch');
  });

  test('at 100 % with a holdback expects as many in each arm', () => {
    const flag = aFlag({ stage: 'ga', holdback: 0.05 });
    expect(
      analysed(evidence(epoch(1, ...counts(['control', 500], ['treatment', 510]))), { flag }).split.status,
    ).toBe('ok');
  });

  test('units in an arm that gets none are a mismatch, whatever the numbers', () => {
    const flag = aFlag();
    const none = {
      ...flag,
      epochs: flag.epochs.map((one) => ({ ...one, weights: { control: 1, treatment: 0 } })),
    };
    const result = analysed(evidence(epoch(1, ...counts(['control', 50], ['treatment', 1]))), { flag: none });
    expect(result.split).toMatchObject({ status: 'mismatch', sequential: { p: 0 } });
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test('of nobody, or of a stage that analyses nobody, is none', () => {
    expect(analysed(evidence()).split).toEqual({ status: 'no_units' });
    const internal = aFlag({ stage: 'internal' });
    const what = evidence(epoch(1, ...counts(['control', 5], ['treatment', 5])));
    expect(analysed(what, { flag: internal }).split).toEqual({ status: 'no_units' });
    expect(analysed(what, { flag: internal }).variants.map((one) => one.plannedShare)).toEqual([0.5, 0.5]);
  });

  test('of an epoch the flag does not know is left out of the plan, and counted', () => {
    const { split, variants } = analysed(evidence(epoch(9, ...counts(['control', 50], ['treatment', 1]))));
    expect(split).toEqual({ status: 'no_units' });
    expect(variants.map((one) => one.exposed)).toEqual([50, 1]);
  });
});

test('with three arms every treatment is compared with the control, which comes first', () => {
  const flag = threeArms({ control: 'mens' });
  const values = (base: bigint) => [base, base + 1n, base + 5n];
  const what = evidence(
    epoch(1, ...['old', 'mens', 'womens'].map((name, n) => arm(name, { spend: values(BigInt(n) * 100n) }))),
  );
  const [metric] = analysed(what, { flag }).metrics;
  expect(metric?.arms.map((one) => one.variant)).toEqual(['mens', 'old', 'womens']);
  expect(
    metric?.comparisons.map((one) => [one.treatment, one.status === 'ok' && one.absolute.estimate]),
  ).toEqual([
    ['old', expect.closeTo(-1, 12)],
    ['womens', expect.closeTo(1, 12)],
  ]);
});

describe('whatever the evidence', () => {
  const outcomes = fc.array(
    fc.option(fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })), {
      nil: undefined,
    }),
    { maxLength: 45 },
  );
  const anArm = (variant: string) => outcomes.map((values) => arm(variant, { spend: values }));
  const anEpoch = fc
    .tuple(fc.integer({ min: 1, max: 3 }), anArm('control'), anArm('treatment'))
    .map(([n, ...arms]) => epoch(n, ...arms));
  const anyEvidence = fc
    .uniqueArray(anEpoch, { maxLength: 3, selector: (one) => one.epoch })
    .map((epochs) => evidence(...epochs));
  const anyMetric = fc.record({
    kind: fc.constantFrom('count', 'sum', 'mean'),
    decimals: fc.integer({ min: 0, max: 9 }),
    baseline: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
    minimumEffect: fc.option(fc.double({ min: 1e-9, max: 10, noNaN: true }), { nil: undefined }),
  });

  test('the same evidence gives the same result, nothing is changed, and JSON loses nothing', () => {
    const flag = changeFlag(
      changeFlag(aFlag({ stage: 'beta_10' }), { stage: 'beta_25' }, NOW),
      { stage: 'beta_50' },
      NOW,
    );
    fc.assert(
      fc.property(anyEvidence, anyMetric, (what, { baseline, minimumEffect, ...more }) => {
        const metric: Metric = {
          ...SPEND,
          ...more,
          ...(baseline === undefined ? {} : { baseline }),
          ...(minimumEffect === undefined ? {} : { minimumEffect }),
        };
        const before = structuredClone(what);
        const result = analysed(what, { flag, metrics: [metric] });
        expect(what).toEqual(before);
        expect(analysed(structuredClone(what), { flag, metrics: [metric] })).toEqual(result);
        // NaN and the infinities would come back as null, undefined not at all, and −0 as 0.
        expect(JSON.parse(JSON.stringify(result))).toEqual(withoutNegativeZero(result));
      }),
      { numRuns: 300 },
    );
  });
});

function withoutNegativeZero(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutNegativeZero(one)]));
  }
  return value === 0 ? 0 : value;
}
