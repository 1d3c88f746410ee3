import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { ANALYSE_ALL_JOB, ANALYSIS_QUEUE, analyseAllSchema, type Installation } from '@liftgate/storage';
import { analyseAll } from './analysis.ts';
import type { Configurations } from './configurations.ts';

const SCHEDULE_AGAIN_MS = 1_000;

export interface AnalysisJob {
  stop(): Promise<void>;
}

/**
 * One job scheduler for the whole installation, however many workers start it; each run catches up to now, so a missed
 * tick loses nothing. `connection` is BullMQ's own and is ended by the caller after `stop`.
 */
export function startAnalysisJob(
  connections: { readonly redis: Redis; readonly connection: Redis },
  installation: Installation,
  configurations: Configurations,
  everyMs: number,
): AnalysisJob {
  const options = { connection: connections.connection, prefix: installation.keys.queuePrefix };
  const queue = new Queue(ANALYSIS_QUEUE, options);
  const worker = new Worker(
    ANALYSIS_QUEUE,
    async (job, _token, signal) => {
      analyseAllSchema.parse(job.data);
      return analyseAll(connections.redis, installation, configurations, signal);
    },
    { ...options, concurrency: 1 },
  );
  queue.on('error', report);
  worker.on('error', report);
  worker.on('failed', (_job, error) => report(error));
  const ending = new AbortController();
  const schedule = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        await queue.upsertJobScheduler(
          ANALYSE_ALL_JOB,
          { every: everyMs },
          { name: ANALYSE_ALL_JOB, data: {}, opts: { removeOnComplete: 10, removeOnFail: 100 } },
        );
        return;
      } catch (error) {
        // A full memory, say: events are taken in meanwhile, which is what empties it.
        report(error instanceof Error ? error : new Error(String(error)));
        await sleep(SCHEDULE_AGAIN_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    }
  };
  const scheduling = schedule();
  return {
    async stop() {
      ending.abort();
      await scheduling;
      await worker.close();
      await queue.close();
    },
  };
}

function report(error: Error): void {
  console.error(`analysis: ${error.message}`);
}
