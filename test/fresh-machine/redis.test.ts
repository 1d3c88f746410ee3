import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { claimDataDirectory, type Claim } from '../../scripts/data-directory.mjs';
import { installLine, platform } from '../../scripts/packages.mjs';
import { isRunning } from '../../scripts/processes.mjs';
import { startRedis } from '../../scripts/redis.mjs';
import { eventually } from '../support/eventually.ts';
import { startTestRedis } from '../support/redis.ts';

const scripts = new URL('../../scripts/', import.meta.url).href;
const scratch = mkdtempSync(join(tmpdir(), 'liftgate-scratch-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('a private Redis', { timeout: 120_000 }, () => {
  test('answers on loopback with the settings the product needs, and leaves nothing behind', async () => {
    const redis = await startTestRedis();
    try {
      const client = redis.client();
      const settings = ['appendonly', 'appendfsync', 'maxmemory-policy', 'bind', 'save'];
      const values = await Promise.all(settings.map(async (name) => await client.config('GET', name)));
      expect(values).toEqual([
        ['appendonly', 'yes'],
        ['appendfsync', 'everysec'],
        ['maxmemory-policy', 'noeviction'],
        ['bind', '127.0.0.1'],
        ['save', ''],
      ]);
      await client.set('a', '1');
      await redis.flush();
      expect(await client.get('a')).toBeNull();
    } finally {
      await redis.stop();
    }
    expect(existsSync(redis.directory)).toBe(false);
  });

  test('killed with SIGKILL and started again, it has what its append-only file had', async () => {
    const redis = await startTestRedis({ args: ['--appendfsync', 'always'] });
    try {
      const client = redis.client();
      await client.set('kept', 'yes');
      await redis.kill9();
      await redis.restart();
      expect(await client.get('kept')).toBe('yes');
    } finally {
      await redis.stop();
    }
  });

  test('five at once get five ports', async () => {
    const servers = await Promise.all(Array.from({ length: 5 }, async () => await startTestRedis()));
    expect(new Set(servers.map((server) => server.port)).size).toBe(5);
    await Promise.all(servers.map(async (server) => await server.stop()));
  });

  test('when its owner is killed with SIGKILL, neither server nor temporary directory stays', async () => {
    const owner = join(scratch, 'owner.mjs');
    writeFileSync(
      owner,
      `import { startRedis } from '${scripts}redis.mjs';
       const { pid, directory } = await startRedis();
       console.log(JSON.stringify({ pid, directory }));
       setInterval(() => {}, 1000);`,
    );
    const child = spawn(process.execPath, [owner], { stdio: ['ignore', 'pipe', 'inherit'] });
    const started = await new Promise<{ pid: number; directory: string }>((resolve) => {
      child.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())));
    });
    expect(isRunning(started.pid)).toBe(true);
    child.kill('SIGKILL');
    await eventually(() => !isRunning(started.pid) && !existsSync(started.directory));
  });
});

describe('a data directory', { timeout: 120_000 }, () => {
  test('is held as long as its server lives, even when who claimed it is gone', async () => {
    const preferred = join(scratch, 'data');
    const first = claim(preferred);
    expect(first.directory).toBe(preferred);
    const server = await startRedis(first);
    closeSync(first.lock); // as the end of the launcher does
    const beside = claim(preferred);
    expect(beside).toMatchObject({ directory: `${preferred}-2`, shared: true });
    await server.kill();
    const again = claim(preferred);
    expect(again).toMatchObject({ directory: preferred, shared: false });
    closeSync(beside.lock);
    closeSync(again.lock);
  });

  test('is emptied when a fresh one is wanted, but never one that is in use', () => {
    const preferred = join(scratch, 'fresh');
    const first = claim(preferred);
    writeFileSync(join(preferred, 'data'), 'in use');
    const beside = claim(preferred, { fresh: true });
    expect(beside.directory).toBe(`${preferred}-2`);
    expect(readdirSync(preferred)).toContain('data');
    closeSync(first.lock);
    closeSync(claim(preferred, { fresh: true }).lock);
    expect(readdirSync(preferred)).not.toContain('data');
    closeSync(beside.lock);
  });
});

describe('where there is no redis-server', { timeout: 120_000 }, () => {
  test('the message says what is missing, why it was not installed, and the one line to type', () => {
    const said = ensure({ PATH: scratch, LIFTGATE_NO_INSTALL: '1' });
    expect(said).toContain('neither redis-server nor valkey-server is on PATH');
    expect(said).toContain('LIFTGATE_NO_INSTALL=1 forbids installing it');
    expect(said).toMatch(/Install it: +\S.*/);
  });

  test('a server too old is named with its version', () => {
    const bin = mkdtempSync(join(scratch, 'old-'));
    fakeProgram(
      bin,
      'redis-server',
      'echo "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64"',
    );
    expect(ensure({ PATH: bin, LIFTGATE_NO_INSTALL: '1' })).toContain('redis-server is 6.0.16');
  });

  test('valkey-server serves as well', () => {
    const bin = mkdtempSync(join(scratch, 'valkey-'));
    fakeProgram(
      bin,
      'valkey-server',
      'echo "Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64"',
    );
    expect(ensure({ PATH: bin })).toContain(join(bin, 'valkey-server'));
  });

  test.runIf(process.getuid?.() === 0)('as root on Debian it is installed with apt, after saying so', () => {
    const bin = mkdtempSync(join(scratch, 'apt-'));
    fakeProgram(
      bin,
      'apt-get',
      `echo "$*" >> ${bin}/calls; test -e ${bin}/lists || { [ "$1" = update ] && echo > ${bin}/lists; exit 100; }
      printf '#!/bin/sh\\necho "Redis server v=7.0.15 sha=0"\\n' > ${bin}/redis-server; /bin/chmod +x ${bin}/redis-server`,
    );
    const said = ensure({ PATH: bin });
    expect(said).toContain('Installing redis-server with apt');
    expect(said).toContain(join(bin, 'redis-server'));
    expect(readdirSync(bin)).toContain('calls');
  });
});

function claim(preferred: string, options?: { fresh: boolean }): Extract<Claim, { kind: 'claimed' }> {
  const claimed = claimDataDirectory(preferred, options);
  if (claimed.kind !== 'claimed') throw new Error(claimed.why);
  return claimed;
}

/** What a process that needs Redis says in this environment. */
function ensure(environment: Record<string, string>): string {
  const code = `import { ensureRedisServer } from '${scripts}redis.mjs';
    try { console.log(ensureRedisServer({ log: console.log }).path) } catch (error) { console.log(error.message) }`;
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: environment,
  });
  return result.stdout + result.stderr;
}

describe('the line to type', () => {
  const names = {
    apt: 'redis-server',
    brew: 'redis',
    dnf: 'valkey',
    apk: 'redis',
    pacman: 'valkey',
    zypper: 'redis',
  };
  test.each([
    ['darwin', '', /^brew install redis$/],
    ['win32', '', /wsl/],
    ['linux', 'ID=debian\nVERSION_ID="12"', /^(sudo )?apt install redis-server$/],
    ['linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"', /^(sudo )?apt install redis-server$/],
    ['linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"', /^(sudo )?dnf install valkey$/],
    ['linux', 'ID=alpine', /^(sudo )?apk add redis$/],
    ['linux', 'ID=manjaro\nID_LIKE=arch', /^(sudo )?pacman -S valkey$/],
    ['linux', 'ID="opensuse-leap"\nID_LIKE="suse opensuse"', /^(sudo )?zypper install redis$/],
  ] as const)('on %s with %j', (kernel, osRelease, line) => {
    expect(installLine(names, platform(kernel, osRelease))).toMatch(line);
  });

  test('is not made up where the system is unknown', () => {
    expect(installLine(names, platform('linux', 'ID=plan9'))).toBeUndefined();
  });
});

function fakeProgram(directory: string, name: string, script: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}
