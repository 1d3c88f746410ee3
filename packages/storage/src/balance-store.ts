import type { Redis } from 'ioredis';
import type { Balance, Disposition } from '@liftgate/attribution';
import type { Installation } from './installation.ts';
import { parseEntry, timeOfEntry } from './partition-store.ts';

/** Where the events of one environment ended, in all and by source. */
export interface EnvironmentBalance {
  /** Deliveries the consumers took in. */
  readonly received: number;
  readonly total: Balance;
  readonly bySource: Readonly<Record<string, Balance>>;
  /** Refused at the door, before anything was stored, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Received − everything accounted for: 0, or something is wrong. */
  readonly unexplained: number;
}

const RECEIVED = 'received';
/** Stands for the environment and the source of an entry that cannot be read. */
export const UNREADABLE = '-';
const UNDECODABLE: Disposition = 'rejected:undecodable';

/** The balance field that counts arrivals, kept apart from the dispositions so that the two can be compared. */
export function receivedField(environment: string, source: string): string {
  return `${environment}|${source}|${RECEIVED}`;
}

export async function readBalance(
  redis: Redis,
  installation: Installation,
  environment: string,
): Promise<EnvironmentBalance> {
  const { keys, partitions } = installation;
  const stored = await Promise.all(
    Array.from({ length: partitions }, (_, p) => redis.hgetall(keys.balance(p))),
  );
  const bySource: Record<string, Partial<Record<Disposition, number>>> = {};
  const total: Partial<Record<Disposition, number>> = {};
  let received = 0;
  let explained = 0;
  for (const fields of stored) {
    for (const [field, text] of Object.entries(fields)) {
      const [inEnvironment, source = '', disposition = ''] = field.split('|');
      if (inEnvironment !== environment) continue;
      const count = Number(text);
      if (disposition === RECEIVED) {
        received += count;
        continue;
      }
      explained += count;
      const kind = disposition as Disposition;
      const ofSource = (bySource[source] ??= {});
      ofSource[kind] = (ofSource[kind] ?? 0) + count;
      total[kind] = (total[kind] ?? 0) + count;
    }
  }
  const refused = await redis.hgetall(keys.refused(environment));
  return {
    received,
    total: withoutZeros(total),
    bySource: Object.fromEntries(
      Object.entries(bySource).map(([source, balance]) => [source, withoutZeros(balance)]),
    ),
    refused: Object.fromEntries(Object.entries(refused).map(([reason, count]) => [reason, Number(count)])),
    unexplained: received - explained,
  };
}

function withoutZeros(balance: Balance): Balance {
  return Object.fromEntries(Object.entries(balance).filter(([, count]) => count !== 0));
}

/** Counts events that the server refused, by reason. */
export async function countRefused(
  redis: Redis,
  installation: Installation,
  environment: string,
  reasons: ReadonlyMap<string, number>,
): Promise<void> {
  const pipeline = redis.pipeline();
  for (const [reason, count] of reasons)
    pipeline.hincrby(installation.keys.refused(environment), reason, count);
  const replies = (await pipeline.exec()) ?? [];
  for (const [error] of replies) if (error !== null) throw error;
}

export interface Progress {
  /** Events the consumers took in, over all environments. */
  readonly events: number;
  /** Partitions with entries still to be taken in. */
  readonly behind: number;
  /** How long the oldest waiting entry has been there, in milliseconds; 0 when none waits. */
  readonly lagMs: number;
  /** Entries that could not be read: the newest of them are kept among the dead letters. */
  readonly deadLetters?: number;
}

/** How far the consumers are behind the streams. */
export async function readProgress(redis: Redis, installation: Installation, now: Date): Promise<Progress> {
  const { keys, partitions } = installation;
  const parts = await Promise.all(
    Array.from({ length: partitions }, async (_, p) => {
      const [offset, events] = await redis.hmget(keys.meta(p), 'offset', 'events');
      const undecodable = `${UNREADABLE}|${UNREADABLE}|${UNDECODABLE}`;
      const deadLetters = await redis.hget(keys.balance(p), undecodable);
      const [waiting] = await redis.xrange(keys.stream(p), `(${offset ?? '0-0'}`, '+', 'COUNT', 1);
      return {
        events: Number(events ?? 0),
        deadLetters: Number(deadLetters ?? 0),
        since: waiting === undefined ? null : timeOfEntry(parseEntry(waiting).id),
      };
    }),
  );
  const waiting = parts.flatMap((part) => (part.since === null ? [] : [part.since]));
  return {
    events: parts.reduce((sum, part) => sum + part.events, 0),
    deadLetters: parts.reduce((sum, part) => sum + part.deadLetters, 0),
    behind: waiting.length,
    lagMs: waiting.length === 0 ? 0 : Math.max(0, now.getTime() - Math.min(...waiting)),
  };
}
