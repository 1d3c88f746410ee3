import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import {
  explain,
  forgetWorker,
  liveWorkers,
  markWorker,
  parseEntry,
  partitionStore,
  type Installation,
  type PartitionStore,
  type StreamEntry,
} from '@liftgate/storage';
import type { Configurations } from './configurations.ts';
import { LostPartition, partitionConsumer, type PartitionConsumer } from './partition-consumer.ts';

export interface Consumer {
  /** Finishes the batch in hand, gives the partitions up, and ends. */
  stop(): Promise<void>;
}

/** A partition that its owner does not renew for this long is free. Fencing makes that safe, this makes it quick. */
const LEASE_MS = 3_000;
const REBALANCE_MS = 1_000;
const BLOCK_MS = 500;
/** Stream entries per partition and read: at most 500 events each, so a commit stays short. */
const ENTRIES_PER_READ = 4;

/**
 * Takes in the streams of the partitions this worker owns, and keeps owning its fair share of them. Any number of
 * workers may run: each partition has one owner at a time, and a commit by anybody else is refused.
 * `reader` is a connection of its own, for blocking reads.
 */
export function startConsumer(
  connections: { readonly redis: Redis; readonly reader: Redis },
  installation: Installation,
  configurations: Configurations,
  worker: string,
): Consumer {
  const { redis, reader } = connections;
  const stores = Array.from({ length: installation.partitions }, (_, p) =>
    partitionStore(redis, installation, p),
  );
  const owned = new Map<number, PartitionConsumer>();
  const ending = new AbortController();
  let balancedAt = 0;

  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        if (Date.now() - balancedAt >= REBALANCE_MS) await keep();
        if (owned.size === 0) await sleep(100);
        else await takeIn();
      } catch (error) {
        // Redis is away or refused something: forget what is in memory, and read it again when it is back.
        owned.clear();
        balancedAt = 0;
        console.error(`worker ${worker}: ${explain(error).message}`);
        await sleep(250);
      }
    }
  };

  const keep = async (): Promise<void> => {
    await rebalance();
    balancedAt = Date.now();
  };

  const rebalance = async (): Promise<void> => {
    const now = new Date();
    await markWorker(redis, installation.keys, worker, now);
    const workers = Math.max(1, (await liveWorkers(redis, installation.keys, now)).length);
    const fair = Math.ceil(installation.partitions / workers);
    for (const p of [...owned.keys()].slice(fair)) await giveUp(p);
    for (const p of owned.keys()) if (!(await claim(p))) owned.delete(p);
    for (let p = 0; p < installation.partitions && owned.size < fair; p++) {
      if (!owned.has(p)) await claim(p);
    }
  };

  const claim = async (p: number): Promise<boolean> => {
    const store = storeOf(stores, p);
    const claimed = await store.claim(worker, LEASE_MS);
    if (!claimed.owned) return false;
    if (!owned.has(p)) owned.set(p, await partitionConsumer(store, claimed, configurations));
    return true;
  };

  const giveUp = async (p: number): Promise<void> => {
    owned.delete(p);
    await storeOf(stores, p).release(worker);
  };

  const takeIn = async (): Promise<void> => {
    const partitions = [...owned];
    const streams = partitions.map(([p]) => installation.keys.stream(p));
    const offsets = partitions.map(([, consumer]) => consumer.offset);
    const replies = await reader.xread(
      'COUNT',
      ENTRIES_PER_READ,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      ...streams,
      ...offsets,
    );
    if (replies === null) return;
    // Read before the configuration: whatever an event was sent for exists by now.
    await configurations.refresh();
    const byStream = new Map(replies.map(([stream, entries]) => [stream, entries.map(parseEntry)]));
    for (const [index, [p, consumer]] of partitions.entries()) {
      // A long backlog must not outlast the leases.
      if (Date.now() - balancedAt >= REBALANCE_MS) await keep();
      if (owned.get(p) !== consumer) continue;
      const entries = byStream.get(streams[index] ?? '');
      if (entries !== undefined) await apply(p, consumer, entries);
    }
  };

  const apply = async (p: number, consumer: PartitionConsumer, entries: StreamEntry[]): Promise<void> => {
    try {
      await consumer.apply(entries);
    } catch (error) {
      if (!(error instanceof LostPartition)) throw error;
      owned.delete(p);
      balancedAt = 0;
    }
  };

  const running = loop();
  return {
    async stop() {
      ending.abort();
      await running;
      for (const p of owned.keys()) await storeOf(stores, p).release(worker);
      await forgetWorker(redis, installation.keys, worker);
    },
  };
}

function storeOf(stores: readonly PartitionStore[], p: number): PartitionStore {
  const store = stores[p];
  if (store === undefined) throw new Error(`there is no partition ${p}`);
  return store;
}
