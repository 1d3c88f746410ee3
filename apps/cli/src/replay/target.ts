import type { Flag } from '@liftgate/flags';
import type { Experiment } from '@liftgate/rollout';
import type { Metric, MetricKind } from '@liftgate/stats';
import { Failure } from '../failure.ts';
import type { Server } from '../server.ts';
import type { MetricOption, ReplayOptions } from './options.ts';
import type { Survey } from './survey.ts';
import type { Arms } from './variants.ts';

/** What the system has of the replay's flag, metrics and experiment; null for what is not there. */
export interface Present {
  readonly flag: Flag | null;
  readonly metrics: readonly (Metric | null)[];
  readonly experiment: Experiment | null;
}

export const NOTHING_PRESENT: Present = { flag: null, metrics: [], experiment: null };

export async function presentOf(
  server: Server,
  { environment, flag, metrics }: ReplayOptions,
): Promise<Present> {
  const found = await server.find((client) => client.flags.get.query({ environment, key: flag }));
  const [experiment, ...known] = await Promise.all([
    found === null ? null : server.find((client) => client.experiments.get.query({ environment, flag })),
    ...metrics.map(({ name }) =>
      server.find((client) => client.metrics.get.query({ environment, key: name })),
    ),
  ]);
  return { flag: found, metrics: known, experiment: experiment?.experiment ?? null };
}

/** The options with the kinds that the system has; what was asked for stays, to be compared with it. */
export function withKnownKinds(metrics: ReplayOptions['metrics'], present: Present): MetricOption[] {
  return metrics.map((metric, index) => ({ ...metric, kind: metric.kind ?? present.metrics[index]?.kind }));
}

/** A metric as it will be, and where its kind comes from. */
export interface PlannedMetric {
  readonly key: string;
  readonly kind: MetricKind;
  readonly decimals: number;
  readonly from: 'option' | 'system' | 'column';
}

const DEFAULT_DECIMALS = 6;
const MOST_DECIMALS = 9;

/** Throws a Failure where an option and the system disagree. */
export function planMetrics(options: ReplayOptions, survey: Survey, present: Present): PlannedMetric[] {
  return options.metrics.map((option, index) => {
    const known = present.metrics[index] ?? null;
    const column = survey.columns[index] ?? { binary: true, decimals: 0, largest: 0 };
    if (known === null) {
      const kind = option.kind ?? (column.binary ? 'proportion' : 'sum');
      return {
        key: option.name,
        kind,
        decimals: decimalsFor(kind, column),
        from: option.kind === undefined ? 'column' : 'option',
      };
    }
    if (option.kind !== undefined && option.kind !== known.kind)
      throw conflict(option, `is a ${known.kind}, not a ${option.kind}`);
    if (known.kind === 'proportion' && !column.binary)
      throw conflict(option, `is a proportion, and the column "${option.column}" holds more than 0 and 1`);
    return { key: known.key, kind: known.kind, decimals: known.decimals, from: 'system' };
  });
}

function conflict({ name }: MetricOption, what: string): Failure {
  return new Failure('conflict', `The metric "${name}" exists already and ${what}. Give it another name.`);
}

/** Six decimals, more when the column has more, fewer when its largest value would not fit. */
function decimalsFor(kind: MetricKind, { decimals, largest }: Survey['columns'][number]): number {
  if (kind === 'proportion' || kind === 'count') return 0;
  const fitting = Math.floor(Math.log10(Number.MAX_SAFE_INTEGER / Math.max(1, largest)));
  return Math.max(0, Math.min(Math.max(DEFAULT_DECIMALS, decimals), MOST_DECIMALS, fitting));
}

/** What the rows go to, complete. */
export interface Target {
  readonly flag: Flag;
  /** The allocation that the rows are judged against. */
  readonly epoch: number;
  readonly created: {
    readonly flag: boolean;
    readonly metrics: readonly string[];
    readonly experiment: boolean;
  };
}

/** Makes what is missing. What is there stays as it is, but an experiment gets the metrics it lacks. */
export async function ensureTarget(
  server: Server,
  options: ReplayOptions,
  plan: {
    readonly arms: Arms;
    readonly metrics: readonly PlannedMetric[];
    readonly present: Present;
    /** The units of one comparison, as the file has them: a finished experiment knows its size. */
    readonly plannedUnits: number;
  },
): Promise<Target> {
  const { environment } = options;
  const { present } = plan;
  const flag = present.flag ?? (await createFlag(server, options, plan.arms));
  const epoch = analysedEpoch(flag);

  const created: string[] = [];
  for (const [index, { key, kind, decimals }] of plan.metrics.entries()) {
    if ((present.metrics[index] ?? null) !== null) continue;
    const direction = options.metrics[index]?.lowerIsBetter === true ? 'down' : 'up';
    await server.ask((client) =>
      client.metrics.create.mutate({ environment, key, kind, decimals, direction }),
    );
    created.push(key);
  }
  await ensureExperiment(server, options, present.experiment, plan.plannedUnits);
  return {
    flag,
    epoch,
    created: { flag: present.flag === null, metrics: created, experiment: present.experiment === null },
  };
}

function createFlag(server: Server, options: ReplayOptions, { variants, control }: Arms): Promise<Flag> {
  return server.ask((client) =>
    client.flags.create.mutate({
      environment: options.environment,
      key: options.flag,
      type: 'string',
      variants: variants.map(({ name, weight }) => ({ name, value: name, weight })),
      control,
      unit: replayUnit(options.flag),
      stage: 'beta_50',
    }),
  );
}

/** Every replayed flag splits a unit of its own: customer 17 of one file is nobody in another. */
export function replayUnit(flag: string): string {
  return `replay:${flag}`;
}

/** The newest stretch of time in which somebody was analysed; it stays the same when the flag is rolled out later. */
function analysedEpoch(flag: Flag): number {
  const analysed = flag.epochs.filter(({ weights }) => Object.values(weights).some((weight) => weight > 0));
  const newest = analysed.at(-1);
  if (newest !== undefined) return newest.epoch;
  const what = `has never been at a stage that compares anybody (now: ${flag.stage})`;
  throw new Failure('conflict', `The flag "${flag.key}" ${what}. Move it to beta_50, or use another --flag.`);
}

async function ensureExperiment(
  server: Server,
  options: ReplayOptions,
  present: Experiment | null,
  plannedUnits: number,
): Promise<void> {
  const { environment, flag } = options;
  const wanted = options.metrics.map(({ name, role }) => ({ metric: name, role }));
  if (present === null) {
    await server.ask((client) =>
      client.experiments.create.mutate({ environment, flag, metrics: wanted, plannedUnits }),
    );
    return;
  }
  const missing = wanted.filter(({ metric }) => present.metrics.every((one) => one.metric !== metric));
  if (missing.length === 0) return;
  const metrics = [...present.metrics, ...missing];
  const expectedVersion = present.version;
  await server.ask((client) =>
    client.experiments.update.mutate({ environment, flag, expectedVersion, change: { metrics } }),
  );
}
