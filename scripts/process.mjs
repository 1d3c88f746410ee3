// One of Liftgate's own processes (server, worker, demo): started in a session of its own, so that Ctrl+C reaches
// the launcher alone and the order of stopping is ours; guarded, so that it does not outlive the launcher.
// @ts-check
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { guard } from './watchdog.mjs';

const linesKept = 12;
const lastWordsMs = 500;

/** @type {typeof import('./process.mjs').startProcess} */
export function startProcess(name, main, environment, { print, verbose = false }) {
  const child = fork(main, [], {
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  /** @type {string[]} */
  const lastLines = [];
  onLines(child.stderr, (line) => {
    lastLines.push(line);
    lastLines.splice(0, lastLines.length - linesKept);
    print(`${name} | ${line}`);
  });
  onLines(child.stdout, (line) => {
    if (verbose) print(`${name} | ${line}`);
  });

  /** Those that came before anybody asked count as well.
   * @type {Readonly<Record<string, unknown>>[]} */
  const messages = [];
  child.on('message', (message) => {
    if (typeof message === 'object' && message !== null)
      messages.push(Object.fromEntries(Object.entries(message)));
  });

  const watchdog = child.pid === undefined ? undefined : guard(child.pid);
  /** @type {Promise<import('./process.mjs').Exit>} */
  const exited = new Promise((resolve) => {
    child.on('error', (error) => resolve({ name, how: error.message, lastLines }));
    child.on('exit', (code, signal) => {
      const exit = { name, how: signal === null ? `code ${code}` : `signal ${signal}`, lastLines };
      // Its last words may still be in the pipe; something it left behind may hold the pipe open for ever.
      child.on('close', () => resolve(exit));
      setTimeout(() => resolve(exit), lastWordsMs).unref();
    });
  });
  void exited.then(() => watchdog?.release());

  return {
    name,
    exited,
    async message(kind) {
      for (;;) {
        const message = messages.find((each) => each['kind'] === kind);
        if (message !== undefined) return message;
        await once(child, 'message');
      }
    },
    async stop(withinMs) {
      const timer = setTimeout(() => this.kill(), withinMs);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(timer);
    },
    kill() {
      // The whole group: nothing it may have started stays either.
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it is gone already
      }
    },
  };
}

/** @param {NodeJS.ReadableStream | null} stream
 * @param {(line: string) => void} each */
function onLines(stream, each) {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (/** @type {string} */ chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') each(line);
  });
  stream?.on('end', () => {
    if (rest.trim() !== '') each(rest);
  });
}
