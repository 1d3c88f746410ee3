// Looking at the processes of this machine from outside, as a person with `ps` would.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process that really runs: one that has ended and was not reaped yet is not among them. */
export function runningProcesses(): RunningProcess[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state = 'Z', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

export function isRunning(pid: number): boolean {
  return runningProcesses().some((process) => process.pid === pid);
}

/** A process and all that it and its children started, as long as the chain of parents holds. */
export function descendants(pid: number, all = runningProcesses()): RunningProcess[] {
  const children = all.filter((process) => process.parent === pid);
  return children.flatMap((child) => [child, ...descendants(child.pid, all)]);
}

/** Waits until it holds; generous, because machines under test are slow. */
export async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`still not so after ${withinMs} ms: ${holds.toString()}`);
    await sleep(50);
  }
}
