import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey, type KeyScope } from '@liftgate/storage';
import { startServer } from '../../../test/support/processes.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { readEnv } from '../src/env.ts';
import { refusal, startTestServer, type TestServer } from './support/server.ts';

let redis: TestRedis;
let server: TestServer;
const keys: Record<string, string> = {};
const environment = 'production';

beforeAll(async () => {
  redis = await startTestRedis();
  server = await startTestServer(redis.url, { demo: false });
  for (const scope of ['client', 'server', 'admin'] as const)
    for (const good of ['production', 'staging', null])
      keys[`${scope} of ${good ?? 'all'}`] = await keyOf(scope, good);
  const admin = server.client(keys['admin of all']);
  await admin.environments.create.mutate({ key: 'staging' });
  await admin.flags.create.mutate({ environment, key: 'checkout' });
  await admin.metrics.create.mutate({ environment, key: 'signups', kind: 'count' });
  await admin.experiments.create.mutate({ environment, flag: 'checkout' });
});
afterAll(async () => {
  await server.close();
  await redis.stop();
});

async function keyOf(scope: KeyScope, good: string | null): Promise<string> {
  const { installation, redis: connection } = server.services;
  const asked = { name: `${scope} ${good}`, scope, environment: good };
  return (await createApiKey(connection, installation.keys, asked, new Date())).secret;
}

type Client = ReturnType<TestServer['client']>;
const change = { environment, expectedVersion: 99 };
const mutations: Record<string, { needs: KeyScope; call: (client: Client) => Promise<unknown> }> = {
  'flags.create': {
    needs: 'admin',
    call: (client) => client.flags.create.mutate({ environment, key: 'checkout' }),
  },
  'flags.update': {
    needs: 'admin',
    call: (client) => client.flags.update.mutate({ ...change, key: 'checkout', change: { name: 'x' } }),
  },
  'metrics.create': {
    needs: 'admin',
    call: (client) => client.metrics.create.mutate({ environment, key: 'signups' }),
  },
  'metrics.update': {
    needs: 'admin',
    call: (client) => client.metrics.update.mutate({ ...change, key: 'signups', change: { name: 'x' } }),
  },
  'metrics.record': {
    needs: 'server',
    call: (client) => client.metrics.record.mutate({ environment, metric: 'nope', user: 'u' }),
  },
  'experiments.create': {
    needs: 'admin',
    call: (client) => client.experiments.create.mutate({ environment, flag: 'checkout' }),
  },
  'experiments.update': {
    needs: 'admin',
    call: (client) => client.experiments.update.mutate({ ...change, flag: 'checkout', change: {} }),
  },
  'rollouts.setStage': {
    needs: 'admin',
    call: (client) => client.rollouts.setStage.mutate({ ...change, flag: 'checkout', stage: 'ga' }),
  },
};
const RANK: KeyScope[] = ['client', 'server', 'admin'];

describe.each(Object.entries(mutations))('%s', (_name, { needs, call }) => {
  test('without a key, or with one that is none, is unauthorized', async () => {
    for (const key of [undefined, 'lg_admin_nonsense', ''])
      expect(await refusal(call(server.client(key)))).toMatchObject({ code: 'UNAUTHORIZED', status: 401 });
  });

  test.each(RANK.flatMap((scope) => ['production', 'staging', 'all'].map((good) => [scope, good] as const)))(
    'with a %s key of %s',
    async (scope, good) => {
      const may = RANK.indexOf(scope) >= RANK.indexOf(needs) && good !== 'staging';
      const { status, message } = await refusal(call(server.client(keys[`${scope} of ${good}`])));
      // Whoever may gets as far as the mistake in the call.
      if (may) expect(status === 409 || status === 400).toBe(true);
      else {
        expect(status).toBe(403);
        expect(message).toMatch(`needs a key of scope ${needs} for production; this one is ${scope}`);
      }
    },
  );
});

test('environments are made by admins of all environments only', async () => {
  for (const [name, key] of Object.entries(keys)) {
    const making = server.client(key).environments.create.mutate({ key: 'staging' });
    if (name === 'admin of all') await making;
    else expect(await refusal(making)).toMatchObject({ status: 403 });
  }
});

test('a key of one environment reads that one and does not see the others', async () => {
  const client = server.client(keys['client of staging']);
  expect((await client.flags.list.query({ environment: 'staging' })).flags).toEqual([]);
  expect(await refusal(client.flags.list.query({ environment }))).toMatchObject({ status: 403 });
  expect(await client.system.info.query()).toMatchObject({
    role: 'client',
    environments: [{ key: 'staging' }],
    defaultEnvironment: 'staging',
  });
});

describe('events', () => {
  const send = (headers: Record<string, string>, body = '[]') =>
    fetch(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

  test('need a key of scope server for their environment', async () => {
    const status = async (key: string, inEnvironment?: string) =>
      (
        await send({
          authorization: `Bearer ${keys[key]}`,
          ...(inEnvironment === undefined ? {} : { 'x-liftgate-environment': inEnvironment }),
        })
      ).status;
    expect(await status('server of all')).toBe(200);
    expect(await status('admin of production')).toBe(200);
    expect(await status('server of staging')).toBe(200); // its own environment is the default
    expect(await status('client of all')).toBe(403);
    expect(await status('server of staging', 'production')).toBe(403);
    const nobody = await send({});
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('of strangers are refused before their body is read', async () => {
    const answer = await send({ authorization: 'Bearer nonsense' }, `"${'x'.repeat(6_000_000)}"`).catch(
      () => null,
    );
    // Refused while still sending, the answer may get lost with the connection.
    expect([401, undefined]).toContain(answer?.status);
  });

  test.each([
    ['Authorization: bearer', (key: string) => ({ authorization: `bearer ${key}` })],
    ['X-API-Key', (key: string) => ({ 'x-api-key': key })],
    ['the session cookie', (key: string) => ({ cookie: `a=b; liftgate_session=${key}` })],
  ])('take the key from %s', async (_name, headers) => {
    expect((await send(headers(keys['server of all'] ?? ''))).status).toBe(200);
    expect((await send(headers('%E0%A4%A'))).status).toBe(401);
  });
});

describe('a session', () => {
  const login = (key: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(key),
    });

  test('puts the key into a cookie that scripts cannot read and other sites do not send', async () => {
    const answer = await login({ key: keys['admin of all'] });
    expect(answer.status).toBe(204);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Strict/i);
    const info = await fetch(`${server.url}/trpc/system.info`, {
      headers: { cookie: cookie.split(';')[0] ?? '' },
    });
    expect(info.status).toBe(200);
    const ended = await fetch(`${server.url}/session`, { method: 'DELETE' });
    expect(ended.headers.get('set-cookie')).toMatch(/liftgate_session=;/);
  });

  test('is not given for anything but a key', async () => {
    expect((await login({ key: 'nonsense' })).status).toBe(401);
    expect((await login({ key: 7 })).status).toBe(400);
    expect((await login({ key: keys['admin of all'], also: 1 })).status).toBe(400);
    expect((await login({ key: keys['admin of all'] }, { origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('a request from elsewhere', () => {
  /** fetch does not let a caller choose Host. */
  const statusFor = (url: string, headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      request(`${url}/trpc/system.info`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  test('with another Origin is refused, even with a key', async () => {
    const authorization = `Bearer ${keys['admin of all']}`;
    const { host } = new URL(server.url);
    expect(await statusFor(server.url, { authorization, origin: `http://${host}` })).toBe(200);
    for (const origin of ['https://evil.example', 'null', `http://${host}.evil.example`])
      expect(await statusFor(server.url, { authorization, origin })).toBe(403);
  });

  test('to the demo under a name that is not the loopback is refused', async () => {
    const demo = await startTestServer(redis.url, { demo: true });
    const { port } = new URL(demo.url);
    expect(await statusFor(demo.url, { host: `localhost:${port}` })).toBe(200);
    for (const host of ['rebound.example', `rebound.example:${port}`, '127.0.0.1.evil.example'])
      expect(await statusFor(demo.url, { host })).not.toBe(200);
    await demo.close();
  });
});

describe('the settings', () => {
  const REDIS_URL = 'redis://u:secret@127.0.0.1:1';

  test('allow the demo on the loopback only', () => {
    expect(() => readEnv({ REDIS_URL, LIFTGATE_DEMO: '1', LIFTGATE_HOST: '0.0.0.0' })).toThrow(
      'LIFTGATE_DEMO needs no keys and so runs on the loopback only, got LIFTGATE_HOST "0.0.0.0": unset one of them',
    );
    expect(readEnv({ REDIS_URL, LIFTGATE_DEMO: 'true', LIFTGATE_HOST: '::1' }).LIFTGATE_DEMO).toBe(true);
    expect(readEnv({ REDIS_URL, LIFTGATE_HOST: '0.0.0.0' }).LIFTGATE_DEMO).toBe(false);
  });

  test('that are wrong are named with their value, but never the password', () => {
    expect(() => readEnv({ REDIS_URL, LIFTGATE_PORT: 'http' })).toThrow(/^LIFTGATE_PORT: .*got "http"$/);
    expect(() => readEnv({ REDIS_URL, LIFTGATE_PARTITIONS: '0' })).toThrow(
      /^LIFTGATE_PARTITIONS: .*got "0"$/,
    );
    expect(() => readEnv({})).toThrow(/^REDIS_URL: /);
    expect(() => readEnv({ REDIS_URL, LIFTGATE_DEMO: 'maybe' })).not.toThrow(/secret/);
  });
});

test('the first admin key is printed once, by the first start, and works', async () => {
  const fresh = await startTestRedis();
  const settings = { LIFTGATE_DEMO: '0', LIFTGATE_PARTITIONS: '4' };
  const [first, second] = await Promise.all([
    startServer(fresh.url, settings),
    startServer(fresh.url, settings),
  ]);
  await Promise.all([first.stop(), second.stop()]);
  const third = await startServer(fresh.url, settings);
  const printed = [await first.ended, await second.ended].map(({ printed }) => printed).join('\n');
  const secrets = [...printed.matchAll(/the first admin key, shown this once: (\S+)/g)].map(([, key]) => key);
  expect(secrets).toHaveLength(1);
  const info = await fetch(`${third.url}/trpc/system.info`, {
    headers: { authorization: `Bearer ${secrets[0]}` },
  });
  expect(info.status).toBe(200);
  expect((await fetch(`${third.url}/trpc/system.info`)).status).toBe(401);
  await third.stop();
  expect((await third.ended).printed).not.toContain('admin key');
  expect((await third.ended).code).toBe(0);
  await fresh.stop();
});
