import { Redis } from 'ioredis';

/** A Redis that cannot serve, with the setting to change in the message. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}

export type StorageErrorCode =
  | 'unreachable'
  | 'wrong_password'
  | 'wrong_version'
  | 'evicts_keys'
  | 'read_only'
  | 'out_of_memory'
  | 'partitions_differ'
  | 'broken_object'
  | 'not_permitted'
  | 'failed';

const OLDEST_MAJOR = 7;
/** ioredis bounds the time to connect, not the time to an answer: a stopped server would hold us for ever. */
const ANSWER_TIMEOUT_MS = 5_000;

export interface ConnectOptions {
  /** Null: commands wait for the next connection instead of failing. */
  readonly maxRetriesPerRequest?: number | null;
  readonly connectionName?: string;
  /**
   * A connection on which an answer is due for this long counts as broken; a command fails after twice as long, unless
   * it is to wait for the next connection. Null for readers that may block longer.
   */
  readonly answerTimeoutMs?: number | null;
  /** False for a subscriber whose user subscribes again itself; ioredis leaves its own attempt's failure unhandled. */
  readonly autoResubscribe?: boolean;
}

/** A client that fails fast instead of queueing for ever: a caller decides whether to try again. */
export function openRedis(url: string, options: ConnectOptions = {}): Redis {
  const {
    answerTimeoutMs = ANSWER_TIMEOUT_MS,
    maxRetriesPerRequest = 1,
    connectionName,
    autoResubscribe,
  } = options;
  return new Redis(url, {
    protocol: 3,
    replyMapping: 'legacy',
    lazyConnect: true,
    maxRetriesPerRequest,
    connectTimeout: 5_000,
    retryStrategy: (times: number) => Math.min(50 * times, 1_000),
    ...(connectionName === undefined ? {} : { connectionName }),
    ...(autoResubscribe === undefined ? {} : { autoResubscribe }),
    ...(answerTimeoutMs === null ? {} : { socketTimeout: answerTimeoutMs }),
    // What was sent on a lost connection is held for the next one, however long that takes: `maxRetriesPerRequest` is
    // for what comes later. Held or not, the caller hears after a while; sent again, it finds itself applied already.
    ...(answerTimeoutMs === null || maxRetriesPerRequest === null
      ? {}
      : { commandTimeout: 2 * answerTimeoutMs }),
  });
}

/** Connects and checks everything the data depend on. Throws a StorageError that names the setting to change. */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Redis> {
  const redis = openRedis(url, options);
  // Of a refused password ioredis tells by this event only; the call just finds its connection closed.
  let reported: unknown;
  redis.on('error', (error) => {
    reported = error;
  });
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const message = `Redis at ${safeUrl(url)} has not answered within ${ANSWER_TIMEOUT_MS} ms`;
      reject(new StorageError('unreachable', message));
    }, ANSWER_TIMEOUT_MS);
  });
  try {
    await Promise.race([redis.connect().then(() => checkServer(redis, url)), silent]);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw explain(error instanceof StorageError ? error : (reported ?? error), url);
  } finally {
    clearTimeout(timer);
  }
}

async function checkServer(redis: Redis, url: string): Promise<void> {
  const info = parseInfo(await redis.info());
  const version = info.get('redis_version') ?? '0';
  if (Number(version.split('.')[0]) < OLDEST_MAJOR) {
    throw new StorageError(
      'wrong_version',
      `Redis at ${safeUrl(url)} is version ${version}; Liftgate needs ${OLDEST_MAJOR}.0 or newer`,
    );
  }
  const policy = info.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    throw new StorageError(
      'evicts_keys',
      `Redis at ${safeUrl(url)} has maxmemory-policy "${policy}", which may delete counts: set it to "noeviction" (CONFIG SET maxmemory-policy noeviction)`,
    );
  }
  if (info.get('role') === 'slave') {
    throw new StorageError(
      'read_only',
      `Redis at ${safeUrl(url)} is a read-only replica of ${info.get('master_host') ?? 'another server'}: connect to the primary`,
    );
  }
}

export interface ServerInfo {
  readonly version: string;
  /** New with every start of the server. */
  readonly runId: string;
  readonly usedMemoryBytes: number;
  readonly maxMemoryBytes: number;
  readonly appendOnly: boolean;
  readonly evictionPolicy: string;
}

export async function serverInfo(redis: Redis): Promise<ServerInfo> {
  const info = parseInfo(await redis.info());
  return {
    version: info.get('redis_version') ?? 'unknown',
    runId: info.get('run_id') ?? '',
    usedMemoryBytes: Number(info.get('used_memory') ?? 0),
    maxMemoryBytes: Number(info.get('maxmemory') ?? 0),
    appendOnly: info.get('aof_enabled') === '1',
    evictionPolicy: info.get('maxmemory_policy') ?? 'unknown',
  };
}

function parseInfo(text: string): Map<string, string> {
  const entries = text.split('\r\n').flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
  });
  return new Map(entries);
}

/** What a failed call means, as a StorageError; the same words for a start-up failure and for a failed request. */
export function explain(error: unknown, url = 'REDIS_URL'): StorageError {
  if (error instanceof StorageError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const at = safeUrl(url);
  const cause = { cause: error };
  if (/WRONGPASS|NOAUTH|invalid password/i.test(message)) {
    return new StorageError(
      'wrong_password',
      `Redis at ${at} refuses the password: check user and password in REDIS_URL`,
      cause,
    );
  }
  if (/NOPERM/.test(message)) {
    return new StorageError(
      'not_permitted',
      `Redis at ${at} forbids a command to this user (${message}): give it ~* &* +@all`,
      cause,
    );
  }
  if (/^OOM|used memory > 'maxmemory'/.test(message)) {
    return new StorageError(
      'out_of_memory',
      `Redis at ${at} is out of memory: raise maxmemory; nothing was stored`,
      cause,
    );
  }
  if (message.startsWith('READONLY')) {
    return new StorageError(
      'read_only',
      `Redis at ${at} is a read-only replica: connect to the primary`,
      cause,
    );
  }
  if (/MISCONF/.test(message)) {
    return new StorageError(
      'read_only',
      `Redis at ${at} refuses writes because it cannot persist: free its disk (${message})`,
      cause,
    );
  }
  if (/^(LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|NOREPLICAS)\b/.test(message)) {
    return new StorageError('unreachable', `Redis at ${at} is not ready: ${message}`, cause);
  }
  if (
    /ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|ECONNRESET|ECONNABORTED|EHOSTUNREACH|ENETUNREACH|EPIPE|aborted due to connection close|Connection is closed|Socket timeout|Command timed out|max retries|isn't writeable|connect E/i.test(
      message,
    )
  ) {
    return new StorageError('unreachable', `no Redis answers at ${at}: start it or set REDIS_URL`, cause);
  }
  return new StorageError('failed', `Redis at ${at}: ${message}`, cause);
}

/** The address without user and password. */
export function safeUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
  } catch {
    return url.includes('@') ? url.slice(url.lastIndexOf('@') + 1) : url;
  }
}
