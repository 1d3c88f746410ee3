import type { Redis } from 'ioredis';
import {
  parseChange,
  sameStamp,
  type ConfigChange,
  type ConfigKind,
  type ConfigSnapshot,
  type ConfigStore,
} from './config-store.ts';
import type { Keys } from './keys.ts';

export interface ConfigWatchEvents {
  /** The snapshot has been swapped; `changed` lists what is different, nothing when it is the first. */
  onChange?(
    snapshot: ConfigSnapshot,
    changed: readonly { readonly kind: ConfigKind; readonly key: string }[],
  ): void;
  /** The change feed is lost; the last snapshot keeps serving. */
  onStale?(reason: string): void;
  /** The change feed is back and the snapshot is current. */
  onFresh?(): void;
}

export interface ConfigWatch {
  /** The present snapshot; never changes in place. */
  current(): ConfigSnapshot;
  /** Reads the configuration again unless it is current already. */
  refresh(): Promise<ConfigSnapshot>;
  close(): Promise<void>;
}

const POLL_MS = 1_000;

/**
 * Keeps a snapshot of one environment current: subscribes first, then reads; applies published changes while their
 * numbers are without a gap, else reads again; compares number and nonce every second, so that neither a silent
 * subscriber nor a failover can leave it behind. `subscriber` is a connection of its own; both are the caller's to end.
 */
export async function watchConfig(
  connections: { readonly redis: Redis; readonly subscriber: Redis },
  keys: Keys,
  store: ConfigStore,
  environment: string,
  events: ConfigWatchEvents = {},
): Promise<ConfigWatch> {
  const { subscriber } = connections;
  let snapshot: ConfigSnapshot | undefined;
  let stale = false;
  let closed = false;
  let reading: Promise<ConfigSnapshot> | undefined;

  const swap = (next: ConfigSnapshot) => {
    const previous = snapshot;
    snapshot = next;
    const changed = previous === undefined ? [] : differences(previous, next);
    if (previous === undefined || changed.length > 0) events.onChange?.(next, changed);
  };
  const becomeStale = (reason: string) => {
    if (stale || closed) return;
    stale = true;
    events.onStale?.(reason);
  };
  const becomeFresh = () => {
    if (!stale || closed) return;
    stale = false;
    events.onFresh?.();
  };
  const read = (): Promise<ConfigSnapshot> => {
    reading ??= store
      .snapshot(environment)
      .then((next) => {
        if (!closed) swap(keepGood(snapshot, next));
        return next;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  const refresh = async (): Promise<ConfigSnapshot> => {
    if (snapshot === undefined || !sameStamp(snapshot.stamp, await store.stamp())) await read();
    return present();
  };
  const present = (): ConfigSnapshot => {
    if (snapshot === undefined) throw new Error('the configuration has not been read yet');
    return snapshot;
  };

  const onMessage = (_channel: string, message: string) => {
    const change = readChange(message);
    if (snapshot === undefined || change === null || change.stamp.number !== snapshot.stamp.number + 1) {
      void read().catch((error: unknown) => becomeStale(String(error)));
      return;
    }
    swap(applyChange(snapshot, change));
  };
  const onClose = () => becomeStale('the connection to the flag store is lost');
  subscriber.on('message', onMessage);
  subscriber.on('close', onClose);
  await subscriber.subscribe(keys.configChannel);
  await read();

  const poll = setInterval(() => {
    void refresh()
      .then(() => {
        if (subscriber.status === 'ready') becomeFresh();
      })
      .catch((error: unknown) => becomeStale(error instanceof Error ? error.message : String(error)));
  }, POLL_MS);
  poll.unref();

  return {
    current: present,
    refresh,
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(poll);
      subscriber.off('message', onMessage);
      subscriber.off('close', onClose);
      await reading?.catch(() => undefined);
    },
  };
}

function readChange(message: string): ConfigChange | null {
  try {
    return parseChange(message);
  } catch {
    return null;
  }
}

function applyChange(snapshot: ConfigSnapshot, change: ConfigChange): ConfigSnapshot {
  const next = { ...snapshot, stamp: change.stamp };
  if (change.environment !== snapshot.environment) return next;
  return {
    ...next,
    [change.kind]: new Map<string, unknown>(snapshot[change.kind]).set(change.key, change.object),
  };
}

/** An object that can no longer be read keeps its last good form. */
function keepGood(previous: ConfigSnapshot | undefined, next: ConfigSnapshot): ConfigSnapshot {
  if (previous === undefined || next.broken.length === 0) return next;
  const kept: Record<ConfigKind, Map<string, unknown>> = {
    flag: new Map(next.flag),
    metric: new Map(next.metric),
    experiment: new Map(next.experiment),
  };
  for (const { kind, key } of next.broken) {
    const good = previous[kind].get(key);
    if (good !== undefined) kept[kind].set(key, good);
  }
  return { ...next, ...kept } as ConfigSnapshot;
}

function differences(a: ConfigSnapshot, b: ConfigSnapshot): { kind: ConfigKind; key: string }[] {
  return (['flag', 'metric', 'experiment'] as const).flatMap((kind) => {
    const keys = new Set([...a[kind].keys(), ...b[kind].keys()]);
    return [...keys]
      .filter((key) => a[kind].get(key)?.version !== b[kind].get(key)?.version)
      .map((key) => ({ kind, key }));
  });
}
