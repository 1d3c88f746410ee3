import type { Disposition } from './disposition.ts';
import { applyEnrolment, type StatisticsChange } from './statistics-change.ts';
import { fold } from './fold.ts';
import { byTime } from './identity.ts';
import type { MetricRules } from './metric-rule.ts';
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
  rules: MetricRules,
  ledger: Ledger,
): UnitState {
  const news: RecentEvent[] = [];
  const horizons = runningHorizon(state, events.length);
  for (const event of events) {
    const arrival = arrivalOf(event, state, news, horizons.now());
    if (arrival !== 'new') {
      count(ledger.balance, environment, event.source, arrival, 1);
      continue;
    }
    news.push(event);
    horizons.add(event.at);
  }
  if (news.length === 0) return state;
  const { horizon, recent, seen, folded, settled } = state;
  const next: UnitState = { horizon, recent: [...recent, ...news].sort(byTime), seen, folded, settled };
  put(state, -1n, environment, rules, ledger);
  put(next, 1n, environment, rules, ledger);
  return fold(next, rules);
}

/** What an event is when it arrives after the state's and the news, at this horizon. */
function arrivalOf(
  event: RecentEvent,
  { recent, seen }: UnitState,
  news: readonly RecentEvent[],
  horizon: number,
): 'new' | 'duplicate' | 'late' {
  if (event.at > horizon) {
    return holdsEqual(recent, event) || holdsEqual(news, event) ? 'duplicate' : 'new';
  }
  const remembered = event.at > horizon - LATENESS_MS;
  const again = holdsId(recent, event) || holdsId(news, event) || holdsId(seen, event);
  return remembered && again ? 'duplicate' : 'late';
}

function holdsEqual(events: readonly RecentEvent[], event: RecentEvent): boolean {
  for (const one of events) if (one.at === event.at && byTime(one, event) === 0) return true;
  return false;
}

function holdsId(events: readonly SeenEvent[], { id, at }: SeenEvent): boolean {
  for (const one of events) if (one.at === at && one.id === id) return true;
  return false;
}

/** Puts the outcome of the unit into the ledger (sign 1) or takes it out (sign −1). */
function put(
  state: UnitState,
  sign: 1n | -1n,
  environment: string,
  rules: MetricRules,
  { statistics, balance }: Ledger,
): void {
  const { enrolments, refused } = outcomeOf(state, rules);
  for (const enrolment of enrolments) applyEnrolment(statistics, environment, enrolment, rules, sign);
  const one = Number(sign);
  for (const event of state.recent) {
    const disposition = refused.get(event) ?? dispositionOf(event, enrolments, rules);
    count(balance, environment, event.source, disposition, one);
  }
  for (const { source, concern, events } of state.settled) {
    const counts = concern.some((index) => enrolments[index]?.quarantined === false);
    count(balance, environment, source, counts ? 'counted' : 'quarantined', one * events);
  }
}

function dispositionOf(
  event: RecentEvent,
  enrolments: readonly Enrolment[],
  rules: MetricRules,
): Disposition {
  let concerned = false;
  for (const enrolment of enrolments) {
    if (!concerns(event, enrolment, rules)) continue;
    if (!enrolment.quarantined) return 'counted';
    concerned = true;
  }
  return concerned ? 'quarantined' : 'unattributable';
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
