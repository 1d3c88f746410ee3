// The launcher against three small stand-ins that keep its contract with server, worker and demo. What it says and
// how it stops is tested here in seconds; start.test.ts runs the real thing.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onPath } from '../../scripts/packages.mjs';
import { isRunning } from '../../scripts/processes.mjs';
import { ctrlC, launch, type Launched } from '../support/launcher.ts';
import { eventually } from '../support/eventually.ts';

const scratch = mkdtempSync(join(tmpdir(), 'liftgate-launcher-'));
const checkout = join(scratch, 'checkout');
const temporary = join(scratch, 'tmp');
const launched: Launched[] = [];

beforeAll(() => {
  const repository = new URL('../../', import.meta.url).pathname;
  mkdirSync(temporary, { recursive: true });
  cpSync(join(repository, 'scripts'), join(checkout, 'scripts'), { recursive: true });
  write('package.json', '{ "type": "module", "scripts": { "start": "node scripts/start.mjs" } }');
  write('pnpm-lock.yaml', 'lockfileVersion: 9');
  write('node_modules/.pnpm/lock.yaml', 'lockfileVersion: 9');
  write('node_modules/.bin/tsc', '#!/bin/sh\nif [ -n "$SLOW_BUILD" ]; then exec sleep 600; fi\n', 0o755);

  const note = `import { appendFileSync } from 'node:fs';
    const note = (words) => appendFileSync(process.env.NOTES ?? '/dev/null', words + '\\n');`;
  write(
    'apps/server/dist/main.js',
    `${note} ${stopOn('server')}
     import { createServer } from 'node:http';
     const { LIFTGATE_HOST, LIFTGATE_PORT } = process.env;
     const answer = (path) => path.includes('system.info') ? { defaultEnvironment: 'demo' } : { experiments: [{ result: {} }] };
     createServer((request, response) => response.end(request.url.startsWith('/trpc/')
       ? JSON.stringify({ result: { data: answer(request.url) } }) : 'ok demo=' + process.env.LIFTGATE_DEMO)).listen(Number(LIFTGATE_PORT), LIFTGATE_HOST, () =>
       process.send({ kind: 'listening', url: 'http://' + LIFTGATE_HOST + ':' + LIFTGATE_PORT }));`,
  );
  write(
    'apps/worker/dist/main.js',
    `${note}
     process.on('SIGTERM', () => setTimeout(() => { note('worker stopped'); process.exit(0); }, 300));
     if (process.env.WORKER_DIES) { console.error('no such stream: liftgate:7'); process.exit(3); }
     if (process.env.WORKER_STUBBORN) { process.removeAllListeners('SIGTERM'); process.on('SIGTERM', () => {}); }
     setTimeout(() => process.send({ kind: 'ready' }), Number(process.env.WORKER_LATE ?? 0)); setInterval(() => {}, 1000);`,
  );
  write(
    'apps/demo/dist/main.js',
    `${note} ${stopOn('demo')}
     process.on('message', () => {});
     process.send({ kind: 'seeded', flags: 5, events: 12345 });`,
  );
});

afterAll(async () => {
  for (const { child } of launched) child.kill('SIGKILL');
  await eventually(() => launched.every((one) => one.everything().length === 0));
  rmSync(scratch, { recursive: true, force: true });
});

describe('npm start', { timeout: 240_000 }, () => {
  test('ends with one screen: storage, addresses, keys, what to try, how to stop', async () => {
    const started = start();
    await started.says(/Stop {8}Ctrl\+C/);
    const screen = started.printed();
    expect(screen).toMatch(/first live number after \d+\.\d s/);
    expect(screen).toMatch(/Dashboard {3}http:\/\/127\.0\.0\.1:\d+\n/);
    expect(screen).toMatch(/tRPC {8}http:\/\/127\.0\.0\.1:\d+\/trpc\n/);
    expect(screen).toMatch(/Events {6}http:\/\/127\.0\.0\.1:\d+\/v1\/events\n/);
    expect(screen).toContain('Keys        none needed on loopback');
    expect(screen).toMatch(
      /Storage {5}private (redis|valkey)-server \d+\.\d+\.\d+ on port \d+, data in \.liftgate\/redis/,
    );
    expect(screen).toContain('5 flags, 12,345 events');
    expect(screen).not.toContain('\u001b');
    await stop(started);
  });

  test('Ctrl+C stops demo, worker, server and Redis in this order and leaves nothing', async () => {
    const notes = join(scratch, 'notes-order');
    const started = start({ environment: { NOTES: notes } });
    const redis = await redisOf(started);
    const everything = started.everything();
    expect(everything.length).toBeGreaterThanOrEqual(5); // launcher, Redis, server, worker, demo
    ctrlC(started);
    expect(await started.ended()).toBe(0);
    expect(readFileSync(notes, 'utf8')).toBe('demo stopped\nworker stopped\nserver stopped\n');
    await eventually(() => !everything.some(isRunning)); // the watchdogs end a moment later
    await expect(ping(redis)).rejects.toThrow();
    expect(readdirSync(temporary)).toEqual([]);
  });

  // A shell that steps aside for its last command (bash does) makes npm's own signal reach the launcher as well.
  test.each(['sh', 'bash'].filter(onPath))(
    'through npm and %s, which may pass the same Ctrl+C on a second time, the stop is as orderly',
    async (shell) => {
      const notes = join(scratch, `notes-npm-${shell}`);
      const environment = { NOTES: notes, npm_config_script_shell: shell };
      const started = start({ environment, through: 'npm' });
      await started.says(/Stop {8}Ctrl\+C/);
      const everything = started.everything();
      ctrlC(started);
      await started.ended();
      await eventually(() => !everything.some(isRunning));
      expect(readFileSync(notes, 'utf8')).toBe('demo stopped\nworker stopped\nserver stopped\n');
    },
  );

  test.each(['sh', 'bash'].filter(onPath))(
    'a SIGTERM that only npm hears, with %s between, stops everything in order too',
    async (shell) => {
      const notes = join(scratch, `notes-term-${shell}`);
      const started = start({
        environment: { NOTES: notes, npm_config_script_shell: shell },
        through: 'npm',
      });
      await started.says(/Stop {8}Ctrl\+C/);
      const everything = started.everything();
      started.child.kill('SIGTERM');
      await eventually(() => !everything.some(isRunning));
      expect(readFileSync(notes, 'utf8')).toBe('demo stopped\nworker stopped\nserver stopped\n');
      expect(readdirSync(temporary)).toEqual([]);
    },
  );

  test.each(['SIGTERM', 'SIGHUP'] as const)('%s stops it as well', async (signal) => {
    const started = start();
    await started.says(/Stop {8}Ctrl\+C/);
    const everything = started.everything();
    started.child.kill(signal);
    expect(await started.ended()).toBe(0);
    await eventually(() => !everything.some(isRunning)); // the watchdogs end a moment later
  });

  test('a second Ctrl+C ends a process that does not want to stop', async () => {
    const started = start({ environment: { WORKER_STUBBORN: '1' } });
    await started.says(/Stop {8}Ctrl\+C/);
    const everything = started.everything();
    const pressedAt = Date.now();
    ctrlC(started);
    await eventually(() => Date.now() - pressedAt > 1_500);
    expect(started.child.exitCode).toBeNull();
    ctrlC(started);
    await started.ended();
    await eventually(() => !everything.some(isRunning));
  });

  test('a demo that is done before the worker is ready is heard', async () => {
    const started = start({ environment: { WORKER_LATE: '1500' } });
    await started.says(/Stop {8}Ctrl\+C/);
    await stop(started);
  });

  test('Ctrl+C during the start-up ends it just as well', async () => {
    const started = start({ environment: { SLOW_BUILD: '1' } });
    await started.says(/Building/);
    const everything = started.everything();
    started.child.kill('SIGINT');
    expect(await started.ended()).toBe(0);
    await eventually(() => !everything.some(isRunning));
    expect(started.printed()).not.toContain('failed');
  });

  test('killed with SIGKILL, nothing of it stays', async () => {
    const started = start();
    await started.says(/Stop {8}Ctrl\+C/);
    const everything = started.everything();
    started.child.kill('SIGKILL');
    await eventually(() => !everything.some(isRunning));
  });

  test('a process that dies is named with its last words, and the rest is stopped', async () => {
    const started = start({ environment: { WORKER_DIES: '1' } });
    expect(await started.ended()).toBe(1);
    expect(started.printed()).toMatch(
      /The worker ended \(code 3\)\. Its last lines:\n {2}no such stream: liftgate:7/,
    );
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('a process that is killed later is named too', async () => {
    const started = start();
    await started.says(/Stop {8}Ctrl\+C/);
    const everything = started.everything();
    const redis = await redisOf(started);
    const client = new Redis(redis, { retryStrategy: () => null });
    client.on('error', () => {});
    await client.call('SHUTDOWN', 'NOSAVE').catch(() => {});
    expect(await started.ended()).toBe(1);
    expect(started.printed()).toMatch(/The redis-server ended/);
    await eventually(() => !everything.some(isRunning)); // the watchdogs end a moment later
  });

  test('a second one beside the first takes another port and another data directory', async () => {
    const first = start();
    const [, firstUrl] = await first.says(/Dashboard {3}(\S+)/);
    const second = start();
    const [, secondUrl] = await second.says(/Dashboard {3}(\S+)/);
    expect(secondUrl).not.toBe(firstUrl);
    await second.says(/data in \.liftgate\/redis-2 \(another one is running beside it\)/);
    expect(await (await fetch(firstUrl ?? '')).text()).toBe('ok demo=1');
    await stop(second);
    await stop(first);
  });

  test('after a SIGKILL the same data directory is free again', async () => {
    const first = start();
    await command(await redisOf(first), 'SET', 'survives', 'yes');
    await first.says(/data in \.liftgate\/redis\n/);
    const everything = first.everything();
    first.child.kill('SIGKILL');
    await eventually(() => !everything.some(isRunning));
    const second = start();
    await second.says(/data in \.liftgate\/redis\n/);
    expect(await command(await redisOf(second), 'GET', 'survives')).toBe('yes');
    await stop(second);
  });

  test('data stays from one start to the next; --fresh starts from nothing', async () => {
    const first = start();
    await command(await redisOf(first), 'SET', 'kept', 'yes');
    await stop(first);
    const second = start();
    expect(await command(await redisOf(second), 'GET', 'kept')).toBe('yes');
    await stop(second);
    const third = start({ args: ['--fresh'] });
    expect(await command(await redisOf(third), 'GET', 'kept')).toBeNull();
    await stop(third);
  });

  test('--no-demo starts without demo data', async () => {
    const notes = join(scratch, 'notes-no-demo');
    const started = start({ args: ['--no-demo'], environment: { NOTES: notes } });
    await started.says(/Stop {8}Ctrl\+C/);
    expect(started.printed()).not.toContain('Demo data');
    await stop(started);
    expect(readFileSync(notes, 'utf8')).toBe('worker stopped\nserver stopped\n');
  });

  test('REDIS_URL is used instead of the private Redis, and its password is not shown', async () => {
    const started = start({ environment: { REDIS_URL: 'redis://me:secret@127.0.0.1:6390/2' } });
    await started.says(/Storage {5}your Redis at redis:\/\/me:\*\*\*@127\.0\.0\.1:6390\/2 \(REDIS_URL\)/);
    expect(started.printed()).not.toContain('secret');
    await stop(started);
  });

  test('a data directory that cannot be written is said, and a temporary one serves', async () => {
    writeFileSync(join(scratch, 'a-file'), '');
    const started = start({ environment: { LIFTGATE_DATA_DIR: join(scratch, 'a-file', 'redis') } });
    await started.says(/data in a temporary directory, gone when it stops: .*cannot be written/);
    await stop(started);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('where nothing can lock a directory, a temporary one serves, and it is said', async () => {
    const started = start({
      environment: { PATH: pathOf('node', 'sh', 'sleep', 'rm', 'redis-server', 'valkey-server') },
    });
    await started.says(/data in a temporary directory, gone when it stops: this system has no flock/);
    await started.says(/Stop {8}Ctrl\+C/);
    await stop(started);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('without any Redis it says what is missing, the line to type, and that REDIS_URL serves', async () => {
    const started = start({ environment: { PATH: pathOf('node', 'sh'), LIFTGATE_NO_INSTALL: '1' } });
    expect(await started.ended()).toBe(1);
    expect(started.printed()).toContain('neither redis-server nor valkey-server is on PATH');
    expect(started.printed()).toMatch(/Install it: .*\n.*REDIS_URL=/);
  });

  test('away from the loopback keys are asked for and there is no demo data', async () => {
    const started = start({ environment: { LIFTGATE_HOST: '0.0.0.0' } });
    const [, port] = await started.says(/Dashboard {3}http:\/\/0\.0\.0\.0:(\d+)[\s\S]*Ctrl\+C/);
    expect(started.printed()).toContain('Keys        needed');
    expect(started.printed()).not.toContain('Demo data');
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok demo=0');
    await stop(started);
  });

  test('a port that was asked for and is taken is an error that says so', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const started = start({ environment: { LIFTGATE_PORT: String(port) } });
    expect(await started.ended()).toBe(1);
    expect(started.printed()).toContain('EADDRINUSE');
    other.close();
  });

  test('an option it does not know is refused with the list of those it knows', async () => {
    const started = start({ args: ['--frehs'] });
    expect(await started.ended()).toBe(2);
    expect(started.printed()).toContain('Unknown option --frehs');
    expect(started.printed()).toContain('--no-demo');
  });
});

/** For a stand-in: what it does on SIGTERM. */
function stopOn(name: string): string {
  return `process.on('SIGTERM', () => { note('${name} stopped'); process.exit(0); });`;
}

function start(options: Partial<Parameters<typeof launch>[0]> = {}): Launched {
  const environment = { TMPDIR: temporary, ...options.environment };
  const one = launch({ directory: checkout, ...options, environment });
  launched.push(one);
  return one;
}

/** A PATH that has these programs only, those of them that exist here. */
function pathOf(...names: readonly string[]): string {
  const bin = mkdtempSync(join(scratch, 'bin-'));
  for (const name of names) {
    const path = onPath(name);
    if (path !== undefined) symlinkSync(path, join(bin, name));
  }
  return bin;
}

async function stop(started: Launched): Promise<void> {
  ctrlC(started);
  expect(await started.ended()).toBe(0);
}

async function redisOf(started: Launched): Promise<string> {
  const [, port] = await started.says(/on port (\d+)[\s\S]*Ctrl\+C/);
  return `redis://127.0.0.1:${port}`;
}

async function command(url: string, name: string, ...args: string[]): Promise<unknown> {
  const client = new Redis(url);
  try {
    return await client.call(name, ...args);
  } finally {
    client.disconnect();
  }
}

async function ping(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
  } finally {
    client.disconnect();
  }
}

function write(path: string, text: string, mode = 0o644): void {
  const at = join(checkout, path);
  if (!existsSync(join(at, '..'))) mkdirSync(join(at, '..'), { recursive: true });
  writeFileSync(at, text, { mode });
}
