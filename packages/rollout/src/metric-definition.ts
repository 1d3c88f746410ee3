import { z } from 'zod';
import { METRIC_KINDS, type Metric, type MetricKind } from '@liftgate/stats';
import { given, metricKeySchema } from './experiment.ts';

const UNITS = ['number', 'percent', 'usd', 'seconds', 'milliseconds', 'hours', 'minutes'] as const;
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
    baseline: z.number().optional(),
    minimumEffect: z.number().positive().max(10).optional(),
    version: z.int().positive(),
  })
  .refine((metric) => metric.kind !== 'proportion' || metric.decimals === 0, {
    path: ['decimals'],
    error: 'must be 0 for a proportion: each unit did or did not',
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

/** Kind and decimals say how events are counted, so they stay as they were: make a new metric instead. */
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
  const { baseline, minimumEffect, ...metric } = metricSchema.parse(value);
  return {
    ...metric,
    ...(baseline === undefined ? {} : { baseline }),
    ...(minimumEffect === undefined ? {} : { minimumEffect }),
  };
}
