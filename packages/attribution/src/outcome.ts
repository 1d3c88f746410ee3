import { refusedOf, type Refusal } from './identity.ts';
import { inWindow, type MetricRules } from './metric-rule.ts';
import type { Enrolment, MetricTotal, RecentEvent, RecentExposure, UnitState } from './unit-state.ts';

/** All that follows from a state. */
export interface Outcome {
  /** How the unit stands in every experiment it has met, folded and recent events together. */
  readonly enrolments: readonly Enrolment[];
  readonly refused: ReadonlyMap<RecentEvent, Refusal>;
}

export function outcomeOf(state: UnitState, rules: MetricRules): Outcome {
  const refused = refusedOf(state);
  const events = refused.size === 0 ? state.recent : state.recent.filter((event) => !refused.has(event));
  return { enrolments: enrolmentsOf(state.folded, events, rules), refused };
}

/** Whether an event is part of what an enrolment says. A repeated exposure is: it confirms the first one. */
export function concerns(event: RecentEvent, enrolment: Enrolment, rules: MetricRules): boolean {
  return event.kind === 'exposure'
    ? event.flag === enrolment.flag && event.phase === enrolment.phase
    : inWindow(event.at, enrolment.at, rules(event.metric));
}

function enrolmentsOf(
  folded: readonly Enrolment[],
  recent: readonly RecentEvent[],
  rules: MetricRules,
): Enrolment[] {
  const enrolments = new Map<string, Enrolment>();
  for (const enrolment of folded) enrolments.set(`${enrolment.flag}#${enrolment.phase}`, enrolment);
  for (const event of recent) {
    if (event.kind !== 'exposure') continue;
    const key = `${event.flag}#${event.phase}`;
    enrolments.set(key, withExposure(enrolments.get(key), event));
  }
  return [...enrolments.values()].map((enrolment) => withMetrics(enrolment, recent, rules));
}

function withExposure(known: Enrolment | undefined, event: RecentExposure): Enrolment {
  const { flag, phase, at, epoch, variant } = event;
  if (known === undefined) return { flag, phase, at, epoch, variant, quarantined: false, totals: new Map() };
  const quarantined = known.quarantined || known.variant !== variant;
  // Recent events come in time order and after everything folded: the known exposure is the first.
  return quarantined === known.quarantined ? known : { ...known, quarantined };
}

function withMetrics(enrolment: Enrolment, recent: readonly RecentEvent[], rules: MetricRules): Enrolment {
  let totals: Map<string, MetricTotal> | undefined;
  for (const event of recent) {
    if (event.kind !== 'metric' || !inWindow(event.at, enrolment.at, rules(event.metric))) continue;
    totals ??= new Map(enrolment.totals);
    const total = totals.get(event.metric);
    totals.set(event.metric, { sum: (total?.sum ?? 0n) + event.scaled, events: (total?.events ?? 0) + 1 });
  }
  return totals === undefined ? enrolment : { ...enrolment, totals };
}
