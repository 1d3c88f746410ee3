import { countsEveryUnit } from '@liftgate/stats';
import type { MetricRule, MetricRules } from './metric-rule.ts';
import { divideHalfEven } from './scaled-value.ts';
import type { Enrolment } from './unit-state.ts';

/** Sums that are added to a row of the statistics (or, negative, taken out of it). */
export interface RowChange {
  n: bigint;
  s1: bigint;
  s2: bigint;
}

/**
 * Changes of the statistics, by experiment run (`production/checkout#1`) and row. A row is `epoch|variant|metric`; the
 * row without a metric counts exposed units, the row `quarantined` the quarantined ones. `days` holds the same rows by
 * the day of the first exposure: `2026-11-24|epoch|variant|metric`.
 */
export interface RunChange {
  readonly rows: Map<string, RowChange>;
  readonly days: Map<string, RowChange>;
}
export type StatisticsChange = Map<string, RunChange>;

export const QUARANTINED_ROW = 'quarantined';

export function runKey(environment: string, flag: string, phase: number): string {
  return `${environment}/${flag}#${phase}`;
}

export function rowKey(epoch: number, variant: string, metric: string): string {
  return `${epoch}|${variant}|${metric}`;
}

/** Adds (sign 1) or takes out (sign −1) what one unit contributes through one enrolment. */
export function applyEnrolment(
  change: StatisticsChange,
  environment: string,
  enrolment: Enrolment,
  rules: MetricRules,
  sign: 1n | -1n,
): void {
  const run = runKey(environment, enrolment.flag, enrolment.phase);
  let target = change.get(run);
  if (target === undefined) {
    target = { rows: new Map(), days: new Map() };
    change.set(run, target);
  }
  if (enrolment.quarantined) {
    addTo(target.rows, QUARANTINED_ROW, sign, 0n, 0n);
    return;
  }
  const day = new Date(enrolment.at).toISOString().slice(0, 10);
  const add = (metric: string, y: bigint) => {
    const row = rowKey(enrolment.epoch, enrolment.variant, metric);
    addTo(target.rows, row, sign, sign * y, sign * y * y);
    addTo(target.days, `${day}|${row}`, sign, sign * y, sign * y * y);
  };
  add('', 0n);
  for (const [metric, total] of enrolment.totals) {
    const rule = rules(metric);
    if (rule !== undefined) add(metric, outcome(rule, total.sum, total.events));
  }
}

/** The unit's outcome y in one metric, as a scaled integer (see MetricKind), at most the cap. */
function outcome({ kind, cap }: MetricRule, sum: bigint, events: number): bigint {
  if (kind === 'proportion') return sum > 0n ? 1n : 0n;
  const y = countsEveryUnit(kind) ? sum : divideHalfEven(sum, BigInt(events));
  return cap !== null && y > cap ? cap : y;
}

function addTo(rows: Map<string, RowChange>, key: string, n: bigint, s1: bigint, s2: bigint): void {
  const row = rows.get(key);
  if (row === undefined) {
    rows.set(key, { n, s1, s2 });
    return;
  }
  row.n += n;
  row.s1 += s1;
  row.s2 += s2;
}
