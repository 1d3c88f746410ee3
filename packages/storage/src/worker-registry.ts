import type { Redis } from 'ioredis';
import type { Keys } from './keys.ts';
import { workerMark } from './scripts.ts';

export interface WorkerSeen {
  readonly id: string;
  readonly lastSeenAt: string;
}

/** A worker that has not been seen for this long is gone. The clock is that of Redis: those of machines differ. */
export const WORKER_GONE_MS = 5_000;
const FORGOTTEN_MS = 6 * WORKER_GONE_MS;

/** Notes that a worker is alive; returns all that are, this one included. */
export async function markWorker(redis: Redis, keys: Keys, id: string): Promise<WorkerSeen[]> {
  return seen(redis, keys, id);
}

export async function forgetWorker(redis: Redis, keys: Keys, id: string): Promise<void> {
  await redis.zrem(keys.workers, id);
}

/** Workers seen lately, in the order of their ids. */
export async function liveWorkers(redis: Redis, keys: Keys): Promise<WorkerSeen[]> {
  return seen(redis, keys, '');
}

async function seen(redis: Redis, keys: Keys, worker: string): Promise<WorkerSeen[]> {
  const pairs = await workerMark(redis, keys.workers, {
    worker,
    goneMs: WORKER_GONE_MS,
    forgottenMs: FORGOTTEN_MS,
  });
  const workers: WorkerSeen[] = [];
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    workers.push({ id: pairs[index] ?? '', lastSeenAt: new Date(Number(pairs[index + 1])).toISOString() });
  }
  return workers.sort((a, b) => (a.id < b.id ? -1 : 1));
}
