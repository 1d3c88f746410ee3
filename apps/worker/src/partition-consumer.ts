import type { RowChange } from '@liftgate/attribution';
import { addIntegerSums, type IntegerSums } from '@liftgate/stats';
import type {
  PartitionPosition,
  PartitionStore,
  PartitionTotals,
  ProducerProgress,
  StreamEntry,
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
  /** Applies entries read after the offset, in one commit. Throws LostPartition when it may not. */
  apply(entries: readonly StreamEntry[]): Promise<void>;
}

/** After so many commits the applied entries are dropped from the stream. */
const TRIM_EVERY = 16;

export async function partitionConsumer(
  store: PartitionStore,
  claimed: PartitionPosition,
  configurations: Configurations,
): Promise<PartitionConsumer> {
  let { offset } = claimed;
  let commits = 0;
  const producers: Map<string, ProducerProgress> = await store.producers();
  const balance: Map<string, number> = await store.balance();
  let totals: PartitionTotals = await store.totals();

  return {
    get offset() {
      return offset;
    },

    async apply(entries) {
      const last = entries.at(-1);
      if (last === undefined) return;
      const effect = await batchEffect({
        entries,
        producers,
        configuration: (environment) => configurations.of(environment),
        loadUnits: (fields) => store.units(fields),
      });
      const statistics = new Map<string, Map<string, IntegerSums>>();
      const days = new Map<string, Map<string, IntegerSums>>();
      for (const [run, change] of effect.statistics) {
        statistics.set(run, await absolute(store, 'statistics', run, changedRows(change.rows)));
        days.set(run, await absolute(store, 'days', run, changedRows(change.days)));
      }
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
      if (++commits % TRIM_EVERY === 0) await store.trim(offset);
    },
  };
}

/** The rows as they will be: what is stored plus the change. */
async function absolute(
  store: PartitionStore,
  kind: 'statistics' | 'days',
  run: string,
  change: ReadonlyMap<string, RowChange>,
): Promise<Map<string, IntegerSums>> {
  const present = await store.rows(kind, run, [...change.keys()]);
  return new Map(
    [...change].map(([row, by]) => [row, addIntegerSums(present.get(row) ?? { n: 0n, s1: 0n, s2: 0n }, by)]),
  );
}
