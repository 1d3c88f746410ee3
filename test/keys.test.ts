// API keys from the command line: made once, listed without their secret, ended at once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLiftgateClient } from '@liftgate/server/client';
import { liftgate, startServer, type RunningServer } from './support/processes.ts';
import { startTestRedis, type TestRedis } from './support/redis.ts';

const SLOW_MS = 60_000;

describe('liftgate keys', { timeout: SLOW_MS }, () => {
  let redis: TestRedis;
  let server: RunningServer;
  let admin: string;

  beforeAll(async () => {
    redis = await startTestRedis();
    server = await startServer(redis.url, { LIFTGATE_DEMO: '0' });
    admin = secretIn(server.printed());
  }, SLOW_MS);
  afterAll(async () => {
    await server?.stop();
    await redis?.stop();
  });

  const keys = (args: string[], key = admin) =>
    liftgate(['keys', ...args], { LIFTGATE_URL: server.url, LIFTGATE_KEY: key });

  it('a made key works at once, is listed without its secret, and is of no use once it is revoked', async () => {
    const made = await keys(['create', '--scope', 'server', '--name', 'shop backend']);
    const secret = secretIn(made.out);
    const send = () => createLiftgateClient({ url: server.url, key: secret }).system.progress.query();
    await expect(send()).resolves.toMatchObject({ behind: 0 });

    const listed = await keys(['list']);
    expect(listed.out).toMatch(/server\s+production\s+\S+\s+shop backend/);
    expect(listed.out).toContain('first admin');
    expect(listed.out).not.toContain(secret);

    const id = /Key (\S+):/.exec(made.out)?.[1] ?? '';
    expect((await keys(['revoke', id])).out).toBe(`Revoked ${id}.\n`);
    await expect(send()).rejects.toMatchObject({ data: { code: 'UNAUTHORIZED' } });
  });

  it('whoever may not make keys is told what is needed', async () => {
    const { out } = await keys(['create', '--scope', 'server']);
    const refused = await keys(['create', '--scope', 'admin'], secretIn(out));
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('needs an admin key for production; this one is server for production');
  });

  it('an admin of one environment sees and makes the keys of that one only', async () => {
    const { out } = await keys(['create', '--scope', 'admin', '--name', 'production admin']);
    const local = secretIn(out);
    const { keys: seen } = JSON.parse((await keys(['list', '--json'], local)).out) as {
      keys: { environment: string | null }[];
    };
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every(({ environment }) => environment === 'production')).toBe(true);
    const wide = await keys(['create', '--scope', 'client', '--everywhere'], local);
    expect(wide.err).toContain('needs an admin key for every environment');
  });

  it('the last key that opens everything cannot be revoked, and a key that is not there cannot either', async () => {
    const all = JSON.parse((await keys(['list', '--json'])).out) as { keys: { id: string; name: string }[] };
    const first = all.keys.find(({ name }) => name === 'first admin');
    const last = await keys(['revoke', first?.id ?? '']);
    expect(last.err).toContain('is the last admin key for every environment; make another one first');
    expect((await keys(['revoke', 'nothing'])).err).toContain('no key "nothing"');
    expect((await keys(['revoke'])).err).toContain("missing required argument 'id'");
  });

  it('a lost first key is replaced by asking for another one at a start', async () => {
    const again = await startServer(redis.url, { LIFTGATE_DEMO: '0', LIFTGATE_NEW_ADMIN_KEY: '1' });
    try {
      expect(again.printed()).toContain('another admin key');
      expect((await keys(['list'], secretIn(again.printed()))).code).toBe(0);
    } finally {
      await again.stop();
    }
  });
});

function secretIn(text: string): string {
  return /lg_\w+_[\w-]+/.exec(text)?.[0] ?? '';
}
