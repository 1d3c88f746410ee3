import type { Redis } from 'ioredis';
import {
  configStore,
  connect,
  eventProducer,
  explain,
  openInstallation,
  openRedis,
  watchConfig,
  type ConfigSnapshot,
  type ConfigWatch,
  type StorageErrorCode,
} from '@liftgate/storage';
import { BackendError, type Backend } from './backend.ts';
import { retainingSender, type RetainingSender } from './retaining-sender.ts';

export interface RedisBackendOptions {
  readonly url: string;
  readonly environment: string;
  readonly prefix: string;
  readonly retainMs: number;
  readonly retainBytes: number;
}

/** What waiting does not cure. */
const FATAL: ReadonlySet<StorageErrorCode> = new Set([
  'wrong_password',
  'wrong_version',
  'evicts_keys',
  'partitions_differ',
  'not_permitted',
]);

/** Flags and events over the Redis of an installation: one connection for commands, one for changes. */
export function redisBackend({
  url,
  environment,
  prefix,
  retainMs,
  retainBytes,
}: RedisBackendOptions): Backend {
  let redis: Redis | undefined;
  let subscriber: Redis | undefined;
  let watch: ConfigWatch | undefined;
  let sender: RetainingSender | undefined;
  let closed = false;

  const disconnect = () => {
    redis?.disconnect();
    subscriber?.disconnect();
  };
  const stopIfClosed = () => {
    if (!closed) return;
    disconnect();
    throw new BackendError('closed while it was opening', { fatal: false });
  };

  return {
    async open(listener) {
      try {
        redis = await connect(url, { connectionName: 'liftgate-provider' });
        stopIfClosed();
        // The watch subscribes again itself; its subscription waits for the connection as long as it takes.
        subscriber = openRedis(url, {
          connectionName: 'liftgate-provider-changes',
          maxRetriesPerRequest: null,
          autoResubscribe: false,
        });
        subscriber.on('error', () => undefined);
        const installation = await openInstallation(redis, { prefix });
        const producer = eventProducer(redis, installation);
        sender = await retainingSender(redis, producer, { retainMs, retainBytes });
        const store = configStore(redis, installation.keys);
        watch = await watchConfig({ redis, subscriber }, installation.keys, store, environment, {
          onChange: ({ flag, broken }) => listener.onFlags(flag, unreadableFlags(broken)),
          onStale: (reason) => listener.onStale(reason),
          onFresh: () => listener.onFresh(),
        });
        stopIfClosed();
        letProcessEnd(redis);
        letProcessEnd(subscriber);
      } catch (error) {
        disconnect();
        if (error instanceof BackendError) throw error;
        const { code, message } = explain(error, url);
        throw new BackendError(message, { fatal: FATAL.has(code), cause: error });
      }
    },

    prepare(deliveries) {
      if (sender === undefined) throw new Error('the backend is not open');
      return sender.prepare(deliveries);
    },
    settle: async () => sender?.settle(),

    async close() {
      closed = true;
      sender?.close();
      await watch?.close();
      disconnect();
    },
  };
}

function unreadableFlags(broken: ConfigSnapshot['broken']): Map<string, string> {
  const flags = broken.filter(({ kind }) => kind === 'flag');
  return new Map(flags.map(({ key, message }) => [key, message]));
}

/** The open connection alone does not keep the process running, nor does the wait for the next one. */
function letProcessEnd(redis: Redis): void {
  // ioredis keeps the timer private and has no option for it.
  const waiting = redis as unknown as { reconnectTimeout?: NodeJS.Timeout | null };
  redis.stream?.unref();
  redis.on('connect', () => redis.stream?.unref());
  redis.on('reconnecting', () => waiting.reconnectTimeout?.unref());
}
