import * as fc from 'fast-check';
import type { MetricKind } from '@liftgate/stats';
import {
  LATENESS_MS,
  NEW_UNIT,
  takeIn,
  type Ledger,
  type MetricRule,
  type MetricRules,
  type RecentEvent,
  type UnitState,
} from '@liftgate/attribution';

export const HOUR = 3_600_000;
const always = { delayMs: 0, windowMs: Number.POSITIVE_INFINITY, cap: null } as const;
export const RULES: Readonly<Record<string, MetricRule>> = {
  visited: { ...always, kind: 'proportion' },
  clicks: { ...always, kind: 'count' },
  spend: { ...always, kind: 'sum' },
  seconds: { ...always, kind: 'mean' },
  /** Counts for two hours after the exposure, and no unit for more than 5. */
  soon: { kind: 'sum', delayMs: 0, windowMs: 2 * HOUR, cap: 5n },
  /** Counts from one hour after the exposure on, for twelve. */
  later: { kind: 'mean', delayMs: HOUR, windowMs: 12 * HOUR, cap: 3n },
};
export const ruleOf: MetricRules = (metric) => RULES[metric];

const START = Date.UTC(2026, 10, 23, 20);

/** Times on a coarse grid, so that events often share one. */
const time = (hours: number) =>
  fc.integer({ min: 0, max: hours * 4 }).map((step) => START + (step * HOUR) / 4);
/** Few ids, so that they are often reused for something else. */
const id = (ids: number) => fc.integer({ min: 0, max: ids }).map((n) => `e${n}`);
const source = fc.constantFrom('http', 'provider');

export function anEvent(hours: number, ids: number): fc.Arbitrary<RecentEvent> {
  const exposure = fc.record({
    kind: fc.constant('exposure' as const),
    id: id(ids),
    at: time(hours),
    source,
    flag: fc.constantFrom('checkout', 'search'),
    // Most units stay in one variant.
    variant: fc.constantFrom('control', 'control', 'control', 'control', 'control', 'treatment'),
    epoch: fc.integer({ min: 1, max: 12 }),
    phase: fc.constantFrom(1, 1, 1, 2),
  });
  const metric = fc.constantFrom(...Object.keys(RULES)).chain((metric) =>
    fc.record({
      kind: fc.constant('metric' as const),
      id: id(ids),
      at: time(hours),
      source,
      metric: fc.constant(metric),
      scaled: valueOf(RULES[metric]?.kind),
    }),
  );
  return fc.oneof({ weight: 2, arbitrary: exposure }, { weight: 3, arbitrary: metric });
}

function valueOf(kind: MetricKind | undefined): fc.Arbitrary<bigint> {
  if (kind === 'proportion') return fc.bigInt({ min: 0n, max: 1n });
  if (kind === 'count') return fc.bigInt({ min: 0n, max: 5n });
  return fc.oneof(fc.bigInt({ min: -7n, max: 7n }), fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }));
}

/** What was sent, in the order of arrival: every event is less than the lateness window behind the newest before it. */
export function anInWindowDelivery(hours: number, ids: number, size: number): fc.Arbitrary<RecentEvent[]> {
  const delayed = fc.record({
    event: anEvent(hours, ids),
    delays: fc.array(fc.integer({ min: 0, max: LATENESS_MS - 1 }), { minLength: 1, maxLength: 3 }),
  });
  return fc.array(delayed, { maxLength: size }).map((sent) =>
    sent
      .flatMap(({ event, delays }) => delays.map((delay) => ({ event, arrives: event.at + delay })))
      .sort((a, b) => a.arrives - b.arrives)
      .map(({ event }) => event),
  );
}

export function newLedger(): Ledger {
  return { statistics: new Map(), balance: new Map() };
}

/** Takes a unit's events in, cut into calls of these sizes, over and over. */
export function deliver(
  events: readonly RecentEvent[],
  sizes: readonly number[],
  ledger: Ledger,
  start: UnitState = NEW_UNIT,
): UnitState {
  let state = start;
  let from = 0;
  for (let call = 0; from < events.length; call++) {
    const size = sizes[call % sizes.length] ?? 1;
    state = takeIn(state, events.slice(from, from + size), 'production', ruleOf, ledger);
    from += size;
  }
  return state;
}

export const callSizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });

/** The ledger as plain data, without rows that are all zero. */
export function counted(ledger: Ledger) {
  const rows: Record<string, string> = {};
  const days: Record<string, string> = {};
  for (const [run, change] of ledger.statistics) {
    for (const [part, into] of [
      [change.rows, rows],
      [change.days, days],
    ] as const) {
      for (const [row, { n, s1, s2 }] of part) {
        if (n !== 0n || s1 !== 0n || s2 !== 0n) into[`${run} ${row}`] = `${n} ${s1} ${s2}`;
      }
    }
  }
  return { rows, days, balance: balanceOf(ledger) };
}

/** The balance over all sources, without zeros. */
export function balanceOf(ledger: Ledger): Record<string, number> {
  const balance: Record<string, number> = {};
  for (const [key, events] of ledger.balance) {
    const disposition = key.split('|')[2] ?? '';
    balance[disposition] = (balance[disposition] ?? 0) + events;
  }
  return Object.fromEntries(Object.entries(balance).filter(([, events]) => events !== 0));
}

export function total(balance: Record<string, number>): number {
  return Object.values(balance).reduce((sum, events) => sum + events, 0);
}
