// An installation in memory: the flags one gives it, and a list of what was sent. Sends can be made to fail or hang.
import type { Delivery } from '@liftgate/attribution';
import { createFlag, type Flag, type NewFlag } from '@liftgate/flags';
import type { Backend, FlagListener } from '@liftgate/openfeature-provider';

export interface MemoryBackend {
  readonly open: () => Backend;
  /** Deliveries in the order they were taken. */
  readonly sent: Delivery[];
  readonly batchSizes: number[];
  /** Opened backends that were not closed. */
  readonly live: Set<FlagListener>;
  setFlags(...flags: Flag[]): void;
  listener(): FlagListener;
  /** What the next sends do: succeed, fail, or wait for `release`. */
  sending: 'taken' | 'refused' | 'hanging';
  release(): void;
  /** What `open` throws, when it should. */
  openError: Error | undefined;
}

export function memoryBackend(...initial: Flag[]): MemoryBackend {
  let flags = new Map(initial.map((flag) => [flag.key, flag]));
  let listener: FlagListener | undefined;
  let waiting: (() => void)[] = [];
  const backend: MemoryBackend = {
    sent: [],
    batchSizes: [],
    live: new Set(),
    sending: 'taken',
    openError: undefined,
    setFlags(...next) {
      flags = new Map(next.map((flag) => [flag.key, flag]));
      listener?.onFlags(flags);
    },
    listener() {
      if (listener === undefined) throw new Error('the backend is not open');
      return listener;
    },
    release() {
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    open: () => {
      let mine: FlagListener | undefined;
      return {
        async open(given) {
          await Promise.resolve();
          if (backend.openError !== undefined) throw backend.openError;
          listener = given;
          mine = given;
          backend.live.add(given);
          given.onFlags(flags);
        },
        prepare: (deliveries) => ({
          async send() {
            if (backend.sending === 'refused') throw new Error('the memory is away');
            if (backend.sending === 'hanging') {
              await new Promise<void>((resolve) => {
                waiting.push(resolve);
              });
            }
            backend.sent.push(...deliveries);
            backend.batchSizes.push(deliveries.length);
          },
        }),
        async settle() {},
        async close() {
          if (mine !== undefined) backend.live.delete(mine);
          backend.release();
        },
      };
    },
  };
  return backend;
}

const NOW = new Date('2026-11-24T12:00:00Z');

/** Half of the users get the treatment, the other half are its control. */
export function splitFlag(input: Partial<NewFlag> & { readonly key: string }): Flag {
  return createFlag({ environment: 'production', stage: 'beta_50', ...input }, NOW);
}

export async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`still not so after ${withinMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
