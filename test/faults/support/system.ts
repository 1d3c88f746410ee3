// The whole system for fault tests: a Redis of its own, the real server, real workers, and what to compare with. Plain
// assertions, because the long run is not one of vitest's.
import { deepStrictEqual, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLiftgateClient, type LiftgateClient } from '@liftgate/server/client';
import { eventually } from '../../support/eventually.ts';
import {
  startServer,
  startWorker,
  type Environment,
  type Running,
  type RunningServer,
} from '../../support/processes.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { FLAGS, LISTED_USERS, METRICS, type SentEvent } from './traffic.ts';
import { trueBalance, truthOf, type Truth } from './truth.ts';

export const ENVIRONMENT = 'production';
const PARTITIONS = { LIFTGATE_PARTITIONS: '8' };

export interface System {
  readonly redis: TestRedis;
  readonly server: RunningServer;
  readonly client: LiftgateClient;
  /** Starts a worker; `through` is the address of a proxy before Redis. */
  worker(environment?: Environment, through?: string): Promise<Running>;
  stop(): Promise<void>;
}

export async function openSystem(
  options: { redisArgs?: readonly string[]; withoutFlags?: boolean } = {},
): Promise<System> {
  const redis = await startTestRedis({ args: [...(options.redisArgs ?? [])] });
  const processes: Running[] = [];
  const server = await startServer(redis.url, PARTITIONS);
  processes.push(server);
  const client = createLiftgateClient({ url: server.url });
  if (options.withoutFlags !== true) await configure(client);
  return {
    redis,
    server,
    client,
    async worker(environment = {}, through = redis.url) {
      const worker = await startWorker(through, { LIFTGATE_ANALYSIS_INTERVAL_MS: '200', ...environment });
      processes.push(worker);
      return worker;
    },
    async stop() {
      await Promise.all(processes.map((process) => process.kill9()));
      await redis.stop();
    },
  };
}

export async function configure(client: LiftgateClient): Promise<void> {
  for (const { key, kind, decimals } of METRICS)
    await client.metrics.create.mutate({ environment: ENVIRONMENT, key, kind, decimals });
  for (const { key, unit } of FLAGS) {
    const lists = { allow: { tenants: [], users: LISTED_USERS }, block: { tenants: [], users: [] } };
    await client.flags.create.mutate({
      environment: ENVIRONMENT,
      key,
      unit,
      stage: 'ga',
      ...(key === 'checkout' ? { lists } : {}),
    });
    await client.experiments.create.mutate({
      environment: ENVIRONMENT,
      flag: key,
      metrics: METRICS.map(({ key: metric }) => ({ metric, role: 'secondary' as const })),
    });
  }
}

/** Sends batches one after another, each until it is answered: as a client would whose answers get lost. */
export async function sendAll(
  url: string,
  events: readonly SentEvent[],
  options: { batch?: number; pauseMs?: number } = {},
): Promise<void> {
  const { batch = 100, pauseMs = 0 } = options;
  for (let from = 0; from < events.length; from += batch) {
    await sendUntilAnswered(url, events.slice(from, from + batch));
    if (pauseMs > 0) await sleep(pauseMs);
  }
}

async function sendUntilAnswered(url: string, events: readonly SentEvent[]): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const response = await post(url, events).catch(() => null);
    if (response?.status === 200) return;
    if (response !== null && response.status !== 503)
      throw new Error(`${response.status}: ${await response.text()}`);
    await sleep(100);
  }
  throw new Error('never answered');
}

export function post(url: string, events: readonly unknown[]): Promise<Response> {
  return fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
    signal: AbortSignal.timeout(15_000),
  });
}

/** Waits until nothing waits in the streams. */
export async function caughtUp(client: LiftgateClient, withinMs = 30_000): Promise<void> {
  await eventually(async () => {
    const progress = await client.system.progress.query().catch(() => null);
    return progress?.behind === 0;
  }, withinMs);
}

/** Everything that was sent is counted, exactly once, and nothing is unexplained. */
export async function expectTruth(client: LiftgateClient, sent: readonly SentEvent[]): Promise<void> {
  await caughtUp(client);
  for (const flag of FLAGS) deepStrictEqual(await counted(client, flag.key), truthOf(flag, sent));
  const balance = await client.system.balance.query({ environment: ENVIRONMENT });
  const { forced, ...exact } = trueBalance(sent);
  const { counted: isCounted = 0, quarantined = 0, unattributable = 0 } = balance.total;
  deepStrictEqual({ counted: isCounted, quarantined, unattributable }, exact);
  // A forced exposure leaves no trace in its unit, so one that is delivered twice is forced twice.
  ok((balance.total.forced ?? 0) >= forced);
  deepStrictEqual(balance.unexplained, 0);
}

/** The statistics as the API tells them, in the form of the truth. */
export async function counted(client: LiftgateClient, flag: string): Promise<Truth> {
  const { result } = await client.experiments.analyse.query({ environment: ENVIRONMENT, flag });
  if (result === null) throw new Error('no result');
  const sums: Truth['sums'] = {};
  for (const metric of result.metrics) {
    const decimals = METRICS.find(({ key }) => key === metric.metric)?.decimals ?? 0;
    for (const arm of metric.arms)
      sums[`${arm.variant} ${metric.metric}`] = [
        arm.n,
        scaled(arm.sum, decimals),
        scaled(arm.sumOfSquares, 2 * decimals),
      ];
  }
  return {
    quarantined: result.quarantined,
    exposed: Object.fromEntries(result.variants.map(({ variant, exposed }) => [variant, exposed])),
    sums,
  };
}

function scaled(text: string, decimals: number): string {
  const [whole = '0', fraction = ''] = text.split('.');
  return String(BigInt(whole + fraction.padEnd(decimals, '0')));
}
