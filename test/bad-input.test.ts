// What the API says while its Redis cannot serve, and what is left afterwards: nothing half done.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ENVIRONMENT, expectTruth, openSystem, post, sendAll, type System } from './faults/support/system.ts';
import { traffic, type SentEvent } from './faults/support/traffic.ts';
import { eventually } from './support/eventually.ts';
import { startServer, startWorker } from './support/processes.ts';
import { startTestRedis } from './support/redis.ts';

// Real processes, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

describe('while Redis cannot serve, every request is answered with 503, Retry-After and the reason', () => {
  let system: System;
  let settings: ReturnType<System['redis']['client']>;
  const sent: SentEvent[] = [];
  let seed = 100;

  beforeAll(async () => {
    system = await openSystem();
    settings = system.redis.client();
    await system.worker();
    const first = traffic({ seed: 99, events: 300, endsAt: Date.now() });
    await sendAll(system.server.url, first);
    sent.push(...first);
  });
  afterAll(() => system.stop());

  /** Sends a batch that must be refused; it is sent again when Redis is back, and then all of it counts, once. */
  async function refusedThenCounted(
    code: string,
    message: RegExp,
    recover: () => Promise<unknown>,
  ): Promise<void> {
    const batch = traffic({ seed: seed++, events: 400, endsAt: Date.now() });
    const answer = await post(system.server.url, batch);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    await recover();
    await sendAll(system.server.url, batch);
    sent.push(...batch);
    await expectTruth(system.client, sent);
  }

  test('it is out of memory', async () => {
    await settings.config('SET', 'maxmemory', '1');
    await refusedThenCounted('out_of_memory', /is out of memory: raise maxmemory; nothing was stored$/, () =>
      settings.config('SET', 'maxmemory', '0'),
    );
  });

  test('it has become a replica', async () => {
    await settings.replicaof('127.0.0.1', 1);
    await refusedThenCounted('read_only', /is a read-only replica: connect to the primary$/, () =>
      settings.replicaof('NO', 'ONE'),
    );
  });

  test('it is gone: events, queries and readiness say so, and health of the process does not', async () => {
    await sleep(1_100); // what was answered is on disk
    await system.redis.kill9();
    const input = encodeURIComponent(JSON.stringify({ environment: ENVIRONMENT }));
    const query = await fetch(`${system.server.url}/trpc/flags.list?input=${input}`);
    expect([query.status, query.headers.get('retry-after')]).toEqual([503, '1']);
    expect(((await query.json()) as { error: { message: string } }).error.message).toMatch(
      /^no Redis answers/,
    );
    const ready = await fetch(`${system.server.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ problems: [expect.stringMatching(/^no Redis answers/)] });
    expect((await fetch(`${system.server.url}/healthz`)).status).toBe(200);
    await refusedThenCounted('unreachable', /^no Redis answers/, () => system.redis.restart());
    await eventually(async () => (await fetch(`${system.server.url}/readyz`)).status === 200, 10_000);
  });

  test('it is away while a key is looked up: that is no reason to call the key wrong', async () => {
    const redis = await startTestRedis();
    const server = await startServer(redis.url, { LIFTGATE_DEMO: '0' });
    await redis.kill9();
    const headers = { authorization: 'Bearer lg_admin_x', 'content-type': 'application/json' };
    const query = await fetch(`${server.url}/trpc/system.info`, { headers });
    expect([query.status, query.headers.get('retry-after')]).toEqual([503, '1']);
    const events = await fetch(`${server.url}/v1/events`, { method: 'POST', headers, body: '[]' });
    expect([events.status, events.headers.get('retry-after')]).toEqual([503, '1']);
    await server.stop();
    expect((await server.ended).code).toBe(0);
    await redis.stop();
  });
});

test('a full memory drains: workers take in what is there, even one that starts only then', async () => {
  const system = await openSystem();
  try {
    const settings = system.redis.client();
    const events = traffic({ seed: 7, events: 3_000, endsAt: Date.now() });
    const [before, during] = [events.slice(0, 2_400), events.slice(2_400)];
    await sendAll(system.server.url, before);
    const [, used] = /used_memory:(\d+)/.exec(await settings.info('memory')) ?? [];
    await settings.config('SET', 'maxmemory', String(Number(used) - 50_000));
    expect((await post(system.server.url, during)).status).toBe(503);
    const worker = await system.worker();
    // All that waited is counted, although nothing else can be written.
    await eventually(async () => (await system.client.system.progress.query()).behind === 0, 20_000);
    await expectTruth(system.client, before);
    // A flag is switched off all the same.
    const flag = await system.client.flags.get.query({ environment: ENVIRONMENT, key: 'checkout' });
    const change = { enabled: false };
    await system.client.flags.update.mutate({
      environment: ENVIRONMENT,
      key: 'checkout',
      expectedVersion: flag.version,
      change,
    });
    await sleep(3_000);
    await settings.config('SET', 'maxmemory', '0');
    await sendAll(system.server.url, during);
    await expectTruth(system.client, events);
    // And the analysis goes on, though the run that was to note the next one could not.
    const { events: takenIn } = await system.client.system.progress.query();
    await eventually(async () => {
      const view = await system.client.experiments.get.query({ environment: ENVIRONMENT, flag: 'checkout' });
      return view.result?.events === takenIn;
    }, 60_000);
    await worker.stop();
    // It said what was wrong, not how often.
    expect((await worker.ended).printed.split('\n').length).toBeLessThan(30);
  } finally {
    await system.stop();
  }
});

describe('a process that cannot start says why in one line, with the setting, and ends', () => {
  test.each([
    ['server', startServer],
    ['worker', startWorker],
  ] as const)('the %s', async (name, start) => {
    const saying = async (redisUrl: string, environment: Record<string, string> = {}): Promise<string> => {
      try {
        const running = await start(redisUrl, environment);
        await running.kill9();
        return 'it started';
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    const redis = await startTestRedis();
    const settings = redis.client();
    expect(await saying('redis://:hunter2@127.0.0.1:1')).toMatch(
      new RegExp(
        `code 1 .*\\nliftgate ${name} cannot start: no Redis answers at redis://127.0.0.1:1: start it or set REDIS_URL\\n$`,
      ),
    );
    await settings.config('SET', 'maxmemory-policy', 'volatile-lru');
    expect(await saying(redis.url)).toMatch(/cannot start: .*maxmemory-policy "volatile-lru".*"noeviction"/);
    await settings.config('SET', 'maxmemory-policy', 'noeviction');
    expect(await saying(redis.url, { LIFTGATE_PARTITIONS: 'many' })).toMatch(
      /LIFTGATE_PARTITIONS: .*got "many"/,
    );
    expect(await saying(redis.url, { LIFTGATE_PARTITIONS: '4' })).toBe('it started');
    expect(await saying(redis.url, { LIFTGATE_PARTITIONS: '8' })).toMatch(
      /cannot start: this installation has 4 partitions and was asked for 8: .* unset LIFTGATE_PARTITIONS or set it to 4/,
    );
    await redis.stop();
  });
});
