import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { startTestServer, type TestServer } from './support/server.ts';

const directory = mkdtempSync(join(tmpdir(), 'liftgate-test-dashboard-'));
let redis: TestRedis;
let server: TestServer;

beforeAll(async () => {
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>the page</title>');
  writeFileSync(join(directory, 'assets', 'app-1a2b.js'), 'console.log("again");'.repeat(500));
  redis = await startTestRedis();
  server = await startTestServer(redis.url, { demo: true, dashboardDir: directory });
});
afterAll(async () => {
  await server.close();
  await redis.stop();
  rmSync(directory, { recursive: true });
});

const get = (path: string, accept = 'text/html') => fetch(new URL(path, server.url), { headers: { accept } });

describe('the files of the dashboard', () => {
  test('go out compressed, and the hashed ones are kept for ever', async () => {
    const response = await get('/assets/app-1a2b.js', '*/*');
    expect(response.headers.get('content-encoding')).toMatch(/^(br|gzip)$/);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(await response.text()).toHaveLength(10_500);
  });

  test('the page answers every path it may route by itself, and is asked for anew each time', async () => {
    const response = await get('/production/experiments/checkout');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toContain('the page');
  });

  test('a file that is not there is no page', async () => {
    const gone = await get('/assets/gone.js', '*/*');
    expect(gone.status).toBe(404);
    // Where the files are on this machine is nobody's business.
    expect(await gone.json()).toEqual({ error: { code: 'not_found', message: 'nothing here' } });
    expect((await get('/v1/nothing')).status).toBe(404);
  });

  test('a stream of changes is not held back by compression', async () => {
    const input = encodeURIComponent(JSON.stringify({ environment: 'production' }));
    const response = await get(`/trpc/system.changes?input=${input}`, 'text/event-stream');
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('content-encoding')).toBeNull();
    await response.body?.cancel();
  });
});
