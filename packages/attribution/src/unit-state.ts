/**
 * What is kept of one unit, and what follows from it.
 *
 * Recent events are kept one by one, so that they can arrive in any order and twice; once they are older than the
 * lateness window (measured on the unit's own newest event) they are folded into totals. Everything that is counted is
 * a function of this state: a change of the state takes the old outcome out of the statistics and puts the new one in.
 */

/** Events this much older than the unit's newest one are folded; whatever arrives from there later is late. */
export const LATENESS_MS = 6 * 60 * 60 * 1000;
/** A unit with more recent events than this folds its oldest early. */
export const MAX_RECENT = 4_000;

export interface RecentExposure {
  readonly kind: 'exposure';
  readonly id: string;
  readonly at: number;
  readonly source: string;
  readonly flag: string;
  readonly variant: string;
  readonly epoch: number;
  readonly phase: number;
}

export interface RecentMetric {
  readonly kind: 'metric';
  readonly id: string;
  readonly at: number;
  readonly source: string;
  readonly metric: string;
  readonly scaled: bigint;
}

export type RecentEvent = RecentExposure | RecentMetric;

export interface MetricTotal {
  readonly sum: bigint;
  readonly events: number;
}

/** One run of one experiment as this unit met it. */
export interface Enrolment {
  readonly flag: string;
  readonly phase: number;
  /** The first exposure: everything of the metrics from here on counts. */
  readonly at: number;
  readonly epoch: number;
  readonly variant: string;
  /** The unit met a second variant: nothing of it counts. */
  readonly quarantined: boolean;
  readonly totals: ReadonlyMap<string, MetricTotal>;
}

export interface UnitState {
  /** Everything up to this time is folded. */
  readonly horizon: number;
  /** Sorted by time, then id. */
  readonly recent: readonly RecentEvent[];
  readonly folded: readonly Enrolment[];
}

export const NEW_UNIT: UnitState = { horizon: Number.NEGATIVE_INFINITY, recent: [], folded: [] };

/** How this unit stands in every experiment it has met, folded and recent events together. */
export function enrolmentsOf(state: UnitState): Enrolment[] {
  const enrolments = new Map<string, Enrolment>();
  for (const enrolment of state.folded) enrolments.set(`${enrolment.flag}#${enrolment.phase}`, enrolment);
  for (const event of state.recent) {
    if (event.kind !== 'exposure') continue;
    const key = `${event.flag}#${event.phase}`;
    enrolments.set(key, withExposure(enrolments.get(key), event));
  }
  const all = [...enrolments.values()];
  return all.map((enrolment) => withMetrics(enrolment, state.recent));
}

function withExposure(known: Enrolment | undefined, event: RecentExposure): Enrolment {
  const { flag, phase, at, epoch, variant } = event;
  if (known === undefined) return { flag, phase, at, epoch, variant, quarantined: false, totals: new Map() };
  const quarantined = known.quarantined || known.variant !== variant;
  // Recent events come in time order and after everything folded: the known exposure is the first.
  return quarantined === known.quarantined ? known : { ...known, quarantined };
}

function withMetrics(enrolment: Enrolment, recent: readonly RecentEvent[]): Enrolment {
  let totals: Map<string, MetricTotal> | undefined;
  for (const event of recent) {
    if (event.kind !== 'metric' || event.at < enrolment.at) continue;
    totals ??= new Map(enrolment.totals);
    const total = totals.get(event.metric);
    totals.set(event.metric, { sum: (total?.sum ?? 0n) + event.scaled, events: (total?.events ?? 0) + 1 });
  }
  return totals === undefined ? enrolment : { ...enrolment, totals };
}

/** The state with everything at or before the new horizon folded into totals; nothing that is counted changes. */
export function fold(state: UnitState): UnitState {
  const horizon = nextHorizon(state);
  const first = state.recent[0];
  if (first === undefined || first.at > horizon) return state;
  const old = state.recent.filter((event) => event.at <= horizon);
  const kept = state.recent.filter((event) => event.at > horizon);
  return { horizon, recent: kept, folded: enrolmentsOf({ ...state, recent: old }) };
}

function nextHorizon({ recent, horizon }: UnitState): number {
  const newest = recent.at(-1)?.at ?? horizon;
  const crowded =
    recent.length > MAX_RECENT ? (recent[recent.length - MAX_RECENT - 1]?.at ?? horizon) : horizon;
  return Math.max(horizon, newest - LATENESS_MS, crowded);
}
