import type { Redis } from 'ioredis';
import { decodeUnit, encodeUnit, NEW_UNIT, type UnitState } from '@liftgate/attribution';
import type { IntegerSums } from '@liftgate/stats';
import type { Installation } from './installation.ts';
import { parseProgress, progressText, type ProducerProgress } from './producer-progress.ts';
import { commit, partitionClaim, partitionRelease, type ClaimReply, type CommitReply } from './scripts.ts';
import { addressOfField } from './unit-hash.ts';

/** One batch of one producer, as read from a partition's stream. */
export interface StreamEntry {
  readonly id: string;
  readonly producer: string;
  /** As stored; `sequenceOf` reads it. */
  readonly sequence: string;
  readonly payload: string;
}

export interface PartitionPosition {
  readonly offset: string;
  readonly epoch: string;
}

export interface PartitionTotals {
  /** Events taken in since the installation was made. */
  readonly events: number;
  /** The newest event time among them, in milliseconds. */
  readonly newest: number;
}

/** Everything one batch changes, as absolute values. */
export interface PartitionWrites {
  readonly units: ReadonlyMap<string, UnitState>;
  /** By run, then row. */
  readonly statistics: ReadonlyMap<string, ReadonlyMap<string, IntegerSums>>;
  readonly days: ReadonlyMap<string, ReadonlyMap<string, IntegerSums>>;
  readonly balance: ReadonlyMap<string, number>;
  readonly producers: ReadonlyMap<string, ProducerProgress>;
  readonly deadLetters: ReadonlyMap<string, string>;
  readonly totals: PartitionTotals;
}

/** Kept per partition, to see what they are; how many came is in the balance. */
const MAX_DEAD_LETTERS = 1_000;

export interface PartitionStore {
  claim(worker: string, leaseMs: number): Promise<ClaimReply>;
  release(worker: string): Promise<void>;
  producers(): Promise<Map<string, ProducerProgress>>;
  balance(): Promise<Map<string, number>>;
  totals(): Promise<PartitionTotals>;
  /** Entries after an offset, oldest first. */
  entriesAfter(offset: string, count: number): Promise<StreamEntry[]>;
  units(fields: readonly string[]): Promise<Map<string, UnitState>>;
  rows(kind: 'statistics' | 'days', run: string, rows: readonly string[]): Promise<Map<string, IntegerSums>>;
  /** Applies a batch in one step: see commit.lua for the answers. */
  commit(position: PartitionPosition, last: StreamEntry, writes: PartitionWrites): Promise<CommitReply>;
  /** Drops entries that are applied, and all but the newest dead letters. */
  trim(offset: string): Promise<void>;
  forgetProducers(ids: readonly string[]): Promise<void>;
}

export function partitionStore(redis: Redis, installation: Installation, partition: number): PartitionStore {
  const { keys } = installation;
  const bucketKey = (field: string) => keys.units(partition, addressOfField(installation, field).bucket);
  const rowsKey = (kind: 'statistics' | 'days', run: string) =>
    kind === 'statistics' ? keys.statistics(partition, run) : keys.days(partition, run);

  return {
    claim: (worker, leaseMs) =>
      partitionClaim(redis, { owner: keys.owner(partition), meta: keys.meta(partition) }, worker, leaseMs),
    release: (worker) => partitionRelease(redis, keys.owner(partition), worker),

    async producers() {
      const stored = await redis.hgetall(keys.producers(partition));
      return new Map(Object.entries(stored).map(([id, text]) => [id, parseProgress(text)]));
    },

    async balance() {
      const stored = await redis.hgetall(keys.balance(partition));
      return new Map(Object.entries(stored).map(([key, count]) => [key, Number(count)]));
    },

    async totals() {
      const [events, newest] = await redis.hmget(keys.meta(partition), 'events', 'newest');
      return { events: Number(events ?? 0), newest: Number(newest ?? 0) };
    },

    async entriesAfter(offset, count) {
      const entries = await redis.xrange(keys.stream(partition), `(${offset}`, '+', 'COUNT', count);
      return entries.map(parseEntry);
    },

    async units(fields) {
      const byBucket = groupBy(fields, bucketKey);
      const pipeline = redis.pipeline();
      for (const [key, group] of byBucket) pipeline.hmget(key, ...group);
      const replies = (await pipeline.exec()) ?? [];
      const states = new Map<string, UnitState>();
      [...byBucket.values()].forEach((group, index) => {
        const texts = textsOf(replies[index]);
        group.forEach((field, at) => {
          const text = texts[at];
          states.set(field, text == null ? NEW_UNIT : decodeUnit(text));
        });
      });
      return states;
    },

    async rows(kind, run, rows) {
      if (rows.length === 0) return new Map();
      const texts = await redis.hmget(rowsKey(kind, run), ...rows);
      return new Map(rows.map((row, index) => [row, parseSums(texts[index] ?? null)]));
    },

    async commit(position, last, writes) {
      const hashes: [string, [string, string][]][] = [
        ...[...groupBy([...writes.units.keys()], bucketKey)].map(
          ([key, fields]): [string, [string, string][]] => [
            key,
            fields.map((field) => [field, encodeUnit(writes.units.get(field) ?? NEW_UNIT)]),
          ],
        ),
        ...rowHashes(writes.statistics, (run) => keys.statistics(partition, run)),
        ...rowHashes(writes.days, (run) => keys.days(partition, run)),
        [keys.balance(partition), [...writes.balance].map(([key, count]) => [key, String(count)])],
        [
          keys.producers(partition),
          [...writes.producers].map(([id, progress]) => [id, progressText(progress)]),
        ],
        [keys.deadLetters(partition), [...writes.deadLetters]],
      ];
      const written = hashes.filter(([, fields]) => fields.length > 0);
      return commit(
        redis,
        [keys.meta(partition), keys.stream(partition), ...written.map(([key]) => key)],
        [
          position.offset,
          position.epoch,
          last.id,
          last.producer,
          last.sequence,
          String(writes.totals.events),
          String(writes.totals.newest),
          ...written.flatMap(([, fields]) => [String(fields.length), ...fields.flat()]),
        ],
      );
    },

    async trim(offset) {
      await redis.xtrim(keys.stream(partition), 'MINID', offset);
      const letters = keys.deadLetters(partition);
      if ((await redis.hlen(letters)) <= MAX_DEAD_LETTERS) return;
      const ids = (await redis.hkeys(letters)).sort((a, b) => timeOfEntry(a) - timeOfEntry(b));
      await redis.hdel(letters, ...ids.slice(0, ids.length - MAX_DEAD_LETTERS));
    },

    async forgetProducers(ids) {
      if (ids.length > 0) await redis.hdel(keys.producers(partition), ...ids);
    },
  };
}

function rowHashes(
  runs: ReadonlyMap<string, ReadonlyMap<string, IntegerSums>>,
  keyOf: (run: string) => string,
): [string, [string, string][]][] {
  return [...runs].map(([run, rows]) => [keyOf(run), [...rows].map(([row, sums]) => [row, sumsText(sums)])]);
}

export function parseEntry([id, fields]: [id: string, fields: string[]]): StreamEntry {
  return { id, producer: fields[1] ?? '', sequence: fields[3] ?? '', payload: fields[5] ?? '' };
}

const PRODUCER = /^[A-Za-z0-9_-]{1,64}$/;

/** The sequence number of an entry; null when nobody numbered it as ours are, so it cannot be told from a copy. */
export function sequenceOf({ producer, sequence }: StreamEntry): number | null {
  const number = Number(sequence);
  return PRODUCER.test(producer) && Number.isSafeInteger(number) && number > 0 ? number : null;
}

/** When an entry came, in milliseconds. */
export function timeOfEntry(id: string): number {
  return Number(id.split('-')[0]);
}

/** Sums are stored as "n,s1,s2". */
export function parseSums(text: string | null): IntegerSums {
  if (text === null) return { n: 0n, s1: 0n, s2: 0n };
  const [n = '0', s1 = '0', s2 = '0'] = text.split(',');
  return { n: BigInt(n), s1: BigInt(s1), s2: BigInt(s2) };
}

function sumsText({ n, s1, s2 }: IntegerSums): string {
  return `${n},${s1},${s2}`;
}

function groupBy(items: readonly string[], keyOf: (item: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function textsOf(reply: readonly [Error | null, unknown] | undefined): (string | null)[] {
  if (reply === undefined) throw new Error('a pipelined command has no reply');
  const [error, texts] = reply;
  if (error !== null) throw error;
  return texts as (string | null)[];
}
