export interface Exit {
  readonly name: string;
  /** `code 1` or `signal SIGKILL`. */
  readonly how: string;
  /** The last lines it wrote to stderr. */
  readonly lastLines: readonly string[];
}

export interface LiftgateProcess {
  readonly name: string;
  readonly exited: Promise<Exit>;
  /** The first message of this kind that it sends. */
  message(kind: string): Promise<Readonly<Record<string, unknown>>>;
  /** SIGTERM, and SIGKILL when it is still there after `withinMs`. */
  stop(withinMs: number): Promise<void>;
  kill(): void;
}

export function startProcess(
  name: string,
  main: string,
  environment: Readonly<Record<string, string>>,
  options: { print: (line: string) => void; verbose?: boolean },
): LiftgateProcess;
