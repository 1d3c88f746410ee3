import { TRPCError } from '@trpc/server';
import { flagKeySchema, type Flag } from '@liftgate/flags';
import {
  analyse,
  changeExperiment,
  createExperiment,
  experimentChangeSchema,
  newExperimentSchema,
  verdict,
  type Experiment,
  type ExperimentResult,
  type Verdict,
} from '@liftgate/rollout';
import { getResult, listResults, readEvidence, type ConfigSnapshot } from '@liftgate/storage';
import type { Services } from '../services.ts';
import { changing, ConflictError, environmentInput, reading, router } from '../trpc.ts';
import { expectedVersionSchema, requireFlag } from './flags.ts';

/** An experiment with its flag, what the worker found last, and the sentence for people. */
export interface ExperimentView {
  readonly flag: Flag;
  readonly experiment: Experiment;
  readonly result: ExperimentResult | null;
  readonly verdict: Verdict;
}

const experimentRef = environmentInput.extend({ flag: flagKeySchema });

export const experimentsRouter = router({
  list: reading
    .input(environmentInput)
    .query(async ({ ctx, input }): Promise<{ experiments: ExperimentView[] }> => {
      const { redis, installation } = ctx.services;
      const [snapshot, results] = await Promise.all([
        ctx.watch.refresh(),
        listResults(redis, installation.keys, input.environment),
      ]);
      const now = new Date();
      const experiments = [...snapshot.experiment.values()].flatMap((experiment) => {
        const flag = snapshot.flag.get(experiment.flag);
        return flag === undefined ? [] : [viewOf(flag, experiment, results.get(flag.key) ?? null, now)];
      });
      return { experiments: experiments.sort((a, b) => (a.flag.key < b.flag.key ? -1 : 1)) };
    }),

  get: reading.input(experimentRef).query(async ({ ctx, input }): Promise<ExperimentView> => {
    const { redis, installation } = ctx.services;
    const { flag, experiment } = await requireExperiment(ctx.services, input);
    return viewOf(
      flag,
      experiment,
      await getResult(redis, installation.keys, input.environment, input.flag),
      new Date(),
    );
  }),

  create: changing.input(newExperimentSchema).mutation(async ({ ctx, input }): Promise<Experiment> => {
    await requireFlag(ctx.services, input.environment, input.flag);
    const experiment = createExperiment(input, new Date());
    requireMetrics(await ctx.watch.refresh(), experiment);
    const put = await ctx.services.store.put('experiment', input.environment, experiment, 0);
    if (put.status === 'stored') return put.object;
    throw new ConflictError(`flag "${input.flag}" has an experiment in ${input.environment} already`, {
      expectedVersion: 0,
      currentVersion: put.present?.version ?? null,
    });
  }),

  update: changing
    .input(experimentRef.extend({ expectedVersion: expectedVersionSchema, change: experimentChangeSchema }))
    .mutation(async ({ ctx, input }): Promise<Experiment> => {
      const { experiment } = await requireExperiment(ctx.services, input);
      const { expectedVersion } = input;
      const conflict = (currentVersion: number | null) =>
        new ConflictError(
          `the experiment on "${input.flag}" is at version ${currentVersion}, the change was made against ${expectedVersion}`,
          {
            expectedVersion,
            currentVersion,
          },
        );
      if (experiment.version !== expectedVersion) throw conflict(experiment.version);
      const next = changeExperiment(experiment, input.change, new Date());
      if (next === experiment) return experiment;
      requireMetrics(await ctx.watch.refresh(), next);
      const put = await ctx.services.store.put('experiment', input.environment, next, expectedVersion);
      if (put.status === 'conflict') throw conflict(put.present?.version ?? null);
      return put.object;
    }),

  /** The result from what has been counted up to now, without waiting for the worker's next analysis. */
  analyse: reading.input(experimentRef).query(async ({ ctx, input }): Promise<ExperimentView> => {
    const { redis, installation } = ctx.services;
    const { flag, experiment } = await requireExperiment(ctx.services, input);
    const snapshot = await ctx.watch.refresh();
    const evidence = await readEvidence(redis, installation, { ...input, phase: flag.phase });
    const now = new Date();
    const result = analyse({
      flag,
      experiment,
      metrics: [...snapshot.metric.values()],
      evidence,
      configuration: snapshot.stamp.number,
      now,
    });
    return viewOf(flag, experiment, result, now);
  }),
});

function viewOf(
  flag: Flag,
  experiment: Experiment,
  result: ExperimentResult | null,
  now: Date,
): ExperimentView {
  return { flag, experiment, result, verdict: verdict(flag, result, now) };
}

async function requireExperiment(
  services: Services,
  ref: { environment: string; flag: string },
): Promise<{ flag: Flag; experiment: Experiment }> {
  const flag = await requireFlag(services, ref.environment, ref.flag);
  const experiment = await services.store.get('experiment', ref.environment, ref.flag);
  if (experiment === null) {
    throw new TRPCError({
      code: 'NOT_FOUND',
      message: `flag "${ref.flag}" has no experiment in ${ref.environment}`,
    });
  }
  return { flag, experiment };
}

function requireMetrics(snapshot: ConfigSnapshot, experiment: Experiment): void {
  const missing = experiment.metrics.find(({ metric }) => !snapshot.metric.has(metric));
  if (missing === undefined) return;
  throw new TRPCError({
    code: 'BAD_REQUEST',
    message: `metrics: no metric "${missing.metric}" in ${experiment.environment}; create it first`,
  });
}
