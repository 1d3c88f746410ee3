import { z } from 'zod';
import { metricKeySchema } from './experiment.ts';

/**
 * Terms. A **guardrail** is something a feature must not make worse. A `share` guardrail counts units that met something bad at least once
 * (an error, a slow answer); a `metric` guardrail watches the mean of a metric. Severity `guardrail` rolls back, `signal` pauses and may
 * resume. A guardrail that is only rehearsed (`dryRun`) is judged and reported, and moves nothing.
 */

export const MAX_GUARDRAILS = 20;

/** What counts as a sign of life, and what its absence leads to once `graceMs` of the stage have passed. Missing data is not health. */
export const noDataPolicySchema = z
  .strictObject({
    /** `exposures`: silence about failures is fine as long as people are counted. `events`: the metric itself must report. */
    expect: z.enum(['exposures', 'events']),
    graceMs: z.int().min(0),
    /** Having reported once, it must not be silent for longer than this. */
    silenceMs: z.int().positive(),
    leadsTo: z.enum(['hold', 'pause', 'ignore']),
  })
  .readonly();
export type NoDataPolicy = z.infer<typeof noDataPolicySchema>;

const HOUR_MS = 3_600_000;
export const EXPOSURES_EXPECTED: NoDataPolicy = {
  expect: 'exposures',
  graceMs: 24 * HOUR_MS,
  silenceMs: 24 * HOUR_MS,
  leadsTo: 'hold',
};
export const EVENTS_EXPECTED: NoDataPolicy = { ...EXPOSURES_EXPECTED, expect: 'events' };

const common = {
  key: metricKeySchema,
  name: z.string().min(1).max(200),
  severity: z.enum(['guardrail', 'signal']).default('guardrail'),
  dryRun: z.boolean().default(false),
  /** With a wrong split: `judge` all the same (safety before measurement), or only `hold`. */
  underMismatch: z.enum(['judge', 'hold']).default('judge'),
};

export const shareGuardrailSchema = z
  .strictObject({
    ...common,
    kind: z.literal('share'),
    what: z.enum(['error', 'slow', 'other']),
    /** The circuit breaker: the share of treated units that may fail, for example 0.05. Null: judged against control only. */
    limit: z.number().gt(0).lt(1).nullable(),
    /** Tolerated ratio of rates treatment/control: 1 is any harm, 1.25 leaves a margin. Null: judged against `limit` only. */
    margin: z.number().min(1).max(100).nullable(),
    /** What `slow` means, for the sentence. The share that may be slower is `limit`: 0.05 of units for a p95. */
    latencyLimitMs: z.number().positive().nullable().default(null),
    noData: noDataPolicySchema.default(EXPOSURES_EXPECTED),
  })
  .refine(
    ({ limit, margin }) => limit !== null || margin !== null,
    'needs a limit, a margin to control, or both',
  )
  .readonly();
export type ShareGuardrail = z.infer<typeof shareGuardrailSchema>;

/** How a metric is judged from its moments; the tuning is fixed before the start and never read off the running data. */
export const metricTuning = {
  metric: metricKeySchema,
  direction: z.enum(['up', 'down']),
  /** The mean before the rollout. With it the e-processes are tuned for `minimumEffect`, without it for `plannedUnits`. */
  baseline: z
    .number()
    .refine((mean) => mean !== 0, 'must not be 0')
    .nullable()
    .default(null),
  /** The relative change worth detecting. */
  minimumEffect: z.number().gt(0).max(10).default(0.05),
  /** Units over both arms by the end. */
  plannedUnits: z.int().min(100).max(1_000_000_000).default(10_000),
};

export const metricGuardrailSchema = z
  .strictObject({
    ...common,
    ...metricTuning,
    kind: z.literal('metric'),
    /** Rolls back when harm is proven and the measured drop is at least this: 0.1 is 10 %. A smaller proven drop only holds. */
    maximumDrop: z.number().min(0).max(10),
    noData: noDataPolicySchema.default(EVENTS_EXPECTED),
  })
  .readonly();
export type MetricGuardrail = z.infer<typeof metricGuardrailSchema>;

export const guardrailSchema = z.discriminatedUnion('kind', [shareGuardrailSchema, metricGuardrailSchema]);
export type Guardrail = z.infer<typeof guardrailSchema>;
export type NewGuardrail = z.input<typeof guardrailSchema>;
