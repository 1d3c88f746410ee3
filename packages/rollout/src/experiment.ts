import { z } from 'zod';
import { environmentKeySchema, flagKeySchema } from '@liftgate/flags';

/**
 * Terms. An **experiment** compares the variants of one flag on some **metrics**. A metric's role: the `goal` decides,
 * a `secondary` metric is also watched, a `guardrail` must not get worse. **Evidence** is what has been counted so
 * far; a **result** is what the statistics say of it; a **verdict** is the one sentence for people.
 */

export const METRIC_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
export const metricKeySchema = z
  .string()
  .regex(METRIC_KEY, 'must start with a letter or digit and hold at most 128 of A-Z a-z 0-9 . _ -');

export const METRIC_ROLES = ['goal', 'secondary', 'guardrail'] as const;
export type MetricRole = (typeof METRIC_ROLES)[number];
export const MAX_METRICS = 50;

export const experimentSchema = z
  .strictObject({
    flag: flagKeySchema,
    environment: environmentKeySchema,
    hypothesis: z.string().max(4_000),
    metrics: z
      .array(z.strictObject({ metric: metricKeySchema, role: z.enum(METRIC_ROLES) }))
      .max(MAX_METRICS, `must hold at most ${MAX_METRICS} metrics`),
    /** The error rate of each comparison: intervals cover with probability 1 − alpha. */
    alpha: z.number().gt(0).lt(0.5),
    /** The number of units, over both arms, at which the confidence sequence is narrowest. */
    plannedUnits: z.int().min(100).max(1_000_000_000),
    version: z.int().positive(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .check((context) => {
    const seen = new Set<string>();
    context.value.metrics.forEach(({ metric }, index) => {
      if (seen.has(metric)) {
        context.issues.push({
          code: 'custom',
          input: metric,
          path: ['metrics', index, 'metric'],
          message: `"${metric}" is there twice`,
        });
      }
      seen.add(metric);
    });
  });
export type Experiment = z.infer<typeof experimentSchema>;

export const newExperimentSchema = z
  .strictObject({
    ...experimentSchema.shape,
    hypothesis: experimentSchema.shape.hypothesis.default(''),
    metrics: experimentSchema.shape.metrics.default([]),
    alpha: experimentSchema.shape.alpha.default(0.05),
    plannedUnits: experimentSchema.shape.plannedUnits.default(10_000),
  })
  .omit({ version: true, createdAt: true, updatedAt: true });
export type NewExperiment = z.input<typeof newExperimentSchema>;

export const experimentChangeSchema = z
  .strictObject({
    hypothesis: experimentSchema.shape.hypothesis,
    metrics: experimentSchema.shape.metrics,
    alpha: experimentSchema.shape.alpha,
    plannedUnits: experimentSchema.shape.plannedUnits,
  })
  .partial();
export type ExperimentChange = z.infer<typeof experimentChangeSchema>;

export function createExperiment(input: NewExperiment, now: Date): Experiment {
  const at = now.toISOString();
  return experimentSchema.parse({
    ...newExperimentSchema.parse(input),
    version: 1,
    createdAt: at,
    updatedAt: at,
  });
}

/** The next version, or the same object when nothing would change. */
export function changeExperiment(experiment: Experiment, change: ExperimentChange, now: Date): Experiment {
  const wanted = given(experimentChangeSchema.parse(change));
  const next = experimentSchema.parse({ ...experiment, ...wanted });
  if (JSON.stringify(next) === JSON.stringify(experiment)) return experiment;
  return { ...next, version: experiment.version + 1, updatedAt: now.toISOString() };
}

/** A field that is there but undefined asks for nothing. */
export function given<T extends object>(change: T): Partial<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>;
}
