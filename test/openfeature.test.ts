// The loop as an application closes it: it knows the OpenFeature SDK and our provider, and nothing else of Liftgate.
// What the statistics say afterwards must be what the application saw, whatever died on the way.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OpenFeature, ProviderStatus } from '@openfeature/server-sdk';
import { createFlag } from '@liftgate/flags';
import { LiftgateProvider } from '@liftgate/openfeature-provider';
import { createMetric } from '@liftgate/rollout';
import {
  configStore,
  openInstallation,
  openRedis,
  readBalance,
  readEvidence,
  readProgress,
  type Installation,
} from '@liftgate/storage';
import { eventually } from './support/eventually.ts';
import { startWorker, type Running } from './support/processes.ts';
import { startTestRedis, type TestRedis } from './support/redis.ts';

let redis: TestRedis;
let client: ReturnType<typeof openRedis>;
let installation: Installation;
let worker: Running;
let provider: LiftgateProvider;

beforeEach(async () => {
  redis = await startTestRedis();
  client = openRedis(redis.url, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  installation = await openInstallation(client, { partitions: 4 });
  const store = configStore(client, installation.keys);
  await store.addEnvironment('production');
  const flag = createFlag({ key: 'checkout', environment: 'production', stage: 'beta_50' }, new Date());
  await store.put('flag', 'production', flag, 0);
  await store.put('metric', 'production', createMetric({ key: 'spend', kind: 'sum' }), 0);
  worker = await startWorker(redis.url);
  provider = new LiftgateProvider({ redisUrl: redis.url });
  await OpenFeature.setProviderAndWait(provider);
});
afterEach(async () => {
  await OpenFeature.close();
  await OpenFeature.clearProviders();
  await worker.stop();
  client.disconnect();
  await redis.stop();
});

/** What the application has seen of one variant. */
interface Seen {
  exposed: bigint;
  spenders: bigint;
  spent: bigint;
}

/** A visit per user: the flag is asked twice, and two of three users spend, in cents. */
async function visit(from: number, to: number, seen: Record<string, Seen>): Promise<void> {
  const app = OpenFeature.getClient();
  for (let user = from; user < to; user++) {
    const context = { targetingKey: `user-${user}` };
    const { variant = '' } = await app.getBooleanDetails('checkout', false, context);
    await app.getBooleanValue('checkout', false, context);
    const of = (seen[variant] ??= { exposed: 0n, spenders: 0n, spent: 0n });
    of.exposed++;
    if (user % 3 === 0) continue;
    of.spenders++;
    of.spent += BigInt(user);
    app.track('spend', context, { value: user / 100 });
  }
}

/** The same as the statistics have it; `spend` is kept to the millionth. */
async function counted(): Promise<Record<string, Seen>> {
  const evidence = await readEvidence(client, installation, {
    environment: 'production',
    flag: 'checkout',
    phase: 1,
  });
  expect(evidence.quarantined).toBe(0);
  const arms = evidence.epochs.flatMap((epoch) => epoch.arms);
  return Object.fromEntries(
    arms.map(({ variant, exposed, metrics }) => [
      variant,
      { exposed, spenders: metrics['spend']?.n ?? 0n, spent: (metrics['spend']?.s1 ?? 0n) / 10_000n },
    ]),
  );
}

async function isTakenIn(): Promise<boolean> {
  const { waiting } = provider.stats();
  const { behind } = await readProgress(client, installation, new Date());
  return waiting === 0 && behind === 0;
}

test('what an application sees through OpenFeature is what the statistics say', async () => {
  const seen: Record<string, Seen> = {};
  await visit(0, 300, seen);
  expect(Object.keys(seen).sort()).toEqual(['control', 'treatment']);
  await eventually(isTakenIn);
  expect(await counted()).toEqual(seen);

  const balance = await readBalance(client, installation, 'production');
  expect(balance.total).toEqual({ counted: 500 });
  expect(balance.unexplained).toBe(0);
});

test('… and not one event more or less when Redis and the worker are killed meanwhile', async () => {
  const seen: Record<string, Seen> = {};
  await visit(0, 200, seen);
  await redis.kill9();
  await visit(200, 400, seen);
  await redis.restart();
  await visit(400, 600, seen);
  await worker.kill9();
  await visit(600, 800, seen);
  worker = await startWorker(redis.url);
  await visit(800, 900, seen);
  await eventually(() => OpenFeature.getClient().providerStatus === ProviderStatus.READY);
  await eventually(isTakenIn);
  await eventually(
    async () => (await readBalance(client, installation, 'production')).total.counted === 1_500,
  );
  expect(await counted()).toEqual(seen);
  const { total, unexplained } = await readBalance(client, installation, 'production');
  // What was sent again is counted as such, and nowhere else.
  expect({ ...total, duplicate: 0 }).toEqual({ counted: 1_500, duplicate: 0 });
  expect(unexplained).toBe(0);
}, 120_000);
