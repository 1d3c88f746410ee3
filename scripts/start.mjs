// npm start: the whole of Liftgate on this machine, and one command to end it.
//
//   dependencies and build  →  Redis  →  server, worker  →  demo data  →  one screen
//
// Stops in the opposite order: demo, worker, server, Redis.
// @ts-check
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { claimDataDirectory } from './data-directory.mjs';
import { firstLiveNumber } from './live-number.mjs';
import { startProcess } from './process.mjs';
import { ensureRedisServer, startRedis } from './redis.mjs';
import { screen } from './screen.mjs';
import { buildDashboard, checkNode, compile, installDependencies, root, stopRunning } from './workspace.mjs';

const usage = `npm start -- [options]

  --fresh      start from an empty data directory
  --no-demo    without demo data
  --verbose    show what the processes print, not only their warnings
  --help

Environment
  REDIS_URL             a Redis of yours instead of the private one
  LIFTGATE_PORT         the port of the server (default: 4600, or the next free one)
  LIFTGATE_HOST         the address it listens on (default: 127.0.0.1; any other asks for keys and has no demo data)
  LIFTGATE_DATA_DIR     where the private Redis keeps its data (default: .liftgate/redis)
  LIFTGATE_NO_INSTALL   1 forbids installing system packages`;

const firstPort = 4600;
const startWithinMs = 120_000;
const stopWithinMs = 10_000;
const killWithinMs = 2_000;
// npm passes Ctrl+C on to us although the terminal has sent it already: two signals, one key.
const sameKeyMs = 1_000;
const lookForNpmEveryMs = 500;

/** Everything that runs, in the order it was started.
 * @type {{ stop: (withinMs: number) => Promise<void>, kill: () => unknown }[]} */
const running = [];
/** @type {Promise<void> | undefined} */
let stopped;
/** @type {() => void} */
let interrupt = () => {};
/** Rejects when stopping begins, so that no step of the start-up waits any longer.
 * @type {Promise<never>} */
const interrupted = new Promise((_, reject) => (interrupt = () => reject(new Error('interrupted'))));
interrupted.catch(() => {});

const host = process.env['LIFTGATE_HOST'] || '127.0.0.1';
// On the loopback nobody else can come in, so no keys are asked for. Elsewhere they are, by the demo's writer too.
const open = ['127.0.0.1', 'localhost', '::1'].includes(host);
const options = parseOptions(process.argv.slice(2));
process.stdout.on('error', () => {}); // the terminal may be gone when we say goodbye
process.stderr.on('error', () => {});
listenToSignals();
followNpm();
/** @type {Promise<void> | undefined} */
let dashboard;
const starting = startAll();
starting.then(
  (lines) => lines.forEach(print),
  (error) => end(1, [messageOf(error)]), // has no effect when it is an interrupt that ended the start-up
);

/** @returns {Promise<string[]>} the screen */
async function startAll() {
  checkNode();
  await installDependencies({ log: print });
  const begun = performance.now();
  const storage = await openStorage();
  await compile({ log: print });
  dashboard = buildDashboard({ log: print }); // while the processes start
  dashboard.catch(() => {}); // told below

  const url = await unlessInterrupted(startServer(storage.url));
  const worker = endsWith(launch('worker', { REDIS_URL: storage.url }));
  const demo =
    options.demo && open
      ? endsWith(launch('demo', { REDIS_URL: storage.url, LIFTGATE_URL: url }))
      : undefined;
  await saidBy(worker, 'ready');
  /** @type {Readonly<Record<string, unknown>> | undefined} */
  let seeded;
  if (demo !== undefined) {
    print('Writing demo data …');
    seeded = await saidBy(demo, 'seeded');
    const number = await unlessInterrupted(firstLiveNumber(url, startWithinMs));
    if (!number) throw new Error(`No experiment had a result within ${startWithinMs / 1000} s.`);
  }
  await unlessInterrupted(dashboard);

  return screen({
    url,
    open,
    storage: storage.words,
    demo:
      seeded === undefined ? undefined : { flags: Number(seeded['flags']), events: Number(seeded['events']) },
    seconds: secondsSince(begun),
  });
}

/** @returns {Promise<{ url: string, words: string }>} */
async function openStorage() {
  const given = process.env['REDIS_URL'];
  if (given) {
    if (options.fresh) throw new Error('--fresh empties the private Redis, and REDIS_URL names one of yours');
    return { url: given, words: `your Redis at ${withoutPassword(given)} (REDIS_URL)` };
  }
  const program = ensureRedisServer({ log: print, urlServes: true });
  const claim = claimDataDirectory(
    process.env['LIFTGATE_DATA_DIR'] || join(root, '.liftgate', 'redis'),
    options,
  );
  print(`Starting a private ${program.name} ${program.version} …`);
  const redis = await startRedis(claim.kind === 'claimed' ? claim : {});
  running.push({ stop: () => redis.stop(), kill: () => redis.kill().then(() => redis.stop()) });
  void redis.exited.then(({ code, signal, lastLines }) => {
    const how = signal === null ? `code ${code}` : `signal ${signal}`;
    return end(1, lastWords({ name: program.name, how, lastLines }));
  });
  const where =
    claim.kind === 'temporary'
      ? `data in a temporary directory, gone when it stops: ${claim.why}`
      : `data in ${shortPath(claim.directory)}${claim.shared ? ' (another one is running beside it)' : ''}`;
  return {
    url: redis.url,
    words: `private ${program.name} ${program.version} on port ${redis.port}, ${where}`,
  };
}

/** The server on the wanted port or, when none was asked for, on the first one that is free.
 * @param {string} redisUrl */
async function startServer(redisUrl) {
  const wanted = process.env['LIFTGATE_PORT'];
  for (let port = firstPort; ; port++) {
    if (!wanted && !(await isFree(host, port))) continue;
    const server = launch('server', {
      REDIS_URL: redisUrl,
      LIFTGATE_HOST: host,
      LIFTGATE_PORT: wanted || String(port),
      LIFTGATE_DEMO: open ? '1' : '0',
    });
    const outcome = await Promise.race([server.message('listening'), server.exited, tooLate('server')]);
    if ('url' in outcome) {
      endsWith(server);
      return String(outcome['url']);
    }
    running.splice(running.indexOf(server), 1);
    const exit = await server.exited;
    // Somebody else may have taken the port between our look and its start.
    const taken =
      !wanted && exit.lastLines.some((line) => line.includes('EADDRINUSE')) && port < firstPort + 100;
    if (!taken) throw new Error(lastWords(exit).join('\n'));
  }
}

/** @param {'server' | 'worker' | 'demo'} name
 * @param {Record<string, string>} environment */
function launch(name, environment) {
  if (stopped !== undefined) throw new Error('interrupted');
  const main = join(root, 'apps', name, 'dist', 'main.js');
  // Where keys are asked for, the server prints the first one it makes.
  const verbose = options.verbose || (!open && name === 'server');
  const child = startProcess(name, main, environment, { print, verbose });
  running.push(child);
  return child;
}

/** When this process ends, everything does.
 * @param {import('./process.mjs').LiftgateProcess} child */
function endsWith(child) {
  void child.exited.then((exit) => end(1, lastWords(exit)));
  return child;
}

/** @param {import('./process.mjs').LiftgateProcess} child
 * @param {string} kind */
async function saidBy(child, kind) {
  return await unlessInterrupted(Promise.race([child.message(kind), tooLate(child.name)]));
}

/** @param {string} name
 * @returns {Promise<never>} */
function tooLate(name) {
  return new Promise((_, reject) => {
    const error = new Error(`The ${name} was not ready within ${startWithinMs / 1000} s.`);
    setTimeout(() => reject(error), startWithinMs).unref();
  });
}

/** @template T
 * @param {Promise<T>} step
 * @returns {Promise<T>} */
function unlessInterrupted(step) {
  return Promise.race([step, interrupted]);
}

function listenToSignals() {
  let firstAt = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (stopped === undefined) {
        firstAt = performance.now();
        void end(0, ['', 'Stopping … (Ctrl+C again ends everything at once)']);
      } else if (performance.now() - firstAt > sameKeyMs) {
        for (const each of running) each.kill();
        stopRunning('SIGKILL');
        setTimeout(() => process.exit(130), killWithinMs).unref();
      }
    });
  }
}

/** A SIGTERM for npm alone ends npm and its shell without a word to us: then we have nobody to run for. */
function followNpm() {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && stopped === undefined) void end(0, ['', 'Stopping: npm has ended …']);
  }, lookForNpmEveryMs).unref();
}

/** Stops everything in order and ends this process; the first call decides how.
 * @param {number} code
 * @param {string[]} words
 * @returns {Promise<void>} */
function end(code, words) {
  stopped ??= (async () => {
    for (const line of words) (code === 0 ? print : printError)(line);
    interrupt();
    stopRunning();
    // A start-up that is under way may still add one more: Redis, whose start is not cut short.
    const deadline = new Promise((resolve) => setTimeout(resolve, stopWithinMs).unref());
    await Promise.race([Promise.allSettled([starting, dashboard]), deadline]);
    for (const each of running.toReversed()) await each.stop(stopWithinMs);
    if (code === 0) print('Stopped.');
    process.exit(code);
  })();
  return stopped;
}

/** @param {import('./process.mjs').Exit} exit */
function lastWords({ name, how, lastLines }) {
  const words = lastLines.length === 0 ? ['It said nothing on its error output.'] : lastLines;
  return ['', `The ${name} ended (${how}). Its last lines:`, ...words.map((line) => `  ${line}`)];
}

/** @param {string} host
 * @param {number} port
 * @returns {Promise<boolean>} */
function isFree(host, port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.on('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code !== 'EADDRINUSE'));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** @param {string} path */
function shortPath(path) {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

/** @param {number} begun */
function secondsSince(begun) {
  return (performance.now() - begun) / 1000;
}

/** @param {string} url */
function withoutPassword(url) {
  return url.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1:***@');
}

/** @param {string[]} args */
function parseOptions(args) {
  const known = ['--fresh', '--no-demo', '--verbose', '--help'];
  const unknown = args.filter((arg) => !known.includes(arg));
  if (unknown.length > 0 || args.includes('--help')) {
    for (const arg of unknown) printError(`Unknown option ${arg}`);
    print(usage);
    process.exit(unknown.length > 0 ? 2 : 0);
  }
  return {
    fresh: args.includes('--fresh'),
    demo: !args.includes('--no-demo'),
    verbose: args.includes('--verbose'),
  };
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

/** @param {string} line */
function printError(line) {
  process.stderr.write(`${line}\n`);
}
