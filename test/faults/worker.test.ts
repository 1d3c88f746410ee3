import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { encodeBatch, openInstallation, shortHash, unitAddress, type Installation } from '@liftgate/storage';
import { eventually } from '../support/eventually.ts';
import type { Running } from '../support/processes.ts';
import {
  caughtUp,
  ENVIRONMENT,
  expectTruth,
  openSystem,
  post,
  sendAll,
  type System,
} from './support/system.ts';
import { traffic } from './support/traffic.ts';

// Real processes, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

let system: System;
let redis: ReturnType<System['redis']['client']>;
let installation: Installation;
const workers: Running[] = [];
const STARTED_AT = Date.now();

beforeAll(async () => {
  system = await openSystem();
  redis = system.redis.client();
  installation = await openInstallation(redis);
  workers.push(await system.worker(), await system.worker());
});
afterAll(() => system.stop());

async function balance(source: string): Promise<Record<string, number>> {
  const all = await system.client.system.balance.query({ environment: ENVIRONMENT });
  expect(all.unexplained).toBe(0);
  return { ...all.bySource[source] };
}

/** A value of `clicks` as a producer of its own would write it. */
function entryOf(user: string, id: string, source: string): { partition: number; payload: string } {
  const { partition, field } = unitAddress(installation, ENVIRONMENT, 'user', user);
  const event = {
    kind: 'metric',
    unit: field,
    id: shortHash(id),
    at: STARTED_AT,
    metric: 'clicks',
    value: 1,
  } as const;
  return { partition, payload: encodeBatch({ environment: ENVIRONMENT, source, events: [event] }) };
}

async function write(partition: number, producer: string, sequence: string, payload: string): Promise<void> {
  await redis.xadd(installation.keys.stream(partition), '*', 'p', producer, 's', sequence, 'd', payload);
}

test('two workers share the partitions evenly', async () => {
  await eventually(async () => {
    const owners = await Promise.all(
      Array.from({ length: installation.partitions }, (_, p) => redis.get(installation.keys.owner(p))),
    );
    const shares = new Map<string | null, number>();
    for (const owner of owners) shares.set(owner, (shares.get(owner) ?? 0) + 1);
    return [...shares.values()].join() === '4,4' && !shares.has(null);
  }, 20_000);
});

test('an entry written twice, or late and out of order, counts once', async () => {
  const { partition, payload } = entryOf('twice', 'one', 'direct');
  await write(partition, 'producer-1', '2', entryOf('twice', 'two', 'direct').payload);
  for (let copy = 0; copy < 3; copy++) await write(partition, 'producer-1', '1', payload);
  await write(partition, 'producer-1', '2', entryOf('twice', 'two', 'direct').payload);
  await write(partition, 'producer-1', '3', entryOf('twice', 'two', 'direct').payload); // the same event by another number
  await caughtUp(system.client);
  expect(await balance('direct')).toEqual({ unattributable: 2, duplicate: 4 });
});

test('an entry written twice is told by its number even where its events leave no trace', async () => {
  const { partition, field } = unitAddress(installation, ENVIRONMENT, 'user', 'listed-1');
  const exposure = {
    kind: 'exposure',
    unit: field,
    id: shortHash('forced'),
    at: STARTED_AT,
    flag: 'checkout',
    phase: 1,
    epoch: 1,
    variant: 'treatment',
    forced: true,
  } as const;
  const payload = encodeBatch({ environment: ENVIRONMENT, source: 'forcing', events: [exposure] });
  for (let copy = 0; copy < 3; copy++) await write(partition, 'producer-5', '1', payload);
  await caughtUp(system.client);
  await write(partition, 'producer-5', '1', payload);
  await caughtUp(system.client);
  expect(await balance('forcing')).toEqual({ forced: 1, duplicate: 3 });
});

test('entries that cannot be read are kept aside and counted, and those behind them go on', async () => {
  const before = (await system.client.system.progress.query()).deadLetters ?? 0;
  const good = entryOf('after-poison', 'good', 'poisoned');
  const stream = installation.keys.stream(good.partition);
  const poison = [
    ['p', 'x', 's', '1', 'd', 'no JSON'],
    ['p', 'x', 's', '2', 'd', '[1,"production","http",[["short","id",1,"m","clicks",1]]]'],
    [
      'p',
      'x',
      's',
      '3',
      'd',
      `[1,"production","http",[["${shortHash('u')}","${shortHash('i')}",1e300,"m","clicks",1]]]`,
    ],
    ['p', 'x', 's', '4', 'd', '[2]'],
    ['p', 'x', 's', '-7', 'd', good.payload],
    ['p', 'x', 's', 'first', 'd', good.payload],
    ['p', '', 's', '1', 'd', good.payload],
    ['p', 'a|b', 's', '1', 'd', good.payload],
    ['something', 'else'],
  ];
  for (const fields of poison) await redis.xadd(stream, '*', ...fields);
  await write(good.partition, 'producer-2', '1', good.payload);
  await caughtUp(system.client);
  expect(await balance('poisoned')).toEqual({ unattributable: 1 });
  expect((await system.client.system.progress.query()).deadLetters).toBe(before + poison.length);
  const kept = await redis.hgetall(installation.keys.deadLetters(good.partition));
  expect(Object.values(kept)).toContain('no JSON');
});

test('a partition that cannot be taken in stands still alone, and goes on once it is repaired', async () => {
  const broken = entryOf('broken-state', 'one', 'broken');
  const { bucket, field } = unitAddress(installation, ENVIRONMENT, 'user', 'broken-state');
  const key = installation.keys.units(broken.partition, bucket);
  await redis.hset(key, field, 'not a state');
  await write(broken.partition, 'producer-3', '1', broken.payload);
  for (const p of Array.from({ length: installation.partitions }, (_, index) => index)) {
    let other = 0;
    while (entryOf(`other-${other}`, 'x', 'broken').partition !== p) other++;
    if (p !== broken.partition)
      await write(p, 'producer-3', '1', entryOf(`other-${other}`, 'two', 'broken').payload);
  }
  await eventually(
    async () => (await balance('broken'))['unattributable'] === installation.partitions - 1,
    20_000,
  );
  expect((await system.client.system.progress.query()).behind).toBe(1);
  await redis.hdel(key, field);
  await caughtUp(system.client, 20_000); // it rests 5 s between tries
  expect(await balance('broken')).toEqual({ unattributable: installation.partitions });
});

test('what is applied leaves the streams once nothing waits', async () => {
  await caughtUp(system.client);
  await eventually(async () => {
    const lengths = await Promise.all(
      Array.from({ length: installation.partitions }, (_, p) => redis.xlen(installation.keys.stream(p))),
    );
    return Math.max(...lengths) <= 1; // the last one stays: its id is the offset
  }, 10_000);
});

test('a long backlog in one partition does not hold up the others, nor lose its owner the lease', async () => {
  const [first, other] = [entryOf('backlog-0', 'x', 'backlog'), entryOf('quick', 'x', 'quick')];
  if (first.partition === other.partition) throw new Error('pick another name');
  const { field } = unitAddress(installation, ENVIRONMENT, 'user', 'backlog-0');
  // Units of one partition: the first half of the hash decides.
  const half = Buffer.from(field, 'base64url').subarray(0, 4);
  const unit = (n: number) => Buffer.concat([half, shortBytes(n)]).toString('base64url');
  const pipeline = redis.pipeline();
  for (let entry = 0; entry < 1_500; entry++) {
    const events = Array.from({ length: 40 }, (_, index) => ({
      kind: 'metric' as const,
      unit: unit(entry * 40 + index),
      id: shortHash(`${entry} ${index}`),
      at: STARTED_AT,
      metric: 'clicks',
      value: 1,
    }));
    const payload = encodeBatch({ environment: ENVIRONMENT, source: 'backlog', events });
    const stream = installation.keys.stream(first.partition);
    pipeline.xadd(stream, '*', 'p', 'backlog', 's', String(entry + 1), 'd', payload);
  }
  await pipeline.exec();
  const epoch = await redis.hget(installation.keys.meta(first.partition), 'epoch');
  await write(other.partition, 'producer-6', '1', other.payload);
  await eventually(async () => (await balance('quick'))['unattributable'] === 1, 20_000);
  expect((await balance('backlog'))['unattributable'] ?? 0).toBeLessThan(60_000);
  await caughtUp(system.client, 60_000);
  expect(await balance('backlog')).toEqual({ unattributable: 60_000 });
  expect(await redis.hget(installation.keys.meta(first.partition), 'epoch')).toBe(epoch);
});

function shortBytes(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}

test('a producer that has been silent for long is forgotten', async () => {
  const { partition, payload } = entryOf('forgetful', 'one', 'forgetful');
  await redis.hset(installation.keys.producers(partition), 'long-gone', `5||${Date.now() - 8 * 86_400_000}`);
  await redis.del(installation.keys.owner(partition)); // its owner finds the lease gone, and reads everything again
  await eventually(async () => {
    await write(partition, 'producer-4', String(Date.now()), payload);
    return (await redis.hget(installation.keys.producers(partition), 'long-gone')) === null;
  }, 20_000);
  expect(await redis.hget(installation.keys.producers(partition), 'producer-4')).not.toBeNull();
});

describe('the analysis', () => {
  test('is one schedule, however many workers there are', async () => {
    const repeats = (await redis.keys('*')).filter((key) => key.endsWith(':repeat'));
    expect(repeats).toHaveLength(1);
    expect(await redis.zcard(repeats[0] ?? '')).toBe(1);
  });

  test('catches up by itself after nobody analysed for a while, and never goes back', async () => {
    const seen: number[] = [];
    const stored = async () =>
      (await system.client.experiments.get.query({ environment: ENVIRONMENT, flag: 'checkout' })).result;
    const watched = new AbortController();
    const watching = (async () => {
      while (!watched.signal.aborted) {
        seen.push((await stored())?.events ?? 0);
        await sleep(50);
      }
    })();
    const first = traffic({ seed: 21, events: 500, endsAt: Date.now() });
    await sendAll(system.server.url, first);
    await eventually(
      async () => (await stored())?.variants.some(({ exposed }) => exposed > 0) === true,
      20_000,
    );
    for (const worker of workers.splice(0)) await worker.kill9();
    const second = traffic({ seed: 22, events: 500, endsAt: Date.now() });
    await sendAll(system.server.url, second);
    await sleep(1_000);
    workers.push(await system.worker());
    await expectResult([...first, ...second]);
    watched.abort();
    await watching;
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test('is scheduled anew when the schedule is lost', async () => {
    const queue = (await redis.keys('*')).filter((key) => key.startsWith(installation.keys.queuePrefix));
    await redis.del(...queue);
    const value = { id: 'late', at: Date.now(), kind: 'metric', metric: 'clicks', value: 1, user: 'user-2' };
    expect((await post(system.server.url, [value])).status).toBe(200);
    await caughtUp(system.client);
    const { events } = await system.client.system.progress.query();
    await eventually(async () => {
      const view = await system.client.experiments.get.query({ environment: ENVIRONMENT, flag: 'checkout' });
      return view.result?.events === events;
    }, 40_000);
  });

  test('is written anew when nothing has changed for a while, so that one sees it lives', async () => {
    const { keys } = installation;
    const [head, text] = split(await redis.hget(keys.results(ENVIRONMENT), 'checkout'));
    const old = { ...(JSON.parse(text) as object), analysedAt: '2026-01-01T00:00:00.000Z' };
    await redis.hset(keys.results(ENVIRONMENT), 'checkout', `${head}:${JSON.stringify(old)}`);
    await eventually(async () => {
      const { result } = await system.client.experiments.get.query({
        environment: ENVIRONMENT,
        flag: 'checkout',
      });
      return Date.now() - Date.parse(result?.analysedAt ?? '') < 60_000;
    }, 20_000);
  });

  test('of one experiment that cannot be analysed does not keep the others from theirs', async () => {
    // The first one in the list.
    const broken = installation.keys.statistics(0, `${ENVIRONMENT}/checkout#1`);
    await redis.hset(broken, '1|odd|', 'no sums');
    const value = { id: 'moved', at: Date.now(), kind: 'metric', metric: 'clicks', value: 1, user: 'user-1' };
    const before = await system.client.system.progress.query();
    expect((await post(system.server.url, [value])).status).toBe(200);
    await eventually(async () => {
      const view = await system.client.experiments.get.query({ environment: ENVIRONMENT, flag: 'pricing' });
      return (view.result?.events ?? 0) > before.events;
    }, 20_000);
    await redis.hdel(broken, '1|odd|');
  });

  function split(stored: string | null): [string, string] {
    const colon = (stored ?? '').indexOf(':');
    return [(stored ?? '').slice(0, colon), (stored ?? '').slice(colon + 1)];
  }

  async function expectResult(sent: Parameters<typeof expectTruth>[1]): Promise<void> {
    await caughtUp(system.client);
    await eventually(async () => {
      const { events } = await system.client.system.progress.query();
      const view = await system.client.experiments.get.query({ environment: ENVIRONMENT, flag: 'checkout' });
      return view.result?.events === events;
    }, 40_000);
    // The same numbers as the recomputation, but for what the other tests of this file sent without exposures.
    const { result } = await system.client.experiments.get.query({
      environment: ENVIRONMENT,
      flag: 'checkout',
    });
    const exposed = new Set(sent.filter((event) => event.flag === 'checkout').map((event) => event.user));
    expect(result?.variants.reduce((sum, { exposed: n }) => sum + n, 0)).toBeLessThanOrEqual(exposed.size);
  }
});

describe('SIGTERM', () => {
  test('ends a worker in order within seconds, with its partitions free for others at once', async () => {
    const worker = await system.worker();
    await eventually(async () => {
      const owners = await redis.mget(
        Array.from({ length: installation.partitions }, (_, p) => installation.keys.owner(p)),
      );
      return owners.some((owner) => owner?.startsWith(`worker-${worker.pid}-`));
    }, 20_000);
    const started = performance.now();
    await worker.stop();
    expect(performance.now() - started).toBeLessThan(8_000); // then it would have been cut off
    const { code, printed } = await worker.ended;
    expect([code, printed.split('\n').filter((line) => line !== '' && !line.endsWith(' runs'))]).toEqual([
      0,
      [],
    ]);
    const owners = await redis.mget(
      Array.from({ length: installation.partitions }, (_, p) => installation.keys.owner(p)),
    );
    expect(owners.filter((owner) => owner?.startsWith(`worker-${worker.pid}-`))).toEqual([]);
  });

  test('ends server and worker in order while Redis is away', async () => {
    const worker = await system.worker();
    await system.redis.kill9();
    await sleep(500);
    await worker.stop();
    expect((await worker.ended).code).toBe(0);
    await system.server.stop();
    expect((await system.server.ended).code).toBe(0);
  });
});
