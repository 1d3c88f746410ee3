import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Chunk } from './chunk.ts';
import type { Outcome } from './scenario.ts';

const workerUrl = new URL('./worker-start.mjs', import.meta.url);

const WORKER_FLAGS = ['--conditions=@liftgate/source'];

/** Runs chunks on worker threads and gives their outcomes in the chunks' order, so that the table does not depend on the machine. */
export function runOnWorkers(
  chunks: readonly Chunk[],
  workers: number = availableParallelism(),
): Promise<Outcome[]> {
  const results: Outcome[][] = chunks.map(() => []);
  let next = 0;
  let open = chunks.length;
  return new Promise((resolve, reject) => {
    const threads = Array.from(
      { length: Math.min(workers, chunks.length) },
      () => new Worker(workerUrl, { execArgv: WORKER_FLAGS }),
    );
    const stop = (): void => {
      for (const thread of threads) void thread.terminate();
    };
    const feed = (thread: Worker): void => {
      const index = next++;
      const chunk = chunks[index];
      if (!chunk) return;
      thread.once('message', ({ outcomes }: { outcomes: Outcome[] }) => {
        results[index] = outcomes;
        open -= 1;
        if (open === 0) {
          stop();
          resolve(results.flat());
          return;
        }
        feed(thread);
      });
      thread.postMessage(chunk, []);
    };
    for (const thread of threads) {
      thread.once('error', (error) => {
        stop();
        reject(error);
      });
      feed(thread);
    }
  });
}
