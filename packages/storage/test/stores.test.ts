import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ExperimentResult } from '@liftgate/rollout';
import {
  countRefused,
  createApiKey,
  createFirstKey,
  decodeBatch,
  encodeBatch,
  findApiKey,
  listApiKeys,
  getResult,
  listResults,
  openInstallation,
  parseResultChange,
  putResult,
  revokeApiKey,
  readBalance,
  receivedField,
  shortHash,
  type Installation,
  type StreamBatch,
} from '@liftgate/storage';
import { eventually } from '../../../test/support/eventually.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';

let server: TestRedis;
let redis: ReturnType<TestRedis['client']>;
let installation: Installation;
beforeAll(async () => {
  server = await startTestRedis();
  redis = server.client();
});
beforeEach(async () => {
  await redis.flushall();
  installation = await openInstallation(redis, { partitions: 4 });
});
afterAll(() => server.stop());

describe('a result', () => {
  const resultOf = (events: number, configuration: number, quarantined = 0): ExperimentResult => ({
    flag: 'checkout',
    environment: 'production',
    phase: 1,
    analysedAt: '2026-11-24T12:00:00.000Z',
    events,
    configuration,
    alpha: 0.05,
    control: 'control',
    variants: [],
    quarantined,
    split: { status: 'no_units' },
    metrics: [],
  });

  test('that has seen fewer events never replaces one that has seen more', async () => {
    const { keys } = installation;
    expect(await putResult(redis, keys, resultOf(10, 1))).toBe(true);
    expect(await putResult(redis, keys, resultOf(9, 7))).toBe(false);
    expect(await getResult(redis, keys, 'production', 'checkout')).toEqual(resultOf(10, 1));
    expect(await putResult(redis, keys, resultOf(11, 1))).toBe(true);
    expect((await listResults(redis, keys, 'production')).get('checkout')?.events).toBe(11);
  });

  test('of as many events is replaced only by one of the same or a newer configuration', async () => {
    const { keys } = installation;
    await putResult(redis, keys, resultOf(10, 5, 1));
    expect(await putResult(redis, keys, resultOf(10, 4, 2))).toBe(false);
    expect(await putResult(redis, keys, resultOf(10, 5, 3))).toBe(true);
    expect(await putResult(redis, keys, resultOf(10, 6, 4))).toBe(true);
    expect((await getResult(redis, keys, 'production', 'checkout'))?.quarantined).toBe(4);
  });

  test('of many writers in any order leaves the one that has seen most', async () => {
    const { keys } = installation;
    const order = [3, 9, 1, 7, 10, 2, 8, 5, 4, 6];
    await Promise.all(order.map((events) => putResult(redis, keys, resultOf(events, 1))));
    expect((await getResult(redis, keys, 'production', 'checkout'))?.events).toBe(10);
  });

  test('is announced when it is kept, and only then', async () => {
    const { keys } = installation;
    const heard: unknown[] = [];
    const subscriber = server.client();
    await subscriber.subscribe(keys.resultChannel);
    subscriber.on('message', (_channel: string, message: string) => heard.push(parseResultChange(message)));
    await putResult(redis, keys, resultOf(10, 1));
    await putResult(redis, keys, resultOf(9, 1));
    await putResult(redis, keys, resultOf(12, 1));
    await eventually(() => heard.length >= 2, 2_000);
    expect(heard).toEqual([
      { environment: 'production', flag: 'checkout', events: 10 },
      { environment: 'production', flag: 'checkout', events: 12 },
    ]);
  });
});

describe('the balance', () => {
  test('sums over partitions, keeps environments apart, and shows what is unexplained', async () => {
    const { keys } = installation;
    await redis.hset(keys.balance(0), receivedField('production', 'http'), 5, 'production|http|counted', 3);
    await redis.hset(keys.balance(1), receivedField('production', 'trpc'), 2, 'production|trpc|late', 2);
    await redis.hset(keys.balance(1), receivedField('staging', 'http'), 9, 'staging|http|counted', 9);
    await countRefused(redis, installation, 'production', new Map([['unknown_flag', 4]]));
    expect(await readBalance(redis, installation, 'production')).toEqual({
      received: 7,
      total: { counted: 3, late: 2 },
      bySource: { http: { counted: 3 }, trpc: { late: 2 } },
      refused: { unknown_flag: 4 },
      unexplained: 2,
    });
  });
});

describe('an API key', () => {
  test('is found by its secret, which is not stored', async () => {
    const { keys } = installation;
    const asked = { name: 'ci', scope: 'server', environment: 'staging' } as const;
    const { secret, key } = await createApiKey(redis, keys, asked, new Date());
    const { id, ...stored } = key;
    expect(await findApiKey(redis, keys, secret)).toEqual(stored);
    expect(await listApiKeys(redis, keys)).toContainEqual(key);
    expect(secret).not.toContain(id);
    expect(await findApiKey(redis, keys, `${secret}x`)).toBeNull();
    expect(JSON.stringify(await redis.hgetall(keys.apiKeys))).not.toContain(secret);
  });

  test('is ended by its id, and only that one is', async () => {
    const { keys } = installation;
    const make = (name: string) =>
      createApiKey(redis, keys, { name, scope: 'client', environment: null }, new Date());
    const [gone, kept] = [await make('gone'), await make('kept')];
    expect(await revokeApiKey(redis, keys, gone.key.id)).toBe(true);
    expect(await revokeApiKey(redis, keys, gone.key.id)).toBe(false);
    expect(await findApiKey(redis, keys, gone.secret)).toBeNull();
    expect(await findApiKey(redis, keys, kept.secret)).not.toBeNull();
  });

  test('of the first start is made once, by however many servers start at once', async () => {
    const { keys } = installation;
    const secrets = await Promise.all(
      Array.from({ length: 8 }, () => createFirstKey(server.client(), keys, new Date())),
    );
    const made = secrets.filter((secret) => secret !== null);
    expect(made).toHaveLength(1);
    expect(await findApiKey(redis, keys, made[0] ?? '')).toMatchObject({ scope: 'admin', environment: null });
    expect(await redis.hlen(keys.apiKeys)).toBe(1);
  });
});

describe('a batch in a stream', () => {
  const unit = shortHash('u');
  const id = shortHash('e');
  const batch: StreamBatch = {
    environment: 'production',
    source: 'replay:checkout',
    events: [
      { kind: 'metric', unit, id, at: 1, metric: 'revenue', value: -0.5 },
      {
        kind: 'exposure',
        unit,
        id,
        at: 2,
        flag: 'checkout',
        phase: 1,
        epoch: 3,
        variant: 'a "b" |',
        forced: true,
      },
    ],
  };

  test('is read as it was written', () => {
    expect(decodeBatch(encodeBatch(batch))).toEqual(batch);
  });

  const exposure = [unit, id, 1, 'x', 'f', 1, 1, 'v', 0];
  test.each<[string, unknown]>([
    ['no JSON', '{'],
    ['another version', [2, 'production', 'http', []]],
    ['an environment that is none', [1, 'pro|duction', 'http', []]],
    ['a source with a separator', [1, 'production', 'ht|tp', []]],
    ['a unit that is no hash', [1, 'production', 'http', [['u', ...exposure.slice(1)]]]],
    ['a time that no date can hold', [1, 'production', 'http', [[unit, id, 9e15, 'm', 'm', 1]]]],
    ['a value that is none', [1, 'production', 'http', [[unit, id, 1, 'm', 'm', null]]]],
    ['an epoch of 0', [1, 'production', 'http', [[unit, id, 1, 'x', 'f', 1, 0, 'v', 0]]]],
    ['a field too many', [1, 'production', 'http', [[...exposure, 1]]]],
  ])('with %s is a dead letter, not a crash', (_what, payload) => {
    expect(decodeBatch(typeof payload === 'string' ? payload : JSON.stringify(payload))).toBeNull();
  });
});
