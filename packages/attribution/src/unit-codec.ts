import { z } from 'zod';
import type { Enrolment, RecentEvent, UnitState } from './unit-state.ts';

/**
 * The stored form of a unit's state: compact JSON with positions instead of names. Version 2:
 * [2, horizon | null, [recent…], [[at, id] seen…], [folded…], [[source, [concern…], events] settled…]] with recent = [at, id, source, flag, phase, epoch, variant] for exposures
 * and [at, id, source, metric, "scaled"] for metric events, folded = [flag, phase, at, epoch, variant, 0 | 1,
 * [[metric, "sum", events]…]].
 */
const recentSchema = z.union([
  z.tuple([z.number(), z.string(), z.string(), z.string(), z.number(), z.number(), z.string()]),
  z.tuple([z.number(), z.string(), z.string(), z.string(), z.string()]),
]);
const foldedSchema = z.tuple([
  z.string(),
  z.number(),
  z.number(),
  z.number(),
  z.string(),
  z.union([z.literal(0), z.literal(1)]),
  z.array(z.tuple([z.string(), z.string(), z.number()])),
]);
const stateSchema = z.tuple([
  z.literal(2),
  z.number().nullable(),
  z.array(recentSchema),
  z.array(z.tuple([z.number(), z.string()])),
  z.array(foldedSchema),
  z.array(z.tuple([z.string(), z.array(z.number()), z.number()])),
]);

export function encodeUnit(state: UnitState): string {
  return JSON.stringify([
    2,
    Number.isFinite(state.horizon) ? state.horizon : null,
    state.recent.map(encodeRecent),
    state.seen.map(({ at, id }) => [at, id]),
    state.folded.map((one) => [
      one.flag,
      one.phase,
      one.at,
      one.epoch,
      one.variant,
      one.quarantined ? 1 : 0,
      [...one.totals].map(([metric, total]) => [metric, total.sum.toString(), total.events]),
    ]),
    state.settled.map(({ source, concern, events }) => [source, concern, events]),
  ]);
}

function encodeRecent(event: RecentEvent): unknown[] {
  return event.kind === 'exposure'
    ? [event.at, event.id, event.source, event.flag, event.phase, event.epoch, event.variant]
    : [event.at, event.id, event.source, event.metric, event.scaled.toString()];
}

/** Throws when the text is not a stored state: it is ours, so that is a bug or a broken store. */
export function decodeUnit(text: string): UnitState {
  const [, horizon, recent, seen, folded, settled] = stateSchema.parse(JSON.parse(text));
  return {
    horizon: horizon ?? Number.NEGATIVE_INFINITY,
    recent: recent.map((fields): RecentEvent => {
      if (fields.length === 5) {
        const [at, id, source, metric, scaled] = fields;
        return { kind: 'metric', at, id, source, metric, scaled: BigInt(scaled) };
      }
      const [at, id, source, flag, phase, epoch, variant] = fields;
      return { kind: 'exposure', at, id, source, flag, phase, epoch, variant };
    }),
    seen: seen.map(([at, id]) => ({ id, at })),
    folded: folded.map(([flag, phase, at, epoch, variant, quarantined, totals]): Enrolment => ({
      flag,
      phase,
      at,
      epoch,
      variant,
      quarantined: quarantined === 1,
      totals: new Map(totals.map(([metric, sum, events]) => [metric, { sum: BigInt(sum), events }])),
    })),
    settled: settled.map(([source, concern, events]) => ({ source, concern, events })),
  };
}
