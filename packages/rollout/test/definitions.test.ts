import { ZodError } from 'zod';
import { describe, expect, test } from 'vitest';
import {
  changeExperiment,
  changeMetric,
  createExperiment,
  createMetric,
  experimentSchema,
  parseMetric,
  type ExperimentChange,
  type MetricChange,
  type NewExperiment,
  type NewMetric,
} from '@liftgate/rollout';

const NOW = new Date('2026-11-24T10:00:00.000Z');
const LATER = new Date('2026-11-25T10:00:00.000Z');

/** "path: message" of every complaint. */
function complaints(attempt: () => unknown): string[] {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ZodError) return error.issues.map((one) => `${one.path.join('.')}: ${one.message}`);
    throw error;
  }
  return [];
}

describe('a metric', () => {
  test('needs a key; the rest has defaults', () => {
    expect(createMetric({ key: 'spend' })).toEqual({
      key: 'spend',
      name: 'spend',
      description: '',
      kind: 'sum',
      direction: 'up',
      unit: 'number',
      decimals: 6,
      version: 1,
    });
  });

  test.each<[NewMetric, object]>([
    [
      { key: 'm', kind: 'proportion' },
      { unit: 'percent', decimals: 0 },
    ],
    [
      { key: 'm', kind: 'count' },
      { unit: 'number', decimals: 0 },
    ],
    [
      { key: 'm', kind: 'mean', unit: 'seconds' },
      { unit: 'seconds', decimals: 6 },
    ],
    [
      { key: 'm', kind: 'sum', decimals: 2, baseline: 0.35, minimumEffect: 0.05 },
      { decimals: 2, baseline: 0.35, minimumEffect: 0.05 },
    ],
  ])('%j', (input, expected) => {
    expect(createMetric(input)).toMatchObject(expected);
    expect(parseMetric(JSON.parse(JSON.stringify(createMetric(input))))).toEqual(createMetric(input));
  });

  test.each<[Record<string, unknown>, string]>([
    [{ key: 'a b' }, 'key: must start with a letter or digit and hold at most 128 of A-Z a-z 0-9 . _ -'],
    [{ key: 'a|b' }, 'key: must start with a letter or digit and hold at most 128 of A-Z a-z 0-9 . _ -'],
    [{ kind: 'median' }, 'kind: Invalid option: expected one of "proportion"|"count"|"sum"|"mean"'],
    [{ decimals: 10 }, 'decimals: Too big: expected number to be <=9'],
    [{ kind: 'proportion', decimals: 2 }, 'decimals: must be 0 for a proportion: each unit did or did not'],
    [{ minimumEffect: 0 }, 'minimumEffect: Too small: expected number to be >0'],
    [
      { unit: 'yards' },
      'unit: Invalid option: expected one of "number"|"percent"|"usd"|"seconds"|"milliseconds"|"hours"|"minutes"',
    ],
    [{ version: 3 }, ': Unrecognized key: "version"'],
  ])('%j is refused by name', (more, complaint) => {
    expect(complaints(() => createMetric({ key: 'm', ...more }))).toEqual([complaint]);
  });

  const metric = createMetric({ key: 'm', baseline: 2 });

  test.each<[MetricChange]>([
    [{}],
    [{ name: 'm' }],
    [{ baseline: 2, direction: 'up' }],
    [{ name: undefined }],
  ])('changed by %j is the same object', (change) => {
    expect(changeMetric(metric, change)).toBe(metric);
  });

  test('changed has the next version and keeps the rest', () => {
    expect(changeMetric(metric, { name: 'M', direction: 'down' })).toEqual({
      ...metric,
      name: 'M',
      direction: 'down',
      version: 2,
    });
  });

  test.each([
    ['kind', 'mean'],
    ['decimals', 2],
    ['key', 'x'],
  ])('keeps its %s for ever', (field, value) => {
    expect(complaints(() => changeMetric(metric, { [field]: value }))).toEqual([
      `: Unrecognized key: "${field}"`,
    ]);
  });
});

describe('the window and the cap of a metric', () => {
  const windowed = { key: 'm', kind: 'sum', delayMs: 60_000, windowMs: 604_800_000, cap: 500 } as const;

  test('are kept, and cannot be changed afterwards', () => {
    const metric = createMetric(windowed);
    expect(metric).toMatchObject({ delayMs: 60_000, windowMs: 604_800_000, cap: 500 });
    const change = { windowMs: 1 } as MetricChange;
    expect(complaints(() => changeMetric(metric, change))).toEqual([': Unrecognized key: "windowMs"']);
  });

  test.each<[string, NewMetric]>([
    ['delayMs', { ...windowed, delayMs: -1 }],
    ['windowMs', { ...windowed, windowMs: 0 }],
    ['cap', { ...windowed, cap: 0 }],
    ['cap', { ...windowed, cap: 1e13 }],
    ['cap', { ...windowed, kind: 'proportion' }],
  ])('a wrong %s is named', (field, metric) => {
    expect(complaints(() => createMetric(metric))[0]).toMatch(new RegExp(`^${field}: `));
  });
});

describe('an experiment', () => {
  const input: NewExperiment = { flag: 'checkout', environment: 'production' };

  test('needs a flag and an environment; the rest has defaults', () => {
    const experiment = createExperiment(input, NOW);
    expect(experiment).toEqual({
      flag: 'checkout',
      environment: 'production',
      hypothesis: '',
      metrics: [],
      alpha: 0.05,
      plannedUnits: 10_000,
      version: 1,
      createdAt: '2026-11-24T10:00:00.000Z',
      updatedAt: '2026-11-24T10:00:00.000Z',
    });
    expect(experimentSchema.parse(JSON.parse(JSON.stringify(experiment)))).toEqual(experiment);
  });

  const one = { metric: 'spend', role: 'goal' };
  test.each<[Record<string, unknown>, string]>([
    [{ flag: '' }, 'flag: must start with a letter or digit and hold at most 128 of A-Z a-z 0-9 . _ -'],
    [{ environment: 'Prod' }, 'environment: must start with a-z or 0-9 and hold at most 32 of a-z 0-9 -'],
    [{ metrics: [one, one] }, 'metrics.1.metric: "spend" is there twice'],
    [
      { metrics: [{ metric: 'spend', role: 'star' }] },
      'metrics.0.role: Invalid option: expected one of "goal"|"secondary"|"guardrail"',
    ],
    [
      { metrics: Array.from({ length: 51 }, (_, n) => ({ metric: `m${n}`, role: 'goal' })) },
      'metrics: must hold at most 50 metrics',
    ],
    [{ alpha: 0 }, 'alpha: Too small: expected number to be >0'],
    [{ alpha: 0.5 }, 'alpha: Too big: expected number to be <0.5'],
    [{ plannedUnits: 99 }, 'plannedUnits: Too small: expected number to be >=100'],
    [{ plannedUnits: 1_000.5 }, 'plannedUnits: Invalid input: expected int, received number'],
    [{ colour: 'red' }, ': Unrecognized key: "colour"'],
  ])('%j is refused by name', (more, complaint) => {
    expect(complaints(() => createExperiment({ ...input, ...more }, NOW))).toEqual([complaint]);
  });

  const experiment = createExperiment({ ...input, metrics: [{ metric: 'spend', role: 'goal' }] }, NOW);

  test.each<[ExperimentChange]>([
    [{}],
    [{ alpha: 0.05 }],
    [{ metrics: [{ role: 'goal', metric: 'spend' }] }],
    [{ hypothesis: undefined }],
  ])('changed by %j is the same object', (change) => {
    expect(changeExperiment(experiment, change, LATER)).toBe(experiment);
  });

  test('changed has the next version and the time', () => {
    expect(changeExperiment(experiment, { alpha: 0.01 }, LATER)).toEqual({
      ...experiment,
      alpha: 0.01,
      version: 2,
      updatedAt: LATER.toISOString(),
    });
  });

  test('keeps its flag for ever', () => {
    const change = { flag: 'other' } as ExperimentChange;
    expect(complaints(() => changeExperiment(experiment, change, LATER))).toEqual([
      ': Unrecognized key: "flag"',
    ]);
  });

  test('changed badly is refused by name', () => {
    const change = { metrics: [one, one] } as ExperimentChange;
    expect(complaints(() => changeExperiment(experiment, change, LATER))).toEqual([
      'metrics.1.metric: "spend" is there twice',
    ]);
  });
});
