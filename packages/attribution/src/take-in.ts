import type { MetricKind } from '@liftgate/stats';
import type { Disposition } from './disposition.ts';
import { applyEnrolment, type StatisticsChange } from './statistics-change.ts';
import { enrolmentsOf, fold, type Enrolment, type RecentEvent, type UnitState } from './unit-state.ts';

/** Changes of the balance, by `environment|source|disposition`. */
export type BalanceChange = Map<string, number>;

export interface Ledger {
  readonly statistics: StatisticsChange;
  readonly balance: BalanceChange;
}

/**
 * Takes events into the state of their unit, in any order and any number of times: what is counted depends only on the
 * set of events, as long as none is older than the unit's horizon. Returns the next state; adds to the ledger what
 * changes in the statistics and where each event ended.
 */
export function takeIn(
  state: UnitState,
  events: readonly RecentEvent[],
  environment: string,
  kinds: (metric: string) => MetricKind | undefined,
  ledger: Ledger,
): UnitState {
  const known = new Map(state.recent.map((event) => [event.id, event]));
  const news: RecentEvent[] = [];
  for (const event of events) {
    const earlier = known.get(event.id);
    if (earlier !== undefined) {
      count(
        ledger.balance,
        environment,
        event.source,
        sameContent(earlier, event) ? 'duplicate' : 'rejected:id_conflict',
        1,
      );
    } else if (event.at <= state.horizon) {
      count(ledger.balance, environment, event.source, 'late', 1);
    } else {
      known.set(event.id, event);
      news.push(event);
    }
  }
  if (news.length === 0) return state;
  const next: UnitState = { ...state, recent: [...state.recent, ...news].sort(byTimeThenId) };
  move(state, next, environment, kinds, ledger);
  return fold(next);
}

/** Takes the old outcome of the unit out of the ledger and puts the new one in. */
function move(
  old: UnitState,
  next: UnitState,
  environment: string,
  kinds: (metric: string) => MetricKind | undefined,
  ledger: Ledger,
): void {
  const before = enrolmentsOf(old);
  const after = enrolmentsOf(next);
  for (const enrolment of before) applyEnrolment(ledger.statistics, environment, enrolment, kinds, -1n);
  for (const enrolment of after) applyEnrolment(ledger.statistics, environment, enrolment, kinds, 1n);
  for (const event of old.recent)
    count(ledger.balance, environment, event.source, dispositionOf(event, before), -1);
  for (const event of next.recent)
    count(ledger.balance, environment, event.source, dispositionOf(event, after), 1);
}

function dispositionOf(event: RecentEvent, enrolments: readonly Enrolment[]): Disposition {
  let quarantined = false;
  for (const enrolment of enrolments) {
    const concerns =
      event.kind === 'exposure'
        ? event.flag === enrolment.flag && event.phase === enrolment.phase
        : event.at >= enrolment.at;
    if (!concerns) continue;
    if (!enrolment.quarantined) return 'counted';
    quarantined = true;
  }
  return quarantined ? 'quarantined' : 'unattributable';
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

function byTimeThenId(a: RecentEvent, b: RecentEvent): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function sameContent(a: RecentEvent, b: RecentEvent): boolean {
  if (a.kind === 'exposure') {
    return (
      b.kind === 'exposure' &&
      a.flag === b.flag &&
      a.variant === b.variant &&
      a.phase === b.phase &&
      a.at === b.at
    );
  }
  return b.kind === 'metric' && a.metric === b.metric && a.scaled === b.scaled && a.at === b.at;
}
