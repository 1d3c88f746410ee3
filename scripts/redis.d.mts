export interface RedisServerProgram {
  /** `redis-server` or `valkey-server`, as found on PATH. */
  readonly name: string;
  readonly path: string;
  readonly version: string;
}

export interface RedisOptions {
  /** Where the data lives. Without it: a temporary directory that `stop()` removes. */
  readonly directory?: string;
  /** Without it: a free port. */
  readonly port?: number;
  /** Default true: append-only file, fsync once a second. */
  readonly appendonly?: boolean;
  /** Further arguments for the server; later ones win over ours. */
  readonly args?: readonly string[];
  /** An open file that the server keeps open as long as it lives (a lock on its directory). */
  readonly lock?: number;
}

export interface RedisExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines it logged. */
  readonly lastLines: readonly string[];
}

export interface PrivateRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly directory: string;
  readonly program: RedisServerProgram;
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<RedisExit>;
  /** Orderly: the append-only file is synced; a temporary directory is removed. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would be. The directory stays. */
  kill(): Promise<void>;
}

/** The oldest version that has every setting and command we use. */
export const oldestRedis: string;

/** The first of redis-server and valkey-server on PATH that is new enough, or why there is none. */
export function findRedisServer(): RedisServerProgram | undefined;

/** As `findRedisServer`; installs it with apt where that is possible and allowed, else throws and says what to type. */
export function ensureRedisServer(options?: {
  log?: (line: string) => void;
  /** Whether a REDIS_URL would serve instead, so that the message may say so. */
  urlServes?: boolean;
}): RedisServerProgram;

/** A Redis of one's own on 127.0.0.1, answering when the promise settles, gone when this process is gone. */
export function startRedis(options?: RedisOptions): Promise<PrivateRedis>;
