/** Stops `pid` (SIGTERM, then SIGKILL after 5 s) and removes `directory` when this process dies without `release()`. */
export function guard(pid: number, directory?: string): { release(): void };

/** Lets the event loop end although this pipe to a child process is still open. */
export function unref(stream: unknown): void;
