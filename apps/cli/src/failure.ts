/** What the exit code says; `liftgate replay --help` lists the same. */
export const EXIT = {
  ok: 0,
  /** Events are unaccounted for. */
  unbalanced: 1,
  /** An option or argument is wrong. */
  usage: 2,
  /** The file cannot be read, or nothing in it can be replayed. */
  file: 3,
  /** The server is away or refuses. */
  server: 4,
  /** The worker did not catch up. */
  worker: 5,
  /** What is there already (flag, metric, experiment) does not fit. */
  conflict: 6,
} as const;
export type ExitReason = keyof typeof EXIT;

/** An expected end of the program: words for a person and an exit code; never a stack. */
export class Failure extends Error {
  readonly reason: ExitReason;

  constructor(reason: ExitReason, message: string) {
    super(message);
    this.name = 'Failure';
    this.reason = reason;
  }
}
