// Runs `npm start` as a person does and reads its screen.
import { spawn, type ChildProcess } from 'node:child_process';
import { descendants, isRunning } from '../../scripts/processes.mjs';
import { eventually } from './eventually.ts';

export interface Launched {
  readonly child: ChildProcess;
  /** Everything it has printed so far, on both outputs. */
  printed(): string;
  /** Waits for these words; fails with all that was printed when the launcher ends before. */
  says(words: RegExp, withinMs?: number): Promise<RegExpExecArray>;
  /** Its exit code, once it has ended. */
  ended(): Promise<number | null>;
  /** The ids of everything that runs under it now. */
  everything(): number[];
}

export interface LaunchOptions {
  readonly directory: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Through npm, or the launcher alone. */
  readonly through?: 'npm' | 'node';
}

export function launch({
  directory,
  args = [],
  environment = {},
  through = 'node',
}: LaunchOptions): Launched {
  const [program, ...first] =
    through === 'npm' ? ['npm', 'start', '--', ...args] : [process.execPath, 'scripts/start.mjs', ...args];
  const child = spawn(program ?? '', first, {
    cwd: directory,
    detached: true, // a process group of its own, as a terminal gives it
    env: { ...withoutOurs(process.env), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));

  return {
    child,
    printed: () => printed,
    async says(words, withinMs = 240_000) {
      await eventually(() => words.test(printed) || child.exitCode !== null, withinMs).catch(() => {});
      const found = words.exec(printed);
      if (found === null) throw new Error(`no ${words.source} in what it printed:\n${printed}`);
      return found;
    },
    ended: () => exit,
    everything: () =>
      [child.pid ?? -1, ...descendants(child.pid ?? -1).map(({ pid }) => pid)].filter(isRunning),
  };
}

/** What the terminal's Ctrl+C does: SIGINT to every process of the foreground group. */
export function ctrlC({ child }: Launched): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
}

/** Settings of the machine under test must not leak into what is launched. */
function withoutOurs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = /^(REDIS_URL$|LIFTGATE_|npm_|VITEST|NODE_ENV$|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ours.test(name)));
}
