import type { MetricKind } from '@liftgate/stats';
import type { Disposition } from './disposition.ts';
import { applyEnrolment, type StatisticsChange } from './statistics-change.ts';
import { fold } from './fold.ts';
import { byTime } from './identity.ts';
import { concerns, outcomeOf } from './outcome.ts';
import {
  LATENESS_MS,
  MAX_RECENT,
  type Enrolment,
  type RecentEvent,
  type SeenEvent,
  type UnitState,
} from './unit-state.ts';

/** Changes of the balance, by `environment|source|disposition`. */
export type BalanceChange = Map<string, number>;

export interface Ledger {
  readonly statistics: StatisticsChange;
  readonly balance: BalanceChange;
}

/**
 * Takes events into the state of their unit, in any order and any number of times: what is counted depends only on the
 * set of events, as long as each arrives less than the lateness window behind the newest before it. An event that
 * comes later than that is late. How the events are cut into calls never matters, only their order.
 * Returns the next state; adds to the ledger what changes in the statistics and where each event ended.
 */
export function takeIn(
  state: UnitState,
  events: readonly RecentEvent[],
  environment: string,
  kinds: (metric: string) => MetricKind | undefined,
  ledger: Ledger,
): UnitState {
  const news: RecentEvent[] = [];
  for (const [event, arrival] of arrivals(state, events)) {
    if (arrival === 'new') news.push(event);
    else count(ledger.balance, environment, event.source, arrival, 1);
  }
  if (news.length === 0) return state;
  const next: UnitState = { ...state, recent: [...state.recent, ...news].sort(byTime) };
  move(state, next, environment, kinds, ledger);
  return fold(next);
}

/** What each event is when it arrives, one after the other: the horizon moves with every new one. */
function* arrivals(
  state: UnitState,
  events: readonly RecentEvent[],
): Generator<[RecentEvent, 'new' | 'duplicate' | 'late']> {
  const seen = new Set(state.seen.map(identityOf));
  const known = new Map<string, RecentEvent[]>();
  const remember = (event: RecentEvent) => {
    const same = known.get(identityOf(event));
    if (same === undefined) known.set(identityOf(event), [event]);
    else same.push(event);
  };
  state.recent.forEach(remember);
  const horizons = runningHorizon(state, events.length);
  for (const event of events) {
    const horizon = horizons.now();
    const same = known.get(identityOf(event));
    if (event.at <= horizon) {
      const again = same !== undefined || seen.has(identityOf(event));
      yield [event, again && event.at > horizon - LATENESS_MS ? 'duplicate' : 'late'];
    } else if (same?.some((one) => byTime(one, event) === 0)) {
      yield [event, 'duplicate'];
    } else {
      remember(event);
      horizons.add(event.at);
      yield [event, 'new'];
    }
  }
}

/** The horizon as it would be if the state were folded after every event (see fold.ts). */
function runningHorizon({ horizon, recent }: UnitState, arriving: number) {
  const crowded = recent.length + arriving > MAX_RECENT;
  let times = crowded ? recent.map((event) => event.at) : [];
  let now = horizon;
  return {
    now: () => now,
    add(at: number): void {
      now = Math.max(now, at - LATENESS_MS);
      if (!crowded) return;
      let place = times.length;
      while (place > 0 && (times[place - 1] ?? at) > at) place--;
      times.splice(place, 0, at);
      now = Math.max(now, times.at(-MAX_RECENT - 1) ?? now);
      if ((times[0] ?? at) <= now) times = times.filter((time) => time > now);
    },
  };
}

function identityOf({ id, at }: SeenEvent): string {
  return `${at}|${id}`;
}

/** Takes the old outcome of the unit out of the ledger and puts the new one in. */
function move(
  old: UnitState,
  next: UnitState,
  environment: string,
  kinds: (metric: string) => MetricKind | undefined,
  ledger: Ledger,
): void {
  const put = (state: UnitState, sign: 1n | -1n) => {
    const outcome = outcomeOf(state);
    for (const enrolment of outcome.enrolments) {
      applyEnrolment(ledger.statistics, environment, enrolment, kinds, sign);
    }
    const add = (source: string, disposition: Disposition, events: number) =>
      count(ledger.balance, environment, source, disposition, Number(sign) * events);
    for (const event of state.recent) {
      const concerned = outcome.enrolments.filter((enrolment) => concerns(event, enrolment));
      add(event.source, outcome.refused.get(event) ?? dispositionOf(concerned), 1);
    }
    for (const { source, concern, events } of state.settled) {
      add(source, dispositionOf(outcome.enrolments.filter((_, index) => concern.includes(index))), events);
    }
  };
  put(old, -1n);
  put(next, 1n);
}

/** Where an event ends that concerns these enrolments. */
function dispositionOf(concerned: readonly Enrolment[]): Disposition {
  if (concerned.length === 0) return 'unattributable';
  return concerned.every((enrolment) => enrolment.quarantined) ? 'quarantined' : 'counted';
}

export function count(
  balance: BalanceChange,
  environment: string,
  source: string,
  disposition: Disposition,
  by: number,
): void {
  const key = `${environment}|${source}|${disposition}`;
  balance.set(key, (balance.get(key) ?? 0) + by);
}
