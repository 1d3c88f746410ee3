import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import {
  explain,
  forgetWorker,
  markWorker,
  parseEntry,
  partitionStore,
  type Installation,
  type PartitionStore,
  type StreamEntry,
} from '@liftgate/storage';
import type { Configurations } from './configurations.ts';
import { quietLog } from './quiet-log.ts';
import { LostPartition, partitionConsumer, type PartitionConsumer } from './partition-consumer.ts';

export interface Consumer {
  /** Finishes the batch in hand, gives the partitions up, and ends. */
  stop(): Promise<void>;
}

/** A partition that its owner does not renew for this long is free. Fencing makes that safe, this makes it quick. */
const LEASE_MS = 3_000;
const REBALANCE_MS = 1_000;
const BLOCK_MS = 500;
/** A partition that cannot be taken in rests for so long before it is tried again. */
const REST_MS = 5_000;
/** Stream entries per partition and read: at least and at most, by how large they turn out to be. */
const ENTRIES_PER_READ = { least: 4, most: 64 };
/** About 2,000 events: one commit then holds Redis for 2 to 3 ms. */
const COMMIT_LENGTH = 200_000;

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
  const restingUntil = new Map<number, number>();
  const ending = new AbortController();
  const log = quietLog(10_000);
  let balancedAt = Number.NEGATIVE_INFINITY;
  let entriesPerRead = ENTRIES_PER_READ.least;

  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        await keep();
        if (owned.size === 0) await sleep(100);
        else await takeIn();
      } catch (error) {
        // Redis is away or refused something: forget what is in memory, and read it again when it is back.
        owned.clear();
        balancedAt = Number.NEGATIVE_INFINITY;
        log(`worker ${worker}: ${explain(error).message}`);
        await sleep(250);
      }
    }
  };

  /** Renews the leases when it is time. A long backlog must not outlast them, so this is asked between commits too. */
  const keep = async (): Promise<void> => {
    if (performance.now() - balancedAt < REBALANCE_MS) return;
    await rebalance();
    balancedAt = performance.now();
  };

  const rebalance = async (): Promise<void> => {
    const workers = Math.max(1, (await markWorker(redis, installation.keys, worker)).length);
    const fair = Math.ceil(installation.partitions / workers);
    await Promise.all([...owned.keys()].slice(fair).map(giveUp));
    const renewed = await Promise.all([...owned.keys()].map(async (p) => [p, await claim(p)] as const));
    for (const [p, isOwned] of renewed) if (!isOwned) owned.delete(p);
    for (let p = 0; p < installation.partitions && owned.size < fair; p++) {
      if (!owned.has(p) && !isResting(p)) await claim(p);
    }
  };

  const isResting = (p: number): boolean => performance.now() < (restingUntil.get(p) ?? 0);

  const claim = async (p: number): Promise<boolean> => {
    const store = storeOf(stores, p);
    const claimed = await store.claim(worker, LEASE_MS);
    if (!claimed.owned) return false;
    // Another epoch: the lease ran out meanwhile, and somebody else may have gone on from there.
    if (owned.get(p)?.epoch !== claimed.epoch) {
      owned.set(p, await partitionConsumer(store, claimed, configurations));
    }
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
    const count = entriesPerRead;
    const replies = await reader.xread('COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS', ...streams, ...offsets);
    if (replies === null) {
      for (const [, consumer] of partitions) await consumer.tidy();
      return;
    }
    // Read before the configuration: whatever an event was sent for exists by now.
    await configurations.refresh();
    const byStream = new Map(replies.map(([stream, entries]) => [stream, entries.map(parseEntry)]));
    entriesPerRead = nextCount(count, [...byStream.values()]);
    for (const [index, [p, consumer]] of partitions.entries()) {
      for (const entries of commitsOf(byStream.get(streams[index] ?? '') ?? [])) {
        await keep();
        if (ending.signal.aborted || owned.get(p) !== consumer) break;
        await apply(p, consumer, entries);
      }
    }
  };

  const apply = async (p: number, consumer: PartitionConsumer, entries: StreamEntry[]): Promise<void> => {
    try {
      await consumer.apply(entries);
    } catch (error) {
      owned.delete(p);
      balancedAt = Number.NEGATIVE_INFINITY;
      if (error instanceof LostPartition) return;
      if (explain(error).code !== 'failed') throw error;
      // Not Redis: an entry or a stored state that cannot be taken in. The other partitions go on; nothing is dropped.
      restingUntil.set(p, performance.now() + REST_MS);
      console.error(`worker ${worker}: partition ${p} stands still after entry ${consumer.offset}:`, error);
    }
  };

  const running = loop();
  return {
    async stop() {
      ending.abort();
      await running;
      await Promise.all([...owned.keys()].map(giveUp));
      await forgetWorker(redis, installation.keys, worker);
    },
  };
}

/** Entries as they came, cut where one commit would become too long. */
function commitsOf(entries: readonly StreamEntry[]): StreamEntry[][] {
  const commits: StreamEntry[][] = [];
  let length = 0;
  for (const entry of entries) {
    const present = commits.at(-1);
    if (present === undefined || length + entry.payload.length > COMMIT_LENGTH) {
      commits.push([entry]);
      length = 0;
    } else present.push(entry);
    length += entry.payload.length;
  }
  return commits;
}

/** Small entries are read many at a time, large ones few, so that neither round trips nor memory run away. */
function nextCount(count: number, streams: readonly StreamEntry[][]): number {
  const lengths = streams.map((entries) => entries.reduce((sum, entry) => sum + entry.payload.length, 0));
  const longest = Math.max(...lengths);
  if (longest > COMMIT_LENGTH) return Math.max(ENTRIES_PER_READ.least, Math.floor(count / 2));
  const full = streams.some((entries) => entries.length === count);
  return full && longest < COMMIT_LENGTH / 2 ? Math.min(ENTRIES_PER_READ.most, count * 2) : count;
}

function storeOf(stores: readonly PartitionStore[], p: number): PartitionStore {
  const store = stores[p];
  if (store === undefined) throw new Error(`there is no partition ${p}`);
  return store;
}
