// A real installation in a private Redis: flags are put as the server puts them, streams are read as the worker reads.
import { configStore, decodeBatch, openInstallation, openRedis, partitionStore } from '@liftgate/storage';
import type { ConfigStore, StreamEvent } from '@liftgate/storage';
import { changeFlag, type Flag, type FlagChange } from '@liftgate/flags';
import { startTestRedis, type TestRedis } from '../../../../test/support/redis.ts';

export interface SentEvent {
  readonly environment: string;
  readonly source: string;
  readonly producer: string;
  readonly sequence: string;
  readonly event: StreamEvent;
}

export interface TestInstallation {
  readonly redis: TestRedis;
  readonly store: ConfigStore;
  put(flag: Flag): Promise<void>;
  change(key: string, change: FlagChange): Promise<Flag>;
  /** Everything in the streams, decoded. */
  events(): Promise<SentEvent[]>;
  /** Connections of providers that Redis knows of. */
  providerConnections(): Promise<number>;
  stop(): Promise<void>;
}

export async function startInstallation(
  options: Parameters<typeof startTestRedis>[0] = {},
): Promise<TestInstallation> {
  const redis = await startTestRedis(options);
  const client = openRedis(redis.url, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const installation = await openInstallation(client, { partitions: 4 });
  const store = configStore(client, installation.keys);

  const put = async (flag: Flag) => {
    const { status } = await store.put('flag', flag.environment, flag, flag.version - 1);
    if (status !== 'stored') throw new Error(`flag ${flag.key} was not stored: ${status}`);
  };
  return {
    redis,
    store,
    put,
    async change(key, change) {
      const flag = await store.get('flag', 'production', key);
      if (flag === null) throw new Error(`there is no flag ${key}`);
      const next = changeFlag(flag, change, new Date());
      await put(next);
      return next;
    },
    async events() {
      const partitions = Array.from({ length: installation.partitions }, (_, p) =>
        partitionStore(client, installation, p).entriesAfter('0-0', 10_000),
      );
      return (await Promise.all(partitions)).flat().flatMap(({ producer, sequence, payload }) => {
        const batch = decodeBatch(payload);
        if (batch === null) throw new Error(`not a batch: ${payload}`);
        const { environment, source } = batch;
        return batch.events.map((event) => ({ environment, source, producer, sequence, event }));
      });
    },
    async providerConnections() {
      const list = String(await client.client('LIST'));
      return list.split('\n').filter((line) => line.includes('name=liftgate-provider')).length;
    },
    async stop() {
      client.disconnect();
      await redis.stop();
    },
  };
}
