import { randomUUID } from 'node:crypto';
import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { unitIdSchema } from '@liftgate/flags';
import {
  changeMetric,
  createMetric,
  metricChangeSchema,
  metricKeySchema,
  newMetricSchema,
} from '@liftgate/rollout';
import type { Metric } from '@liftgate/stats';
import { changing, ConflictError, environmentInput, reading, router, sending } from '../trpc.ts';
import { expectedVersionSchema } from './flags.ts';

const metricRef = environmentInput.extend({ key: metricKeySchema });

export const metricsRouter = router({
  list: reading.input(environmentInput).query(async ({ ctx, input }): Promise<{ metrics: Metric[] }> => ({
    metrics: await ctx.services.store.list('metric', input.environment),
  })),

  get: reading.input(metricRef).query(async ({ ctx, input }): Promise<Metric> => {
    const metric = await ctx.services.store.get('metric', input.environment, input.key);
    if (metric === null) throw notFound(input.key, input.environment);
    return metric;
  }),

  create: changing
    .input(newMetricSchema.extend(environmentInput.shape))
    .mutation(async ({ ctx, input: { environment, ...fields } }): Promise<Metric> => {
      const metric = createMetric(fields);
      const put = await ctx.services.store.put('metric', environment, metric, 0);
      if (put.status === 'stored') return put.object;
      throw new ConflictError(`metric "${metric.key}" exists in ${environment} already`, {
        expectedVersion: 0,
        currentVersion: put.present?.version ?? null,
      });
    }),

  update: changing
    .input(metricRef.extend({ expectedVersion: expectedVersionSchema, change: metricChangeSchema }))
    .mutation(async ({ ctx, input }): Promise<Metric> => {
      const { environment, key, expectedVersion } = input;
      const metric = await ctx.services.store.get('metric', environment, key);
      if (metric === null) throw notFound(key, environment);
      const conflict = (currentVersion: number | null) =>
        new ConflictError(
          `metric "${key}" is at version ${currentVersion}, the change was made against ${expectedVersion}`,
          { expectedVersion, currentVersion },
        );
      if (metric.version !== expectedVersion) throw conflict(metric.version);
      const next = changeMetric(metric, input.change);
      if (next === metric) return metric;
      const put = await ctx.services.store.put('metric', environment, next, expectedVersion);
      if (put.status === 'conflict') throw conflict(put.present?.version ?? null);
      return put.object;
    }),

  /** Records one value of a metric for a user or a tenant. Given an id, it counts once however often it is sent. */
  record: sending
    .input(
      environmentInput.extend({
        metric: metricKeySchema,
        value: z.number().default(1),
        user: unitIdSchema.optional(),
        tenant: unitIdSchema.optional(),
        id: z.string().min(1).max(128).optional(),
        at: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .mutation(
      async ({
        ctx,
        input: { environment, id = randomUUID(), at = new Date().toISOString(), ...fields },
      }): Promise<{ id: string }> => {
        const recorded = await ctx.services.record(
          [{ kind: 'metric', id, at, ...fields }],
          environment,
          'trpc',
        );
        const refused = recorded?.refused[0];
        if (refused !== undefined) throw new TRPCError({ code: 'BAD_REQUEST', message: refused.message });
        return { id };
      },
    ),
});

function notFound(key: string, environment: string): TRPCError {
  return new TRPCError({ code: 'NOT_FOUND', message: `no metric "${key}" in ${environment}` });
}
