import type { MetricKind } from '@liftgate/stats';
import type { MetricRule, RecentEvent } from '@liftgate/attribution';

/**
 * What must be counted, worked out the slow way: plain loops over everything that was ever sent to a set of units, with
 * nothing remembered from one step to the next. Shares no code with the package.
 */
export interface Truth {
  /** `run row` → "n s1 s2", without rows that are all zero. */
  readonly rows: Record<string, string>;
  readonly days: Record<string, string>;
  /** How many events ended where. */
  readonly balance: Record<string, number>;
}

const SIX_HOURS = 21_600_000;

export function batchTruth(
  sentByUnit: readonly (readonly RecentEvent[])[],
  rules: Readonly<Record<string, MetricRule>>,
): Truth {
  const rows: Record<string, [bigint, bigint, bigint]> = {};
  const days: Record<string, [bigint, bigint, bigint]> = {};
  const balance: Record<string, number> = {};
  for (const sent of sentByUnit) {
    const distinct: RecentEvent[] = [];
    for (const event of sent) {
      if (distinct.some((one) => text(one) === text(event))) bump(balance, 'duplicate');
      else distinct.push(event);
    }
    const valid: RecentEvent[] = [];
    for (const event of distinct) {
      const earlier = distinct.filter((one) => one.id === event.id && isBefore(one, event));
      if (earlier.length === 0) valid.push(event);
      else if (earlier.some((one) => withoutEpoch(one) === withoutEpoch(event))) bump(balance, 'duplicate');
      else bump(balance, 'rejected:id_conflict');
    }
    const runs = new Set<string>();
    for (const event of valid) if (event.kind === 'exposure') runs.add(`${event.flag}#${event.phase}`);
    const enrolled: { run: string; from: number; spoiled: boolean }[] = [];
    for (const run of runs) {
      const exposures = valid.filter((one) => one.kind === 'exposure' && `${one.flag}#${one.phase}` === run);
      let first = exposures[0];
      if (first?.kind !== 'exposure') continue;
      const variants = new Set<string>();
      for (const one of exposures) {
        if (one.kind !== 'exposure') continue;
        variants.add(one.variant);
        if (one.at < first.at || (one.at === first.at && one.id < first.id)) first = one;
      }
      const spoiled = variants.size > 1;
      enrolled.push({ run, from: first.at, spoiled });
      if (spoiled) {
        addTo(rows, `production/${run} quarantined`, 1n, 0n);
        continue;
      }
      const place = `${first.epoch}|${first.variant}|`;
      const day = dayOf(first.at);
      addTo(rows, `production/${run} ${place}`, 1n, 0n);
      addTo(days, `production/${run} ${day}|${place}`, 1n, 0n);
      for (const [metric, rule] of Object.entries(rules)) {
        const values: bigint[] = [];
        for (const one of valid) {
          if (one.kind === 'metric' && one.metric === metric && isDue(one.at, first.at, rule))
            values.push(one.scaled);
        }
        if (values.length === 0) continue;
        let y = outcome(rule.kind, values);
        if (rule.cap !== null && y > rule.cap) y = rule.cap;
        addTo(rows, `production/${run} ${place}${metric}`, 1n, y);
        addTo(days, `production/${run} ${day}|${place}${metric}`, 1n, y);
      }
    }
    for (const event of valid) {
      let ended = 'unattributable';
      for (const one of enrolled) {
        const concerns =
          event.kind === 'exposure'
            ? `${event.flag}#${event.phase}` === one.run
            : isDue(event.at, one.from, rules[event.metric]);
        if (concerns && !one.spoiled) ended = 'counted';
        else if (concerns && ended === 'unattributable') ended = 'quarantined';
      }
      bump(balance, ended);
    }
  }
  return { rows: asText(rows), days: asText(days), balance };
}

function isDue(at: number, exposedAt: number, rule: MetricRule | undefined): boolean {
  if (rule === undefined) return at >= exposedAt;
  const opens = exposedAt + rule.delayMs;
  return at >= opens && at < opens + rule.windowMs;
}

/** The event with this id that comes first in time counts; of several at the same time the one first in the alphabet. */
function isBefore(one: RecentEvent, other: RecentEvent): boolean {
  if (one.at < other.at) return other.at - one.at < SIX_HOURS;
  if (one.at > other.at) return false;
  return compare(keyOf(one), keyOf(other)) < 0;
}

function keyOf(event: RecentEvent): (string | number | bigint)[] {
  return event.kind === 'exposure'
    ? ['a', event.flag, event.variant, event.phase, event.epoch]
    : ['b', event.metric, event.scaled];
}

function compare(a: (string | number | bigint)[], b: (string | number | bigint)[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i] ?? 0, b[i] ?? 0];
    if (left < right) return -1;
    if (left > right) return 1;
  }
  return 0;
}

function text(event: RecentEvent): string {
  return [event.at, event.id, ...keyOf(event)].join(' ');
}

function withoutEpoch(event: RecentEvent): string {
  return [event.at, ...keyOf(event).slice(0, 3)].join(' ');
}

/** The mean in floating point would hide a rounding error: the nearest integer is found by trying all near ones. */
function outcome(kind: MetricKind, values: readonly bigint[]): bigint {
  if (kind === 'proportion') return values.some((value) => value === 1n) ? 1n : 0n;
  let sum = 0n;
  for (const value of values) sum += value;
  if (kind !== 'mean') return sum;
  const count = BigInt(values.length);
  const start = sum / count;
  let best = start - 2n;
  for (let candidate = start - 2n; candidate <= start + 2n; candidate++) {
    const error = distance(candidate * count, sum);
    const bestError = distance(best * count, sum);
    if (error < bestError || (error === bestError && candidate % 2n === 0n)) best = candidate;
  }
  return best;
}

function distance(a: bigint, b: bigint): bigint {
  return a < b ? b - a : a - b;
}

function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

function two(part: number): string {
  return String(part).padStart(2, '0');
}

function addTo(rows: Record<string, [bigint, bigint, bigint]>, row: string, n: bigint, y: bigint): void {
  const known = rows[row] ?? [0n, 0n, 0n];
  rows[row] = [known[0] + n, known[1] + y, known[2] + y * y];
}

function bump(balance: Record<string, number>, disposition: string): void {
  balance[disposition] = (balance[disposition] ?? 0) + 1;
}

function asText(rows: Record<string, [bigint, bigint, bigint]>): Record<string, string> {
  return Object.fromEntries(Object.entries(rows).map(([row, sums]) => [row, sums.join(' ')]));
}
