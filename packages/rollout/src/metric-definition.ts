import { z } from 'zod';
import { METRIC_KINDS, type Metric, type MetricKind } from '@liftgate/stats';
import { given, metricKeySchema } from './experiment.ts';

const UNITS = ['number', 'percent', 'usd', 'seconds', 'milliseconds', 'hours', 'minutes'] as const;
const YEAR_MS = 366 * 24 * 60 * 60 * 1000;
const kinds = METRIC_KINDS as [MetricKind, ...MetricKind[]];

/** A metric as it is stored; what crosses a border is parsed with it. */
export const metricSchema = z
  .strictObject({
    key: metricKeySchema,
    name: z.string().min(1).max(200),
    description: z.string().max(4_000),
    kind: z.enum(kinds),
    direction: z.enum(['up', 'down']),
    unit: z.enum(UNITS),
    decimals: z.int().min(0).max(9),
    delayMs: z.int().min(0).max(YEAR_MS).optional(),
    windowMs: z.int().min(1).max(YEAR_MS).optional(),
    cap: z.number().positive().optional(),
    baseline: z.number().optional(),
    minimumEffect: z.number().positive().max(10).optional(),
    version: z.int().positive(),
  })
  .refine((metric) => metric.kind !== 'proportion' || metric.decimals === 0, {
    path: ['decimals'],
    error: 'must be 0 for a proportion: each unit did or did not',
  })
  .refine((metric) => metric.kind !== 'proportion' || metric.cap === undefined, {
    path: ['cap'],
    error: 'is not for a proportion: each unit did or did not',
  })
  .refine((metric) => (metric.cap ?? 0) * 10 ** metric.decimals <= Number.MAX_SAFE_INTEGER, {
    path: ['cap'],
    error: 'is too large for the decimals of the metric',
  });

export const newMetricSchema = z
  .strictObject({
    ...metricSchema.shape,
    name: metricSchema.shape.name.optional(),
    description: metricSchema.shape.description.default(''),
    kind: metricSchema.shape.kind.default('sum'),
    direction: metricSchema.shape.direction.default('up'),
    unit: metricSchema.shape.unit.optional(),
    decimals: metricSchema.shape.decimals.optional(),
  })
  .omit({ version: true });
export type NewMetric = z.input<typeof newMetricSchema>;

/** Kind, decimals, window, delay and cap say how events are counted, so they stay: make a new metric instead. */
export const metricChangeSchema = z
  .strictObject({
    name: metricSchema.shape.name,
    description: metricSchema.shape.description,
    direction: metricSchema.shape.direction,
    unit: metricSchema.shape.unit,
    baseline: metricSchema.shape.baseline,
    minimumEffect: metricSchema.shape.minimumEffect,
  })
  .partial();
export type MetricChange = z.infer<typeof metricChangeSchema>;

export function createMetric(input: NewMetric): Metric {
  const { name, unit, decimals, ...fields } = newMetricSchema.parse(input);
  const whole = fields.kind === 'proportion' || fields.kind === 'count';
  return parseMetric({
    ...fields,
    name: name ?? fields.key,
    unit: unit ?? (fields.kind === 'proportion' ? 'percent' : 'number'),
    // Proportions and counts are whole numbers; anything else is kept to the millionth.
    decimals: decimals ?? (whole ? 0 : 6),
    version: 1,
  });
}

export function changeMetric(metric: Metric, change: MetricChange): Metric {
  const next = parseMetric({ ...metric, ...given(metricChangeSchema.parse(change)) });
  if (JSON.stringify(next) === JSON.stringify(metric)) return metric;
  return { ...next, version: metric.version + 1 };
}

export function parseMetric(value: unknown): Metric {
  const { delayMs, windowMs, cap, baseline, minimumEffect, ...metric } = metricSchema.parse(value);
  return {
    ...metric,
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(windowMs === undefined ? {} : { windowMs }),
    ...(cap === undefined ? {} : { cap }),
    ...(baseline === undefined ? {} : { baseline }),
    ...(minimumEffect === undefined ? {} : { minimumEffect }),
  };
}
