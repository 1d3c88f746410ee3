/**
 * What one metric measures, and how the events of one unit become that unit's outcome `y`.
 *
 * - `proportion`: y = 1 when any of the unit's values is 1, else 0; each value is 0 or 1. Every exposed unit counts.
 * - `count`: y = how many: the sum of the unit's values, each a whole number of at least 0. Every exposed unit counts.
 * - `sum`: y = the sum of the unit's values. Every exposed unit counts, with 0 when it has no event.
 * - `mean`: y = the mean of the unit's values, rounded half to even at the metric's last decimal. Only units that
 *   were measured at least once count: it is fair only where the feature does not change who gets measured.
 */
export type MetricKind = 'proportion' | 'count' | 'sum' | 'mean';

export const METRIC_KINDS: readonly MetricKind[] = ['proportion', 'count', 'sum', 'mean'];

/** Which way is good: `up` for revenue, `down` for errors or waiting time. */
export type MetricDirection = 'up' | 'down';

/** How a person reads the value; `usd` values are dollars, `percent` values are shares in [0, 1]. */
export type MetricUnit = 'number' | 'percent' | 'usd' | 'seconds' | 'milliseconds' | 'hours' | 'minutes';

export interface Metric {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly kind: MetricKind;
  readonly direction: MetricDirection;
  readonly unit: MetricUnit;
  /** Values are kept as integers of 10^-decimals (6: millionths), so that sums and sums of squares are exact. */
  readonly decimals: number;
  /** Only events from this long after the unit's exposure on count, in milliseconds; from the exposure on by default. */
  readonly delayMs?: number;
  /** Only events up to this long after the delay count, in milliseconds; all of them by default. */
  readonly windowMs?: number;
  /** The unit's outcome is at most this, in the metric's unit: fixed in advance, so that it cannot follow the data. */
  readonly cap?: number;
  /** The mean before the experiment, if known: with `minimumEffect` it tunes the confidence sequence. */
  readonly baseline?: number;
  /** The relative change worth detecting, for example 0.05. */
  readonly minimumEffect?: number;
  /** Grows by one with every change; the compare-and-set of updates. */
  readonly version: number;
}

/** Whether a unit without any event of the metric counts, with outcome 0. */
export function countsEveryUnit(kind: MetricKind): boolean {
  return kind !== 'mean';
}
