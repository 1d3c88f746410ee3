// A private redis-server (or valkey-server): found, installed where allowed, started on a free port with its own
// directory, and gone when the process that started it is gone. No dependencies: it runs before anything is
// installed. The settings below are the ones the product needs; storage checks them again on any other Redis.
// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { aptInstall, installLine, onPath, whyNoApt } from './packages.mjs';
import { guard, unref } from './watchdog.mjs';

export const oldestRedis = '7.0.0';

/** @type {import('./packages.mjs').PackageNames} */
const packageNames = {
  apt: 'redis-server',
  brew: 'redis',
  dnf: 'valkey',
  apk: 'redis',
  pacman: 'valkey',
  zypper: 'redis',
};
const answerWithinMs = 60_000; // it also has to load its append-only file
const stopWithinMs = 10_000;
const logLinesKept = 20;

/** @type {typeof import('./redis.mjs').findRedisServer} */
export function findRedisServer() {
  return candidates().find((program) => !isOlder(program.version, oldestRedis));
}

/** @type {typeof import('./redis.mjs').ensureRedisServer} */
export function ensureRedisServer({ log = () => {}, urlServes = false } = {}) {
  const found = findRedisServer();
  if (found !== undefined) return found;

  const tooOld = candidates()[0];
  const need = `Liftgate keeps its data in Redis ${oldestRedis.slice(0, 3)} or newer (or Valkey)`;
  const missing =
    tooOld === undefined
      ? `${need}, and neither redis-server nor valkey-server is on PATH.`
      : `${need}, and ${tooOld.path} is ${tooOld.version}.`;
  let why = whyNoApt();
  if (why === undefined && tooOld === undefined) {
    why = aptInstall(['redis-server'], log);
    const installed = findRedisServer();
    if (installed !== undefined) return installed;
    why ??= `the redis-server that apt has here is ${candidates()[0]?.version ?? 'not on PATH'}`;
  }
  throw new Error(
    [
      missing,
      ...(why === undefined ? [] : [`(${why})`]),
      `  Install it:      ${(tooOld ? undefined : installLine(packageNames)) ?? 'https://redis.io/docs/latest/operate/oss_and_stack/install/'}`,
      ...(urlServes ? ['  Or use your own: REDIS_URL=redis://host:6379'] : []),
    ].join('\n'),
  );
}

/** @type {typeof import('./redis.mjs').startRedis} */
export async function startRedis(options = {}) {
  const program = findRedisServer() ?? ensureRedisServer();
  const temporary = options.directory === undefined;
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'liftgate-redis-'));
  mkdirSync(directory, { recursive: true });
  try {
    // Between finding a free port and binding it somebody else may take it: then again.
    for (let attempt = 1; ; attempt++) {
      const port = options.port ?? (await freePort());
      const server = launch(program, directory, temporary, port, options);
      const failure = await answering(server, port);
      if (failure === undefined) return handle(server, program, directory, temporary, port);
      await server.kill();
      const portTaken = /Address already in use|Failed listening on port/.test(failure);
      if (!portTaken || options.port !== undefined || attempt === 10) {
        throw new Error(`${program.name} ${program.version} did not start on port ${port}: ${failure}`);
      }
    }
  } catch (error) {
    if (temporary) rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

/**
 * @param {import('./redis.mjs').RedisServerProgram} program
 * @param {string} directory
 * @param {boolean} temporary
 * @param {number} port
 * @param {import('./redis.mjs').RedisOptions} options
 */
function launch(program, directory, temporary, port, { appendonly = true, args = [], lock }) {
  const settings = [
    ['--bind', '127.0.0.1'],
    ['--port', String(port)],
    ['--dir', directory],
    ['--daemonize', 'no'],
    ['--appendonly', appendonly ? 'yes' : 'no'],
    ['--appendfsync', 'everysec'],
    ['--maxmemory-policy', 'noeviction'],
    // Small hashes stay packed up to 128 fields: measured, a unit's record then takes a third of the memory.
    ['--hash-max-listpack-value', '128'],
    ['--hash-max-listpack-entries', '128'],
    ['--save', ''],
  ].flat();
  const child = spawn(program.path, [...settings, ...args], {
    detached: true, // the terminal's Ctrl+C is for its owner, who stops it last
    stdio: ['ignore', 'pipe', 'pipe', ...(lock === undefined ? [] : [lock])],
  });
  /** @type {string[]} */
  const lastLines = [];
  /** @param {Buffer} chunk */
  const remember = (chunk) => {
    lastLines.push(...chunk.toString().split('\n').filter(Boolean));
    lastLines.splice(0, lastLines.length - logLinesKept);
  };
  child.stdout?.on('data', remember);
  child.stderr?.on('data', remember);
  const watchdog = child.pid === undefined ? undefined : guard(child.pid, temporary ? directory : '');
  /** @type {Promise<import('./redis.mjs').RedisExit>} */
  const exited = new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, lastLines: [error.message] }));
    child.on('close', (code, signal) => resolve({ code, signal, lastLines }));
  });
  void exited.then(() => watchdog?.release());
  return {
    pid: child.pid ?? -1,
    exited,
    /** Lets the owner's event loop end; the watchdog then stops the server. */
    background: () => {
      child.unref();
      unref(child.stdout);
      unref(child.stderr);
    },
    /** @param {NodeJS.Signals} signal */
    end: async (signal) => {
      child.ref();
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      child.kill(signal);
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      await this.end('SIGKILL');
    },
  };
}

/**
 * @param {ReturnType<typeof launch>} server
 * @param {import('./redis.mjs').RedisServerProgram} program
 * @param {string} directory
 * @param {boolean} temporary
 * @param {number} port
 * @returns {import('./redis.mjs').PrivateRedis}
 */
function handle(server, program, directory, temporary, port) {
  server.background();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: server.pid,
    directory,
    program,
    exited: server.exited,
    async stop() {
      await server.end('SIGTERM');
      if (temporary) rmSync(directory, { recursive: true, force: true });
    },
    kill: () => server.end('SIGKILL'),
  };
}

/** Undefined once this very server answers; else why it never did.
 * @param {ReturnType<typeof launch>} server
 * @param {number} port
 * @returns {Promise<string | undefined>} */
async function answering(server, port) {
  const deadline = Date.now() + answerWithinMs;
  let ended = false;
  void server.exited.then(() => (ended = true));
  for (;;) {
    if (ended) return (await server.exited).lastLines.slice(-3).join(' ') || 'it ended without a word';
    // Its own process id: another server may have taken the port between our look and our start.
    const answer = await ask(port, 'PING\r\nINFO server\r\n', 'process_id:');
    if (answer?.startsWith('+PONG')) {
      return answer.includes(`process_id:${server.pid}\r`) ? undefined : 'Address already in use';
    }
    if (Date.now() > deadline) return `no answer to PING within ${answerWithinMs / 1000} s`;
    await sleep(20);
  }
}

/** What comes back for a request over a raw socket, up to the line that holds `until`.
 * @param {number} port
 * @param {string} request
 * @param {string} until
 * @returns {Promise<string | undefined>} */
function ask(port, request, until) {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    /** @param {string | undefined} result */
    const finish = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      answer += chunk.toString();
      if (answer.startsWith('-')) return finish(undefined); // still loading its data
      const at = answer.indexOf(until);
      if (at >= 0 && answer.indexOf('\r', at) >= 0) finish(answer);
    });
    socket.on('timeout', () => finish(undefined));
    socket.on('error', () => finish(undefined));
    socket.on('end', () => finish(undefined));
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** Every Redis-compatible server on PATH, whatever its version.
 * @returns {import('./redis.mjs').RedisServerProgram[]} */
function candidates() {
  return ['redis-server', 'valkey-server'].flatMap((name) => {
    const path = onPath(name);
    if (path === undefined) return [];
    // "Redis server v=7.0.15 sha=…", "Valkey server v=8.0.1 sha=…"
    const version = /v=(\d+\.\d+\.\d+)/.exec(
      spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? '',
    )?.[1];
    return version === undefined ? [] : [{ name, path, version }];
  });
}

/** @param {string} version @param {string} than */
function isOlder(version, than) {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
