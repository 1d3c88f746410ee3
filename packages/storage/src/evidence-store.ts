import type { Redis } from 'ioredis';
import { QUARANTINED_ROW, runKey } from '@liftgate/attribution';
import { addIntegerSums, type IntegerSums } from '@liftgate/stats';
import type { ArmEvidence, DayEvidence, EpochEvidence, Evidence } from '@liftgate/rollout';
import type { Installation } from './installation.ts';
import { parseSums } from './partition-store.ts';
import { evidenceRead } from './scripts.ts';

type Rows = Map<string, IntegerSums>;

/** Reads all that has been counted for one run of an experiment: one script per partition, whatever the traffic. */
export async function readEvidence(
  redis: Redis,
  installation: Installation,
  run: { readonly environment: string; readonly flag: string; readonly phase: number },
): Promise<Evidence> {
  const { keys, partitions } = installation;
  const key = runKey(run.environment, run.flag, run.phase);
  const parts = await Promise.all(
    Array.from({ length: partitions }, (_, p) =>
      evidenceRead(redis, {
        meta: keys.meta(p),
        statistics: keys.statistics(p, key),
        days: keys.days(p, key),
      }),
    ),
  );
  const statistics: Rows = new Map();
  const days: Rows = new Map();
  let events = 0;
  for (const part of parts) {
    events += part.events;
    addRows(statistics, part.statistics);
    addRows(days, part.days);
  }
  const quarantined = Number(statistics.get(QUARANTINED_ROW)?.n ?? 0n);
  statistics.delete(QUARANTINED_ROW);
  return { ...run, epochs: epochsOf(statistics), days: daysOf(days), quarantined, events };
}

function addRows(rows: Rows, stored: ReadonlyMap<string, string>): void {
  for (const [row, text] of stored) {
    const sums = parseSums(text);
    const known = rows.get(row);
    rows.set(row, known === undefined ? sums : addIntegerSums(known, sums));
  }
}

/** Rows are `epoch|variant|metric`; the row without a metric counts exposed units. */
function epochsOf(rows: Rows): EpochEvidence[] {
  const epochs = new Map<number, Map<string, { exposed: bigint; metrics: Record<string, IntegerSums> }>>();
  for (const [row, sums] of rows) {
    const [epoch = '', variant = '', metric = ''] = row.split('|');
    const arms =
      epochs.get(Number(epoch)) ??
      new Map<string, { exposed: bigint; metrics: Record<string, IntegerSums> }>();
    epochs.set(Number(epoch), arms);
    const arm = arms.get(variant) ?? { exposed: 0n, metrics: {} };
    arms.set(variant, arm);
    if (metric === '') arm.exposed = sums.n;
    else arm.metrics[metric] = sums;
  }
  return [...epochs]
    .sort(([a], [b]) => a - b)
    .map(([epoch, arms]) => ({
      epoch,
      arms: [...arms]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([variant, arm]): ArmEvidence => ({ variant, ...arm })),
    }));
}

function daysOf(rows: Rows): DayEvidence[] {
  const byDay = new Map<string, Rows>();
  for (const [key, sums] of rows) {
    const bar = key.indexOf('|');
    const day = key.slice(0, bar);
    const dayRows = byDay.get(day) ?? new Map<string, IntegerSums>();
    byDay.set(day, dayRows.set(key.slice(bar + 1), sums));
  }
  return [...byDay]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([day, dayRows]) => epochsOf(dayRows).map((epoch) => ({ day, ...epoch })));
}
