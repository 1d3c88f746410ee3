import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';

export interface WorkerSeen {
  readonly id: string;
  readonly lastSeenAt: string;
}

/** A worker that has not been seen for this long is gone. */
export const WORKER_GONE_MS = 5_000;

export async function markWorker(redis: Redis, keys: Keys, id: string, now: Date): Promise<void> {
  await redis.zadd(keys.workers, now.getTime(), id);
  await redis.zremrangebyscore(keys.workers, '-inf', now.getTime() - 6 * WORKER_GONE_MS);
}

export async function forgetWorker(redis: Redis, keys: Keys, id: string): Promise<void> {
  await redis.zrem(keys.workers, id);
}

/** Workers seen lately, in the order of their ids. */
export async function liveWorkers(redis: Redis, keys: Keys, now: Date): Promise<WorkerSeen[]> {
  const ids = await redis.zrangebyscore(keys.workers, now.getTime() - WORKER_GONE_MS, '+inf', 'WITHSCORES');
  const workers: WorkerSeen[] = [];
  for (let index = 0; index + 1 < ids.length; index += 2) {
    workers.push({ id: ids[index] ?? '', lastSeenAt: new Date(Number(ids[index + 1])).toISOString() });
  }
  return workers.sort((a, b) => (a.id < b.id ? -1 : 1));
}
