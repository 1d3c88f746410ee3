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
  /** Sorted by time, id and content. */
  readonly recent: readonly RecentEvent[];
  /** Ids of folded events that a recent one could still repeat, sorted by time and id. */
  readonly seen: readonly SeenEvent[];
  readonly folded: readonly Enrolment[];
  /** The folded events that count for a run, or would if the unit were not quarantined there. */
  readonly settled: readonly SettledEvents[];
}

export interface SeenEvent {
  readonly id: string;
  readonly at: number;
}

/** Where so many folded events ended follows from the enrolments they concern, by position in `folded`. */
export interface SettledEvents {
  readonly source: string;
  readonly concern: readonly number[];
  readonly events: number;
}

export const NEW_UNIT: UnitState = {
  horizon: Number.NEGATIVE_INFINITY,
  recent: [],
  seen: [],
  folded: [],
  settled: [],
};
