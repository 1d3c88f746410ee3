import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeFlag, createFlag, type Flag } from '@liftgate/flags';
import {
  configStore,
  openInstallation,
  watchConfig,
  type ConfigSnapshot,
  type ConfigStore,
  type ConfigWatch,
  type ConfigWatchEvents,
  type Keys,
} from '@liftgate/storage';
import { eventually } from '../../../test/support/eventually.ts';
import { mockRedis, realRedis, type Backend } from './support/backends.ts';

const NOW = new Date('2026-11-24T12:00:00Z');
const ENVIRONMENT = 'production';

function flagOf(key: string, name = key): Flag {
  return createFlag({ key, name, environment: ENVIRONMENT }, NOW);
}
function renamed(flag: Flag, name: string): Flag {
  return changeFlag(flag, { name }, NOW);
}

describe.each([
  ['ioredis-mock', mockRedis],
  ['a real Redis', realRedis],
] as const)('the configuration on %s', (kind, start) => {
  let backend: Backend;
  let keys: Keys;
  let store: ConfigStore;
  const watches: ConfigWatch[] = [];

  beforeAll(async () => {
    backend = await start();
    ({ keys } = await openInstallation(backend.redis));
    store = configStore(backend.redis, keys);
  });
  beforeEach(() => backend.flush());
  afterEach(async () => {
    for (const watch of watches.splice(0)) await watch.close();
  });
  afterAll(() => backend.stop());

  const watchWith = async (
    events: ConfigWatchEvents = {},
    through: ConfigStore = store,
  ): Promise<ConfigWatch> => {
    const watch = await watchConfig(backend, keys, through, ENVIRONMENT, events);
    watches.push(watch);
    return watch;
  };
  /** As if the message of a change had been lost on the way. */
  const writeUnheard = async (flag: Flag, stamp: string): Promise<void> => {
    await backend.redis.hset(
      keys.config('flag', ENVIRONMENT),
      flag.key,
      `${flag.version}:${JSON.stringify(flag)}`,
    );
    await backend.redis.set(keys.configVersion, stamp);
  };

  test('what is stored is read back, each environment by itself', async () => {
    const flag = flagOf('checkout');
    await store.put('flag', ENVIRONMENT, flag, 0);
    await store.put('flag', ENVIRONMENT, flagOf('banner'), 0);
    expect(await store.get('flag', ENVIRONMENT, 'checkout')).toEqual(flag);
    expect((await store.list('flag', ENVIRONMENT)).map(({ key }) => key)).toEqual(['banner', 'checkout']);
    expect(await store.get('flag', 'staging', 'checkout')).toBeNull();
    const snapshot = await store.snapshot(ENVIRONMENT);
    expect(snapshot.stamp.number).toBe(2);
    expect([...snapshot.flag.keys()].sort()).toEqual(['banner', 'checkout']);
  });

  test('of two writers at once one wins and the other gets what is stored now', async () => {
    const flag = flagOf('checkout');
    await store.put('flag', ENVIRONMENT, flag, 0);
    const [a, b] = await Promise.all([
      store.put('flag', ENVIRONMENT, renamed(flag, 'A'), 1),
      store.put('flag', ENVIRONMENT, renamed(flag, 'B'), 1),
    ]);
    expect([a.status, b.status].sort()).toEqual(['conflict', 'stored']);
    const [winner, loser] = a.status === 'stored' ? [a, b] : [b, a];
    if (winner.status !== 'stored' || loser.status !== 'conflict') throw new Error('unreachable');
    expect(loser.present).toEqual(winner.object);
    expect(await store.get('flag', ENVIRONMENT, 'checkout')).toEqual(winner.object);
    expect((await store.stamp()).number).toBe(2);
  });

  test('a put that is sent again, because its answer was lost, is no conflict with itself', async () => {
    const twice = new Proxy(backend.redis, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        if (name !== 'evalsha' && name !== 'eval') return call;
        return async (...args: unknown[]) => {
          await call(...args);
          return call(...args);
        };
      },
    });
    const flag = flagOf('checkout');
    const resending = configStore(twice, keys);
    expect(await resending.put('flag', ENVIRONMENT, flag, 0)).toMatchObject({
      status: 'stored',
      stamp: { number: 1 },
    });
    expect((await resending.put('flag', ENVIRONMENT, renamed(flag, 'A'), 1)).status).toBe('stored');
    expect((await resending.put('flag', ENVIRONMENT, renamed(flag, 'B'), 1)).status).toBe('conflict');
    expect((await store.stamp()).number).toBe(2);
  });

  test('an object that exists is not created again, one that does not is not updated', async () => {
    const flag = flagOf('checkout');
    await store.put('flag', ENVIRONMENT, flag, 0);
    expect(await store.put('flag', ENVIRONMENT, flag, 0)).toEqual({ status: 'conflict', present: flag });
    expect(await store.put('flag', ENVIRONMENT, renamed(flagOf('other'), 'x'), 1)).toEqual({
      status: 'conflict',
      present: null,
    });
    expect((await store.stamp()).number).toBe(1);
  });

  test('a watch hears a change without reading everything again', async () => {
    let reads = 0;
    const counted = {
      ...store,
      snapshot: (environment: string): Promise<ConfigSnapshot> => (reads++, store.snapshot(environment)),
    };
    const changes: unknown[] = [];
    const watch = await watchWith({ onChange: (_snapshot, changed) => changes.push(changed) }, counted);
    const flag = flagOf('checkout');
    await store.put('flag', ENVIRONMENT, flag, 0);
    await store.put('flag', 'staging', { ...flag, environment: 'staging' }, 0);
    await store.put('flag', ENVIRONMENT, renamed(flag, 'Checkout'), 1);
    await eventually(() => watch.current().stamp.number === 3, 5_000);
    expect(watch.current().flag.get('checkout')?.name).toBe('Checkout');
    expect(changes).toEqual([[], [{ kind: 'flag', key: 'checkout' }], [{ kind: 'flag', key: 'checkout' }]]);
    expect(reads).toBe(1);
  });

  test('a gap in the change feed makes the watch read again at once', async () => {
    const watch = await watchWith();
    await store.put('flag', ENVIRONMENT, flagOf('first'), 0);
    await writeUnheard(flagOf('unheard'), '2:lost');
    expect(watch.current().flag.has('unheard')).toBe(false);
    await store.put('flag', ENVIRONMENT, flagOf('third'), 0);
    await eventually(() => watch.current().flag.has('unheard') && watch.current().flag.has('third'), 5_000);
    expect(watch.current().stamp.number).toBe(3);
  });

  test('a change that nobody announced is found within two polls', async () => {
    const watch = await watchWith();
    await writeUnheard(flagOf('unheard'), '1:lost');
    await eventually(() => watch.current().flag.has('unheard'), 8_000);
  });

  test('a version number used again after a failover is told apart by its nonce', async () => {
    const flag = flagOf('checkout');
    await store.put('flag', ENVIRONMENT, flag, 0);
    await store.put('flag', ENVIRONMENT, changeFlag(flag, { enabled: true, name: 'on' }, NOW), 1);
    const changes: unknown[] = [];
    const watch = await watchWith({ onChange: (_snapshot, changed) => changes.push(changed) });
    expect(watch.current().flag.get('checkout')?.enabled).toBe(true);
    // The primary died before its replica knew of version 2; version 2 of the new one switches the flag off.
    await writeUnheard(changeFlag(flag, { enabled: false }, NOW), '2:another');
    await eventually(() => watch.current().flag.get('checkout')?.enabled === false, 8_000);
    expect(changes.at(-1)).toEqual([{ kind: 'flag', key: 'checkout' }]);
  });

  test('a change that comes while the watch is reading is not undone by what it reads', async () => {
    const gate = gatedReads(store);
    const watch = await watchWith({}, gate.store);
    await writeUnheard(flagOf('unheard'), '5:lost');
    gate.hold();
    await store.put('flag', ENVIRONMENT, flagOf('gap'), 0); // starts a read that stays under way
    await gate.reached();
    await store.put('flag', ENVIRONMENT, flagOf('during'), 0);
    await sleep(50);
    gate.release();
    await eventually(() => watch.current().flag.has('during'), 5_000);
    await sleep(100);
    expect([...watch.current().flag.keys()].sort()).toEqual(['during', 'gap', 'unheard']);
  });

  test('a refresh is never answered by a read that began before the change', async () => {
    const gate = gatedReads(store);
    const watch = await watchWith({}, gate.store);
    gate.hold();
    await backend.redis.set(keys.configVersion, '7:x');
    const early = watch.refresh(); // reads the state before the change, and its answer is on the way for long
    await gate.reached();
    await writeUnheard(flagOf('made-now'), '8:y');
    const late = watch.refresh();
    await sleep(50);
    gate.release();
    await early;
    expect((await late).flag.has('made-now')).toBe(true);
  });

  test('a stored object that cannot be read keeps its last good form, is reported, and is good again once repaired', async () => {
    const flag = flagOf('checkout');
    await store.put('flag', ENVIRONMENT, flag, 0);
    const watch = await watchWith();
    const broken = { ...flag, version: 2, enabled: 'perhaps' };
    await backend.redis.hset(keys.config('flag', ENVIRONMENT), 'checkout', `2:${JSON.stringify(broken)}`);
    await backend.redis.set(keys.configVersion, '2:x');
    const snapshot = await watch.refresh();
    expect(snapshot.flag.get('checkout')).toEqual(flag);
    expect(snapshot.broken).toMatchObject([{ kind: 'flag', key: 'checkout' }]);
    expect(snapshot.broken[0]?.message).toMatch(/^enabled: .*boolean/);
    await expect(store.get('flag', ENVIRONMENT, 'checkout')).rejects.toThrow(
      /the stored flag "checkout" of production cannot be read: enabled:/,
    );
    expect(await store.list('flag', ENVIRONMENT)).toEqual([]);

    await store.put('flag', ENVIRONMENT, { ...flag, version: 3 }, 2);
    await eventually(() => watch.current().flag.get('checkout')?.version === 3, 5_000);
    expect(watch.current().broken).toEqual([]);
  });

  test('a closed watch says nothing more', async () => {
    let said = 0;
    const watch = await watchWith({ onChange: () => said++, onStale: () => said++, onFresh: () => said++ });
    await watch.close();
    said = 0;
    await store.put('flag', ENVIRONMENT, flagOf('later'), 0);
    await sleep(1_200);
    expect(said).toBe(0);
  });

  describe.skipIf(kind === 'ioredis-mock')('when connections are lost (nothing to lose on the mock)', () => {
    test('a killed subscription is told, and what changed meanwhile is found', async () => {
      const said: string[] = [];
      const watch = await watchWith({
        onStale: (reason) => said.push(`stale: ${reason}`),
        onFresh: () => said.push('fresh'),
        onChange: (_snapshot, changed) => said.push(...changed.map(({ key }) => `changed: ${key}`)),
      });
      await backend.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await store.put('flag', ENVIRONMENT, flagOf('meanwhile'), 0);
      await eventually(() => said.includes('fresh') && watch.current().flag.has('meanwhile'), 8_000);
      expect(said[0]).toMatch(/^stale: the connection/);
      await store.put('flag', ENVIRONMENT, flagOf('afterwards'), 0);
      await eventually(() => watch.current().flag.has('afterwards'), 5_000);
    });

    test('a Redis that dies and comes back is told as stale, then fresh, and the snapshot serves throughout', async () => {
      const said: string[] = [];
      await store.put('flag', ENVIRONMENT, flagOf('checkout'), 0);
      const watch = await watchWith({ onStale: () => said.push('stale'), onFresh: () => said.push('fresh') });
      await sleep(1_100); // appendfsync everysec: the flag is on disk
      await backend.server?.kill9();
      await eventually(() => said.includes('stale'), 8_000);
      expect(watch.current().flag.has('checkout')).toBe(true);
      await backend.server?.restart();
      await eventually(() => said.includes('fresh'), 8_000);
      expect(said).toEqual(['stale', 'fresh']);
      await store.put('flag', ENVIRONMENT, flagOf('afterwards'), 0);
      await eventually(() => watch.current().flag.has('afterwards'), 8_000);
    });

    test('a script cache that was emptied is filled again', async () => {
      await store.put('flag', ENVIRONMENT, flagOf('before'), 0);
      await backend.redis.script('FLUSH');
      expect((await store.put('flag', ENVIRONMENT, flagOf('after'), 0)).status).toBe('stored');
    });
  });
});

/** A store whose reads can be held between Redis's answer and the reader. */
function gatedReads(store: ConfigStore): {
  readonly store: ConfigStore;
  hold(): void;
  reached(): Promise<void>;
  release(): void;
} {
  let open: Promise<void> = Promise.resolve();
  let release: (() => void) | undefined;
  let waiting = false;
  return {
    store: {
      ...store,
      async snapshot(environment) {
        const snapshot = await store.snapshot(environment);
        const gate = open;
        waiting = true;
        await gate;
        return snapshot;
      },
    },
    hold() {
      waiting = false;
      open = new Promise((resolve) => {
        release = resolve;
      });
    },
    reached: () => eventually(() => waiting, 2_000),
    release() {
      open = Promise.resolve();
      release?.();
    },
  };
}
