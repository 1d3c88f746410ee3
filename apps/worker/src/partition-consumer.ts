import type { RowChange } from '@liftgate/attribution';
import { addIntegerSums, type IntegerSums } from '@liftgate/stats';
import {
  PRODUCER_FORGOTTEN_MS,
  timeOfEntry,
  type PartitionPosition,
  type PartitionStore,
  type PartitionTotals,
  type ProducerProgress,
  type StreamEntry,
} from '@liftgate/storage';
import { batchEffect, changedRows } from './batch.ts';
import type { Configurations } from './configurations.ts';

/** The commit was refused: another worker owns the partition now, or the stream is not what was read. */
export class LostPartition extends Error {
  constructor(reason: string) {
    super(`the commit was refused: ${reason}`);
    this.name = 'LostPartition';
  }
}

/** Takes in one partition's stream while this worker owns it. */
export interface PartitionConsumer {
  readonly offset: string;
  /** The fencing epoch its commits carry. */
  readonly epoch: string;
  /** Applies entries read after the offset, in one commit. Throws LostPartition when it may not. */
  apply(entries: readonly StreamEntry[]): Promise<void>;
  /** Drops what is applied from the stream, if there is any: called when nothing waits, so that a full memory drains. */
  tidy(): Promise<void>;
}

/** After so many commits the applied entries are dropped from the stream. */
const TIDY_EVERY = 16;

/**
 * What is kept in memory is what a commit has confirmed. When the answer to a commit is lost, the caller forgets this
 * consumer and makes another from what Redis holds: should the lost commit arrive even later, it moves the offset, and
 * the next commit is refused.
 */
export async function partitionConsumer(
  store: PartitionStore,
  claimed: PartitionPosition,
  configurations: Configurations,
): Promise<PartitionConsumer> {
  let { offset } = claimed;
  let untidy = 1;
  const [producers, balance, stored] = await Promise.all([
    store.producers(),
    store.balance(),
    store.totals(),
  ]);
  let totals: PartitionTotals = stored;

  const tidy = async (): Promise<void> => {
    if (untidy === 0) return;
    untidy = 0;
    await store.trim(offset);
    const forgotten = longSilent(producers, timeOfEntry(offset));
    await store.forgetProducers(forgotten);
    for (const id of forgotten) producers.delete(id);
  };
  return {
    get offset() {
      return offset;
    },
    epoch: claimed.epoch,

    async apply(entries) {
      const last = entries.at(-1);
      if (last === undefined) return;
      const effect = await batchEffect({
        entries,
        producers,
        configuration: (environment) => configurations.of(environment),
        loadUnits: (fields) => store.units(fields),
      });
      const [statistics, days] = await Promise.all([
        absolute(store, 'statistics', effect.statistics, (change) => change.rows),
        absolute(store, 'days', effect.statistics, (change) => change.days),
      ]);
      const nextBalance = new Map(
        [...effect.balance].map(([key, by]) => [key, (balance.get(key) ?? 0) + by]),
      );
      const nextTotals: PartitionTotals = {
        events: totals.events + effect.events,
        newest: Math.max(totals.newest, effect.newest),
      };
      const reply = await store.commit({ offset, epoch: claimed.epoch }, last, {
        units: effect.units,
        statistics,
        days,
        balance: nextBalance,
        producers: effect.producers,
        deadLetters: effect.deadLetters,
        totals: nextTotals,
      });
      if (reply !== 'ok') throw new LostPartition(reply);
      offset = last.id;
      totals = nextTotals;
      for (const [id, progress] of effect.producers) producers.set(id, progress);
      for (const [key, count] of nextBalance) balance.set(key, count);
      if (++untidy >= TIDY_EVERY) await tidy();
    },

    tidy,
  };
}

function longSilent(producers: ReadonlyMap<string, ProducerProgress>, nowMs: number): string[] {
  return [...producers].filter(([, { seenMs }]) => seenMs < nowMs - PRODUCER_FORGOTTEN_MS).map(([id]) => id);
}

interface Change {
  readonly rows: ReadonlyMap<string, RowChange>;
  readonly days: ReadonlyMap<string, RowChange>;
}

/** The rows as they will be, by run: what is stored plus the change. */
async function absolute(
  store: PartitionStore,
  kind: 'statistics' | 'days',
  changes: ReadonlyMap<string, Change>,
  of: (change: Change) => ReadonlyMap<string, RowChange>,
): Promise<Map<string, Map<string, IntegerSums>>> {
  const runs = await Promise.all(
    [...changes].map(async ([run, both]): Promise<[string, Map<string, IntegerSums>]> => {
      const change = changedRows(of(both));
      const present = await store.rows(kind, run, [...change.keys()]);
      const rows = [...change].map(([row, by]): [string, IntegerSums] => [
        row,
        addIntegerSums(present.get(row) ?? { n: 0n, s1: 0n, s2: 0n }, by),
      ]);
      return [run, new Map(rows)];
    }),
  );
  return new Map(runs);
}
