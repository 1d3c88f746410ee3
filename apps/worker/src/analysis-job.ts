import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  ANALYSE_ALL_JOB,
  ANALYSIS_QUEUE,
  analyseAllSchema,
  explain,
  type Installation,
} from '@liftgate/storage';
import { analyseAll } from './analysis.ts';
import type { Configurations } from './configurations.ts';
import { quietLog } from './quiet-log.ts';

/** How often the schedule is looked after. */
const LOOK_EVERY_MS = 2_000;
/** A next run that is overdue by more than this will not come by itself. */
const OVERDUE_MS = 5_000;
/** BullMQ tries again at once, thousands of times a second, when Redis refuses: it is made to wait. */
const REST_MS = 2_000;

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
  const log = quietLog(10_000);
  const report = (error: Error) => log(`analysis: ${error.message}`);
  const queue = new Queue(ANALYSIS_QUEUE, options);
  const worker = new Worker(
    ANALYSIS_QUEUE,
    async (job, _token, signal) => {
      analyseAllSchema.parse(job.data);
      return analyseAll(connections.redis, installation, configurations, signal);
    },
    { ...options, concurrency: 1 },
  );
  const ending = new AbortController();
  let resting = false;
  const rest = async (): Promise<void> => {
    if (resting) return;
    resting = true;
    await worker.pause(true);
    await pause(REST_MS, ending.signal);
    resting = false;
    if (!ending.signal.aborted) await worker.resume();
  };
  queue.on('error', report);
  worker.on('error', (error) => {
    report(error);
    // Away, it is waited for by the connection itself; there, it refuses: a full memory, a replica.
    if (explain(error).code !== 'unreachable') rest().catch(report);
  });
  worker.on('failed', (_job, error) => report(error));

  /** Makes the schedule, and makes it anew when Redis refused to note the next run: each run begets the next one. */
  const lookAfter = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        const scheduler = await queue.getJobScheduler(ANALYSE_ALL_JOB);
        const next = scheduler?.every === everyMs ? (scheduler.next ?? 0) : 0;
        if (next < Date.now() - OVERDUE_MS) {
          await queue.upsertJobScheduler(
            ANALYSE_ALL_JOB,
            { every: everyMs },
            { name: ANALYSE_ALL_JOB, data: {}, opts: { removeOnComplete: 10, removeOnFail: 100 } },
          );
        }
      } catch (error) {
        // Events are taken in meanwhile, which is what empties a full memory.
        report(error instanceof Error ? error : new Error(String(error)));
      }
      await pause(LOOK_EVERY_MS, ending.signal);
    }
  };
  const looking = lookAfter();
  return {
    async stop() {
      ending.abort();
      await looking;
      await worker.close();
      await queue.close();
    },
  };
}

async function pause(ms: number, until: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: until }).catch(() => undefined);
}
