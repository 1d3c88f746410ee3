import type { MetricRules } from './metric-rule.ts';
import { concerns, outcomeOf, type Outcome } from './outcome.ts';
import {
  LATENESS_MS,
  MAX_RECENT,
  type RecentEvent,
  type SeenEvent,
  type SettledEvents,
  type UnitState,
} from './unit-state.ts';

/** The state with everything at or before the new horizon folded into totals; nothing that is counted changes. */
export function fold(state: UnitState, rules: MetricRules): UnitState {
  const horizon = nextHorizon(state);
  const oldest = state.recent[0]?.at ?? horizon;
  if (oldest > horizon && state.seen.length === 0) {
    const { recent, seen, folded, settled } = state;
    return { horizon, recent, seen, folded, settled };
  }
  const recent = state.recent.filter((event) => event.at > horizon);
  const old = state.recent.slice(0, state.recent.length - recent.length);
  const seen = stillSeen([...state.seen, ...old], horizon);
  if (old.length === 0) return { horizon, recent, seen, folded: state.folded, settled: state.settled };
  const outcome = outcomeOf({ ...state, recent: old }, rules);
  const settled = withEvents(state.settled, old, outcome, rules);
  return { horizon, recent, seen, folded: outcome.enrolments, settled };
}

/** An enrolment begins at its first exposure, so what a folded event concerns is final; only quarantine can follow. */
function withEvents(
  settled: readonly SettledEvents[],
  events: readonly RecentEvent[],
  { enrolments, refused }: Outcome,
  rules: MetricRules,
): SettledEvents[] {
  const sums = new Map(settled.map((one) => [keyOf(one), one]));
  for (const event of events) {
    if (refused.has(event)) continue;
    const concern = enrolments.flatMap((enrolment, index) =>
      concerns(event, enrolment, rules) ? [index] : [],
    );
    if (concern.length === 0) continue;
    const one = { source: event.source, concern, events: 1 };
    const known = sums.get(keyOf(one));
    sums.set(keyOf(one), known === undefined ? one : { ...known, events: known.events + 1 });
  }
  return [...sums.values()];
}

function keyOf({ source, concern }: SettledEvents): string {
  return `${concern.join()}|${source}`;
}

/** An id is remembered for one more lateness window: that far an event that is not late can be from it. */
function stillSeen(events: readonly SeenEvent[], horizon: number): SeenEvent[] {
  const seen = events.filter(({ id, at }, index) => {
    const next = events[index + 1];
    return at > horizon - LATENESS_MS && (next?.id !== id || next.at !== at);
  });
  return seen.slice(-MAX_RECENT).map(({ id, at }) => ({ id, at }));
}

function nextHorizon({ recent, horizon }: UnitState): number {
  const newest = recent.at(-1)?.at ?? horizon;
  const crowded = recent.at(-MAX_RECENT - 1)?.at ?? horizon;
  return Math.max(horizon, newest - LATENESS_MS, crowded);
}
