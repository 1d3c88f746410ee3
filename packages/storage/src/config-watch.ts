import type { Redis } from 'ioredis';
import {
  parseChange,
  sameStamp,
  type ConfigChange,
  type ConfigKind,
  type ConfigSnapshot,
  type ConfigStamp,
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
/** So many polls without an answer, and the store counts as lost although the connection looks open. */
const SILENT_POLLS = 2;

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
  let subscribed = false;
  let reading: Promise<ConfigSnapshot> | undefined;
  /** The newest change that was published while a read was under way: the read may or may not have seen it. */
  let published: ConfigStamp | undefined;
  let catchingUp = false;
  let unanswered = 0;

  const present = (): ConfigSnapshot => {
    if (snapshot === undefined) throw new Error('the configuration has not been read yet');
    return snapshot;
  };
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
    if (!stale || closed || !subscribed) return;
    stale = false;
    events.onFresh?.();
  };
  const read = (): Promise<ConfigSnapshot> => {
    reading ??= readUntilCurrent().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const readUntilCurrent = async (): Promise<ConfigSnapshot> => {
    for (;;) {
      published = undefined;
      const next = await store.snapshot(environment);
      if (closed) return next;
      swap(keepGood(snapshot, next));
      if (published === undefined || sameStamp(published, next.stamp)) return present();
    }
  };
  const refresh = async (): Promise<ConfigSnapshot> => {
    const stamp = await store.stamp();
    const isCurrent = () => snapshot !== undefined && sameStamp(snapshot.stamp, stamp);
    // A read that is under way may have begun before the change; one that begins now has not.
    if (!isCurrent()) await reading?.catch(() => undefined);
    if (!isCurrent()) await read();
    return present();
  };

  const onMessage = (_channel: string, message: string) => {
    const change = readChange(message);
    if (reading !== undefined) {
      // Applied now, it would be undone by a read that began before it.
      published = change?.stamp ?? UNREADABLE;
      return;
    }
    if (snapshot !== undefined && change !== null) {
      if (sameStamp(change.stamp, snapshot.stamp)) return;
      if (change.stamp.number === snapshot.stamp.number + 1) {
        swap(applyChange(snapshot, change));
        return;
      }
    }
    void read().catch((error: unknown) => becomeStale(messageOf(error)));
  };
  const onClose = () => {
    subscribed = false;
    becomeStale('the connection to the flag store is lost');
  };
  const subscribe = async () => {
    await subscriber.subscribe(keys.configChannel);
    subscribed = true;
  };
  const catchUp = () => {
    if (catchingUp) {
      if (++unanswered >= SILENT_POLLS) becomeStale('the flag store does not answer');
      return;
    }
    catchingUp = true;
    unanswered = 0;
    void (subscribed ? refresh() : subscribe().then(refresh))
      .then(becomeFresh, (error: unknown) => becomeStale(messageOf(error)))
      .finally(() => {
        catchingUp = false;
      });
  };

  // One set of listeners per environment, and there may be many.
  subscriber.setMaxListeners(0);
  subscriber.on('message', onMessage);
  subscriber.on('close', onClose);
  const stop = () => {
    closed = true;
    subscriber.off('message', onMessage);
    subscriber.off('close', onClose);
    subscriber.off('ready', catchUp);
  };
  try {
    await subscribe();
    await read();
  } catch (error) {
    stop();
    throw error;
  }
  subscriber.on('ready', catchUp);
  const poll = setInterval(catchUp, POLL_MS);
  poll.unref();

  return {
    current: present,
    refresh,
    async close() {
      if (closed) return;
      clearInterval(poll);
      stop();
      await reading?.catch(() => undefined);
    },
  };
}

/** Differs from every stamp. */
const UNREADABLE: ConfigStamp = { number: -1, nonce: '' };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
    broken: snapshot.broken.filter(({ kind, key }) => kind !== change.kind || key !== change.key),
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
      .filter((key) => !sameObject(a[kind].get(key), b[kind].get(key)))
      .map((key) => ({ kind, key }));
  });
}

/** After a failover two different objects can have the same version. */
function sameObject(a: { version: number } | undefined, b: { version: number } | undefined): boolean {
  return a === b || (a?.version === b?.version && JSON.stringify(a) === JSON.stringify(b));
}
