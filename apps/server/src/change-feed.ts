import type { EventEmitter } from 'node:events';
import type { Change } from './services.ts';

/**
 * The changes of one environment as they happen, until the signal. A listener that is slow is told the newest change of
 * each object, once: what waits for it is bounded by what there is to change, not by how long it sleeps.
 */
export async function* changeFeed(
  changes: EventEmitter<{ change: [Change] }>,
  environment: string,
  signal: AbortSignal,
): AsyncGenerator<Change, void> {
  const waiting = new Map<string, Change>();
  let wake: (() => void) | undefined;
  const onChange = (change: Change) => {
    if (change.environment !== environment) return;
    waiting.set(`${change.kind}:${change.key}`, change);
    wake?.();
  };
  const onAbort = () => wake?.();
  changes.on('change', onChange);
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const [next] = waiting;
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const [object, change] = next;
      waiting.delete(object);
      yield change;
    }
  } finally {
    changes.off('change', onChange);
    signal.removeEventListener('abort', onAbort);
  }
}
