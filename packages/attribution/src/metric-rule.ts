import type { Metric, MetricKind } from '@liftgate/stats';
import { scaledValue } from './scaled-value.ts';

/** What counting needs to know of a metric. It never changes once the metric exists, so what went in comes out again. */
export interface MetricRule {
  readonly kind: MetricKind;
  /** Events count from this long after the exposure, in milliseconds. */
  readonly delayMs: number;
  /** And for this long from then on; Infinity: for ever. */
  readonly windowMs: number;
  /** The most a unit's outcome can be, as a scaled integer; null: no limit. */
  readonly cap: bigint | null;
}

/** The rule of a metric by its key; undefined for a metric that nobody knows. */
export type MetricRules = (metric: string) => MetricRule | undefined;

export function metricRule(metric: Metric): MetricRule {
  const { key, kind, decimals, delayMs = 0, windowMs = Number.POSITIVE_INFINITY, cap } = metric;
  const scaled = cap === undefined ? null : scaledValue(cap, { key, kind: 'sum', decimals });
  return { kind, delayMs, windowMs, cap: scaled?.status === 'ok' ? scaled.scaled : null };
}

/** Whether a metric event at this time counts for a unit that was exposed at that one. */
export function inWindow(at: number, exposedAt: number, rule: MetricRule | undefined): boolean {
  const since = at - exposedAt;
  if (rule === undefined) return since >= 0;
  return since >= rule.delayMs && since >= 0 && since < rule.delayMs + rule.windowMs;
}
