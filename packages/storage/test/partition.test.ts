import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NEW_UNIT, type UnitState } from '@liftgate/attribution';
import {
  liveWorkers,
  markWorker,
  openInstallation,
  parseEntry,
  partitionStore,
  shortHash,
  unitAddress,
  type Installation,
  type PartitionPosition,
  type PartitionStore,
  type PartitionWrites,
  type StreamEntry,
} from '@liftgate/storage';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';

let server: TestRedis;
let redis: ReturnType<TestRedis['client']>;
let installation: Installation;
let store: PartitionStore;
const P = 0;
const RUN = 'production/checkout#1';

beforeAll(async () => {
  server = await startTestRedis();
  redis = server.client();
});
beforeEach(async () => {
  await redis.flushall();
  await redis.config('SET', 'maxmemory', '0');
  installation = await openInstallation(redis, { partitions: 4 });
  store = partitionStore(redis, installation, P);
});
afterAll(() => server.stop());

async function append(sequence: number, producer = 'producer'): Promise<StreamEntry> {
  const stream = installation.keys.stream(P);
  const id = await redis.xadd(stream, '*', 'p', producer, 's', String(sequence), 'd', '[]');
  return parseEntry([id ?? '', ['p', producer, 's', String(sequence), 'd', '[]']]);
}

function writes(changes: Partial<PartitionWrites> = {}): PartitionWrites {
  return {
    units: new Map(),
    statistics: new Map([[RUN, new Map([['1|control|', { n: 1n, s1: 0n, s2: 0n }]])]]),
    days: new Map(),
    balance: new Map([['production|http|counted', 1]]),
    producers: new Map([['producer', { base: 1, beyond: [], seenMs: 1 }]]),
    deadLetters: new Map(),
    totals: { events: 1, newest: 1 },
    ...changes,
  };
}

async function claimed(worker = 'worker'): Promise<PartitionPosition> {
  const reply = await store.claim(worker, 10_000);
  if (!reply.owned) throw new Error('not owned');
  return reply;
}

/** Everything of the partition but its stream. */
async function everything(): Promise<unknown> {
  const names = (await redis.keys('*')).filter((key) => key !== installation.keys.stream(P)).sort();
  return Promise.all(
    names.map(async (key) => [
      key,
      (await redis.type(key)) === 'hash' ? await redis.hgetall(key) : await redis.get(key),
    ]),
  );
}

describe('a commit', () => {
  test('is applied once, with the offset', async () => {
    const position = await claimed();
    const entry = await append(1);
    expect(await store.commit(position, entry, writes())).toBe('ok');
    expect(await store.rows('statistics', RUN, ['1|control|'])).toEqual(
      new Map([['1|control|', { n: 1n, s1: 0n, s2: 0n }]]),
    );
    expect(await store.totals()).toEqual({ events: 1, newest: 1 });
    expect(await claimed()).toMatchObject({ offset: entry.id });
    expect(await store.commit(position, entry, writes())).toBe('moved');
  });

  test.each<[string, string, (position: PartitionPosition) => PartitionPosition]>([
    ['of a stale offset', 'moved', (position) => ({ ...position, offset: '5-0' })],
    ['of a stale epoch', 'fenced', (position) => ({ ...position, epoch: '0' })],
  ])('%s is refused as "%s" and changes nothing', async (_what, answer, stale) => {
    const position = await claimed();
    const entry = await append(1);
    const before = await everything();
    expect(await store.commit(stale(position), entry, writes())).toBe(answer);
    expect(await everything()).toEqual(before);
  });

  test.each([
    ['is gone', async (entry: StreamEntry) => redis.xdel(installation.keys.stream(P), entry.id)],
    [
      'is another one of that id',
      async (entry: StreamEntry) => {
        await redis.del(installation.keys.stream(P));
        await redis.xadd(installation.keys.stream(P), entry.id, 'p', 'other', 's', '9', 'd', '[]');
      },
    ],
  ])('whose last entry %s after a failover is refused as rewound', async (_what, failover) => {
    const position = await claimed();
    const entry = await append(1);
    await failover(entry);
    const before = await everything();
    expect(await store.commit(position, entry, writes())).toBe('rewound');
    expect(await everything()).toEqual(before);
  });

  test('may have more fields in one hash than Lua can unpack, and hold long digits exactly', async () => {
    const position = await claimed();
    const big = 2n ** 80n + 1n;
    const rows = new Map(
      Array.from({ length: 9_001 }, (_, row) => [
        `1|control|m${row}`,
        { n: BigInt(row), s1: big, s2: -big * big },
      ]),
    );
    expect(
      await store.commit(position, await append(1), writes({ statistics: new Map([[RUN, rows]]) })),
    ).toBe('ok');
    expect(await store.rows('statistics', RUN, [...rows.keys()])).toEqual(rows);
  });

  test('spreads units over their buckets and reads them back', async () => {
    const position = await claimed();
    const state = (at: number): UnitState => ({
      ...NEW_UNIT,
      recent: [{ kind: 'metric', id: shortHash('e'), at, source: 'http', metric: 'm', scaled: 10n ** 15n }],
    });
    const fields = Array.from(
      { length: 300 },
      (_, unit) => unitAddress(installation, 'production', 'user', `u${unit}`).field,
    );
    const units = new Map(fields.map((field, index) => [field, state(index)]));
    expect(await store.commit(position, await append(1), writes({ units }))).toBe('ok');
    expect(await store.units(fields)).toEqual(units);
    const unknown = shortHash('nobody');
    expect((await store.units([unknown])).get(unknown)).toEqual(NEW_UNIT);
  });

  test('goes through a full memory, as do claims, signs of life, trimming and releasing: else nothing could drain', async () => {
    await claimed();
    const entry = await append(1);
    await redis.config('SET', 'maxmemory', '1');
    await expect(append(2)).rejects.toThrow(/OOM/);
    expect(await markWorker(redis, installation.keys, 'worker')).toMatchObject([{ id: 'worker' }]);
    await store.release('worker');
    const position = await claimed('another');
    expect(await store.commit(position, entry, writes())).toBe('ok');
    await store.trim(entry.id);
    await store.release('another');
    expect(await store.totals()).toEqual({ events: 1, newest: 1 });
  });

  test('after the script cache was emptied is applied as well', async () => {
    const position = await claimed();
    await store.commit(position, await append(1), writes());
    await redis.script('FLUSH');
    expect(await store.commit(await claimed(), await append(2), writes())).toBe('ok');
    await redis.script('FLUSH');
    expect((await store.claim('other', 1_000)).owned).toBe(false);
  });

  test('of an entry that nobody numbered properly can be made all the same', async () => {
    const position = await claimed();
    const stream = installation.keys.stream(P);
    const id = (await redis.xadd(stream, '*', 'nonsense', '')) ?? '';
    const [entry] = await store.entriesAfter('0-0', 10);
    if (entry === undefined) throw new Error('no entry');
    expect(entry.id).toBe(id);
    expect(await store.commit(position, entry, writes())).toBe('ok');
    const odd = (await redis.xadd(stream, '*', 'p', 'x', 's', '007', 'd', '')) ?? '';
    const [second] = await store.entriesAfter(id, 10);
    if (second === undefined) throw new Error('no entry');
    expect(await store.commit(await claimed(), second, writes())).toBe('ok');
    expect(await claimed()).toMatchObject({ offset: odd });
  });
});

describe('a partition', () => {
  test('has one owner, whose lease runs out', async () => {
    expect(await store.claim('a', 50)).toMatchObject({ owned: true, epoch: '1' });
    expect(await store.claim('b', 50)).toEqual({ owned: false });
    expect(await store.claim('a', 50)).toMatchObject({ owned: true, epoch: '1' }); // renewed: the same epoch
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(await store.claim('b', 5_000)).toMatchObject({ owned: true, epoch: '2' });
    await store.release('a'); // not its own any more
    expect(await store.claim('a', 50)).toEqual({ owned: false });
  });

  test('claimed again by its former owner after another had it begins a new epoch', async () => {
    const first = await claimed('a');
    const entry = await append(1);
    await store.release('a');
    const second = await claimed('b');
    await store.commit(second, entry, writes());
    await store.release('b');
    const third = await claimed('a');
    expect([first.epoch, second.epoch, third.epoch]).toEqual(['1', '2', '3']);
    expect(third.offset).toBe(entry.id);
    expect(await store.commit(first, await append(2), writes())).toBe('moved');
    expect(await store.commit({ ...first, offset: entry.id }, await append(3), writes())).toBe('fenced');
  });

  test('keeps the newest dead letters only, and forgets producers when told', async () => {
    const letters = new Map(Array.from({ length: 1_200 }, (_, index) => [`${index + 1}-0`, 'x']));
    const entry = await append(1);
    await store.commit(await claimed(), entry, writes({ deadLetters: letters }));
    await store.trim(entry.id);
    const kept = (await redis.hkeys(installation.keys.deadLetters(P))).map((id) => Number.parseInt(id, 10));
    expect(kept).toHaveLength(1_000);
    expect(Math.min(...kept)).toBe(201);
    await store.forgetProducers(['producer', 'nobody']);
    expect(await store.producers()).toEqual(new Map());
  });
});

test('a worker that is seen no more is gone, by the clock of Redis', async () => {
  const { keys } = installation;
  await markWorker(redis, keys, 'a');
  expect((await markWorker(redis, keys, 'b')).map(({ id }) => id)).toEqual(['a', 'b']);
  const [seconds = 0] = await redis.time();
  await redis.zadd(keys.workers, (seconds - 6) * 1_000, 'a');
  expect((await liveWorkers(redis, keys)).map(({ id }) => id)).toEqual(['b']);
  await redis.zadd(keys.workers, (seconds - 60) * 1_000, 'a');
  await markWorker(redis, keys, 'b');
  expect(await redis.zcard(keys.workers)).toBe(1);
});
