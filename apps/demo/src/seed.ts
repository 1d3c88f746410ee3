import { setTimeout as sleep } from 'node:timers/promises';
import { TRPCClientError } from '@trpc/client';
import type { Flag } from '@liftgate/flags';
import type { LiftgateClient } from '@liftgate/server/client';
import type { Feature } from './features.ts';
import { DEMO_ENVIRONMENT, historyOf, newFlagOf } from './history.ts';
import { postEvents } from './post-events.ts';

const environment = DEMO_ENVIRONMENT;
/** Marks a flag whose history is not in yet: a start that was interrupted goes on where it ended. */
const UNFINISHED = 'demo-unfinished';
const CAUGHT_UP_WITHIN_MS = 60_000;

export interface Seeded {
  readonly flags: number;
  /** Events in the environment so far, live traffic of earlier starts included. */
  readonly events: number;
}

/** Makes what is missing of the demo. Doing it again changes nothing, and what people changed stays changed. */
export async function seed(
  client: LiftgateClient,
  url: string,
  features: readonly Feature[],
  signal: AbortSignal,
): Promise<Seeded> {
  await client.environments.create.mutate({ key: environment });
  const flags: Flag[] = [];
  for (const feature of features) flags.push(await ensureFeature(client, feature));
  // One end for all histories: the moment the first flag was made.
  const until = Date.parse(flags[0]?.createdAt ?? new Date().toISOString());
  const unfinished = flags.flatMap((flag, index) => {
    const feature = features[index];
    return feature !== undefined && flag.tags.includes(UNFINISHED) ? [{ flag, feature }] : [];
  });
  await postEvents(
    url,
    unfinished.flatMap(({ feature }) => historyOf(feature, until)),
    signal,
  );
  for (const { flag } of unfinished) await finish(client, flag);
  await caughtUp(client, signal);
  const { received } = await client.system.balance.query({ environment });
  return { flags: flags.length, events: received };
}

/** The flag at the end of its path, with its metrics and experiment. */
async function ensureFeature(client: LiftgateClient, feature: Feature): Promise<Flag> {
  const { key, metrics, hypothesis } = feature;
  for (const { role: _, outcome: __, withinHours: ___, ...metric } of metrics) {
    await unlessThere(() => client.metrics.create.mutate({ environment, ...metric }));
  }
  const { environment: _, ...fields } = newFlagOf(feature);
  const tags = [...feature.tags, UNFINISHED];
  await unlessThere(() => client.flags.create.mutate({ environment, ...fields, tags }));
  await unlessThere(() =>
    client.experiments.create.mutate({
      environment,
      flag: key,
      hypothesis,
      metrics: metrics.map(({ key: metric, role }) => ({ metric, role })),
    }),
  );
  return walk(client, feature, await client.flags.get.query({ environment, key }));
}

/** Takes an unfinished flag along its path, one epoch per step; the first epoch is that of its creation. */
async function walk(client: LiftgateClient, feature: Feature, flag: Flag): Promise<Flag> {
  if (!flag.tags.includes(UNFINISHED)) return flag;
  let current = flag;
  for (const { stage } of feature.path) {
    if (current.epochs.some((epoch) => epoch.stage === stage)) continue;
    current = await client.rollouts.setStage.mutate({
      environment,
      flag: feature.key,
      stage,
      expectedVersion: current.version,
      reason: 'The demo goes its way',
    });
  }
  return current;
}

async function finish(client: LiftgateClient, { key, tags, version }: Flag): Promise<void> {
  const change = { tags: tags.filter((tag) => tag !== UNFINISHED) };
  await client.flags.update.mutate({ environment, key, expectedVersion: version, change });
}

/** Waits until the workers have counted it, or long enough: the demo is of use without them too. */
async function caughtUp(client: LiftgateClient, signal: AbortSignal): Promise<void> {
  const until = Date.now() + CAUGHT_UP_WITHIN_MS;
  while (Date.now() < until) {
    if ((await client.system.progress.query()).behind === 0) return;
    await sleep(50, undefined, { signal });
  }
}

async function unlessThere(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    const data: unknown = error instanceof TRPCClientError ? error.data : undefined;
    const there = typeof data === 'object' && data !== null && 'code' in data && data.code === 'CONFLICT';
    if (!there) throw error;
  }
}
