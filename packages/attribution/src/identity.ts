import { LATENESS_MS, type RecentEvent, type UnitState } from './unit-state.ts';

/**
 * One id names one event of a unit. The same content again is a duplicate. Other content under the same id, less than
 * the lateness window away, is a conflict: then the earliest counts, whichever arrived first, so the order of delivery
 * does not matter. Ids are compared within a unit only; the same id at another unit is another event.
 */
export type Refusal = 'duplicate' | 'rejected:id_conflict';

/** The recent events that do not count because of an earlier event with their id; mostly none. */
export function refusedOf({ recent, seen }: UnitState): ReadonlyMap<RecentEvent, Refusal> {
  const refused = new Map<RecentEvent, Refusal>();
  const earlier = new Map<string, { readonly at: number }>();
  for (const event of seen) earlier.set(event.id, event);
  for (const event of recent) {
    const known = earlier.get(event.id);
    if (known !== undefined && event.at - known.at < LATENESS_MS) {
      const again = 'kind' in known && sameContent(known as RecentEvent, event);
      refused.set(event, again ? 'duplicate' : 'rejected:id_conflict');
    }
    earlier.set(event.id, event);
  }
  return refused;
}

/** By time, then id, then content: a total order, so that a state depends on the set of its events only. */
export function byTime(a: RecentEvent, b: RecentEvent): number {
  return a.at - b.at || order(a.id, b.id) || order(a.kind, b.kind) || byContent(a, b);
}

function byContent(a: RecentEvent, b: RecentEvent): number {
  if (a.kind === 'exposure' && b.kind === 'exposure') {
    return order(a.flag, b.flag) || order(a.variant, b.variant) || a.phase - b.phase || a.epoch - b.epoch;
  }
  if (a.kind === 'metric' && b.kind === 'metric') {
    return order(a.metric, b.metric) || order(a.scaled, b.scaled);
  }
  return 0;
}

/**
 * Whether a sender would call both the same event. Phase and epoch are left out: ingest fills them in, so an event
 * that is sent again after a change of the stage comes with another epoch.
 */
function sameContent(a: RecentEvent, b: RecentEvent): boolean {
  if (a.at !== b.at) return false;
  if (a.kind === 'exposure') return b.kind === 'exposure' && a.flag === b.flag && a.variant === b.variant;
  return b.kind === 'metric' && a.metric === b.metric && a.scaled === b.scaled;
}

function order<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
