export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly command: string;
}

/** Every process that really runs: one that has ended and was not reaped yet is not among them. */
export function runningProcesses(): RunningProcess[];

export function isRunning(pid: number): boolean;

/** All that a process and its children started, as long as the chain of parents holds. */
export function descendants(pid: number, all?: readonly RunningProcess[]): RunningProcess[];
