// The real server, workers and command line, from `dist`, against a Redis of the test's own.
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SAYS_WITHIN_MS = 60_000;

export interface Running {
  readonly pid: number;
  /** What it printed so far. */
  printed(): string;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would be. */
  kill9(): Promise<void>;
  /** Its exit code and everything it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly printed: string }>;
}

export interface RunningServer extends Running {
  readonly url: string;
}

export type Environment = Readonly<Record<string, string>>;

export async function startServer(redisUrl: string, environment: Environment = {}): Promise<RunningServer> {
  const { child, running } = start('server', {
    REDIS_URL: redisUrl,
    LIFTGATE_HOST: '127.0.0.1',
    LIFTGATE_PORT: '0',
    LIFTGATE_DEMO: '1',
    ...environment,
  });
  const { url } = await said(child, running, 'listening');
  return { ...running, url: String(url) };
}

export async function startWorker(redisUrl: string, environment: Environment = {}): Promise<Running> {
  const { child, running } = start('worker', { REDIS_URL: redisUrl, ...environment });
  await said(child, running, 'ready');
  return running;
}

/** The demo, once its history is in. */
export async function startDemo(
  redisUrl: string,
  url: string,
): Promise<Running & { readonly flags: number; readonly events: number }> {
  const { child, running } = start('demo', { REDIS_URL: redisUrl, LIFTGATE_URL: url });
  const { flags, events } = await said(child, running, 'seeded');
  return { ...running, flags: Number(flags), events: Number(events) };
}

export interface CommandOutcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `liftgate …`, to its end. */
export async function liftgate(
  args: readonly string[],
  environment: Environment = {},
): Promise<CommandOutcome> {
  const child = spawn(process.execPath, [mainOf('cli'), ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

function mainOf(app: string): string {
  return `${root}apps/${app}/dist/main.js`;
}

function start(app: string, environment: Environment): { child: ChildProcess; running: Running } {
  const child = fork(mainOf(app), [], {
    env: { PATH: process.env['PATH'], ...environment },
    // Not vitest's own: its conditions point at sources, and these processes run what was built.
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  const keep = (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-20_000));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = once(child, 'exit').then(([code]) => ({ code: code as number | null, printed }));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  const running = {
    pid: child.pid ?? -1,
    printed: () => printed,
    ended,
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
  };
  return { child, running };
}

/** Waits for the message of this kind; fails with its last words when the process ends before. */
async function said(child: ChildProcess, running: Running, kind: string): Promise<Record<string, unknown>> {
  const message = new Promise<Record<string, unknown>>((resolve) => {
    child.on('message', (value: unknown) => {
      if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind)
        resolve({ ...value });
    });
  });
  const died = running.ended.then(({ code, printed }) => {
    throw new Error(`it ended with code ${code} before it said "${kind}":\n${printed}`);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not say "${kind}" in time`)), SAYS_WITHIN_MS);
  });
  try {
    return await Promise.race([message, died, late]);
  } finally {
    clearTimeout(timer);
  }
}
