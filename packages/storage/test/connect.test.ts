import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, explain, openInstallation, openRedis, type StorageError } from '@liftgate/storage';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { fakeRedis } from './support/fake-redis.ts';

/** Why a Redis is refused: [code, message]. */
async function refusal(url: string): Promise<[string, string]> {
  try {
    const redis = await connect(url);
    redis.disconnect();
    return ['none', 'it was accepted'];
  } catch (error) {
    const { code, message } = error as StorageError;
    return [code, message];
  }
}

describe('a Redis that cannot serve is refused with the setting to change', () => {
  test('nothing listens there', async () => {
    const [code, message] = await refusal('redis://user:hunter2@127.0.0.1:1');
    expect(code).toBe('unreachable');
    expect(message).toBe('no Redis answers at redis://127.0.0.1:1: start it or set REDIS_URL');
  });

  test.each([
    ['6.2.14', true],
    ['5.0.7', false],
  ])('it is version %s', async (version, knowsHello) => {
    const old = await fakeRedis({ version, knowsHello });
    const [code, message] = await refusal(old.url);
    await old.close();
    expect([code, message]).toEqual([
      'wrong_version',
      `Redis at ${old.url} is version ${version}; Liftgate needs 7.0 or newer`,
    ]);
  });

  test('it is no Redis at all', async () => {
    const web = createServer((_request, response) => response.end('hello'));
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    const url = `redis://127.0.0.1:${(web.address() as AddressInfo).port}`;
    const [code, message] = await refusal(url);
    web.close();
    web.closeAllConnections();
    expect(code).not.toBe('none');
    expect(message).toContain(url);
  });

  describe('on a real one', () => {
    let server: TestRedis;
    let settings: ReturnType<TestRedis['client']>;
    beforeAll(async () => {
      server = await startTestRedis();
      settings = server.client();
    });
    afterAll(() => server.stop());

    test('the password is missing or wrong', async () => {
      await settings.config('SET', 'requirepass', 'right');
      const { port } = server;
      const expected = [
        'wrong_password',
        `Redis at redis://127.0.0.1:${port} refuses the password: check user and password in REDIS_URL`,
      ];
      expect(await refusal(`redis://127.0.0.1:${port}`)).toEqual(expected);
      expect(await refusal(`redis://:wrong@127.0.0.1:${port}`)).toEqual(expected);
      expect((await refusal(`redis://:right@127.0.0.1:${port}`))[0]).toBe('none');
      await settings.config('SET', 'requirepass', '');
    });

    test('it may evict keys', async () => {
      await settings.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const [code, message] = await refusal(server.url);
      await settings.config('SET', 'maxmemory-policy', 'noeviction');
      expect(code).toBe('evicts_keys');
      expect(message).toContain('maxmemory-policy "allkeys-lru"');
      expect(message).toContain('set it to "noeviction"');
    });

    test('it is a replica', async () => {
      await settings.replicaof('127.0.0.1', 1);
      const [code, message] = await refusal(server.url);
      const write = await settings.set('a', 'b').catch((error: unknown) => explain(error, server.url));
      await settings.replicaof('NO', 'ONE');
      expect(code).toBe('read_only');
      expect(message).toMatch(/read-only replica of 127\.0\.0\.1: connect to the primary/);
      expect(write).toMatchObject({ code: 'read_only' });
    });

    test('the user may not do what is needed', async () => {
      await settings.call('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '&*', '+@all', '-info');
      await settings.call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~other:*', '&*', '+@all');
      const at = (user: string) => `redis://${user}:pw@127.0.0.1:${server.port}`;
      const [code, message] = await refusal(at('blind'));
      expect(code).toBe('not_permitted');
      expect(message).toMatch(/forbids a command to this user \(NOPERM.*info.*\): give it ~\* &\* \+@all/);

      const redis = await connect(at('reader'));
      const problem = await openInstallation(redis).catch((error: unknown) => explain(error, at('reader')));
      redis.disconnect();
      expect(problem).toMatchObject({ code: 'not_permitted' });
    });

    test('it is full', async () => {
      await settings.config('SET', 'maxmemory', '1');
      const problem = await settings.set('a', 'b').catch((error: unknown) => explain(error, server.url));
      await settings.config('SET', 'maxmemory', '0');
      expect(problem).toMatchObject({
        code: 'out_of_memory',
        message: `Redis at ${server.url} is out of memory: raise maxmemory; nothing was stored`,
      });
    });
  });
});

describe('an installation', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startTestRedis();
  });
  afterAll(() => server.stop());

  test('keeps its number of partitions, and says what to do when asked for another', async () => {
    const redis = server.client();
    const first = await openInstallation(redis, { partitions: 16 });
    expect(await openInstallation(redis)).toMatchObject({ partitions: 16, unitSecret: first.unitSecret });
    await expect(openInstallation(redis, { partitions: 32 })).rejects.toThrow(
      'this installation has 16 partitions and was asked for 32: the number is fixed when it is made, so unset LIFTGATE_PARTITIONS or set it to 16',
    );
  });

  test('made by several processes at once is one installation', async () => {
    await server.flush();
    const made = await Promise.all(
      [8, 16, undefined, 8].map((partitions) =>
        openInstallation(server.client(), { partitions }).catch(() => null),
      ),
    );
    const kept = await openInstallation(server.client());
    for (const one of made)
      if (one !== null) expect([one.partitions, one.unitSecret]).toEqual([kept.partitions, kept.unitSecret]);
    expect(made.some((one) => one !== null)).toBe(true);
  });

  test('opens in a full memory, so that workers can start and empty it', async () => {
    const redis = server.client();
    const before = await openInstallation(redis);
    await redis.config('SET', 'maxmemory', '1');
    const after = await openInstallation(redis);
    await redis.config('SET', 'maxmemory', '0');
    expect(after.unitSecret).toBe(before.unitSecret);
  });
});

test.each([
  'connect ECONNREFUSED 127.0.0.1:6379',
  'read ECONNRESET',
  'write EPIPE',
  'Connection is closed.',
  'Command aborted due to connection close', // a pipeline, half of which was answered
  'Command timed out',
  "Socket timeout. Expecting data, but didn't receive any in 5000ms.",
  "Stream isn't writeable and enableOfflineQueue options is false",
  'Reached the max retries per request limit (which is 1). Refer to "maxRetriesPerRequest" option for details.',
  'LOADING Redis is loading the dataset in memory',
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
])('"%s" means that Redis is away, not that we are wrong', (message) => {
  expect(explain(new Error(message)).code).toBe('unreachable');
});

test('a Redis that stops answering fails commands instead of holding them for ever', async () => {
  const server = await startTestRedis();
  const redis = openRedis(server.url, { answerTimeoutMs: 300 });
  redis.on('error', () => undefined);
  await redis.ping();
  const [, pid] = /process_id:(\d+)/.exec(await redis.info('server')) ?? [];
  process.kill(Number(pid), 'SIGSTOP');
  const problem = await redis.ping().catch((error: unknown) => explain(error, server.url));
  process.kill(Number(pid), 'SIGCONT');
  expect(problem).toMatchObject({ code: 'unreachable' });
  redis.disconnect();
  await server.stop();
});
