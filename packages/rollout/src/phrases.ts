import type { MetricUnit } from '@liftgate/stats';
import type { Comparison, MetricResult, ResultInterval } from './result.ts';

/** Numbers as people read them: true minus, three digits, no exponent. What is not 0 never reads as 0. */
export function asLift(lift: number | null): string {
  if (lift === null) return 'open';
  return `${lift > 0 ? '+' : lift < 0 ? MINUS : ''}${asShare(Math.abs(lift))}`;
}

const MINUS = '\u2212';

/** "+3% to +8%"; an open side in words. */
export function asLifts(interval: ResultInterval): string {
  return span(interval, asLift);
}

export function asPeople(count: number): string {
  return asUnits(count, 'user');
}

/** "1 person", "2,290 people"; of a flag that splits by tenant "3 tenants". A replay's units are taken for people. */
export function asUnits(count: number, unit: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? oneOf(unit) : manyOf(unit)}`;
}

function oneOf(unit: string): string {
  return isPeople(unit) ? 'person' : unit;
}

export function manyOf(unit: string): string {
  if (isPeople(unit)) return 'people';
  return /[^aeiou]y$/.test(unit) ? `${unit.slice(0, -1)}ies` : `${unit}s`;
}

/** A flag made by a replay splits `replay:<flag>`, a name for machines. */
function isPeople(unit: string): boolean {
  return unit === 'user' || unit.startsWith('replay:');
}

/** A value of a metric with its unit: "$1.42", "18.3%", "9.2 min". */
export function asValue(value: number | null, unit: MetricUnit): string {
  if (value === null) return 'none yet';
  return `${value < 0 ? MINUS : ''}${sizeOf(Math.abs(value), unit)}`;
}

function sizeOf(size: number, unit: MetricUnit): string {
  switch (unit) {
    case 'percent':
      return `${three(size * 100)}%`;
    case 'usd':
      return `$${dollars(size)}`;
    case 'seconds':
      return size >= 120 ? `${three(size / 60)} min` : `${three(size)} s`;
    case 'milliseconds':
      return `${three(size)} ms`;
    case 'minutes':
      return `${three(size)} min`;
    case 'hours':
      return `${three(size)} h`;
    case 'number':
      return three(size);
  }
}

function dollars(size: number): string {
  if (size >= 100) return Math.round(size).toLocaleString('en-US');
  return size > 0 && size < 0.01 ? smallest(size) : size.toFixed(2);
}

function three(size: number): string {
  return rounded(size, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function asShare(share: number): string {
  const percent = share * 100;
  return `${rounded(percent, percent >= 10 ? 0 : 1)}%`;
}

function rounded(size: number, digits: number): string {
  const number = Number(size.toFixed(digits));
  if (number === 0 && size > 0) return smallest(size);
  return number.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** One digit, however many zeros come before it. */
function smallest(size: number): string {
  return size.toLocaleString('en-US', { maximumSignificantDigits: 1 });
}

/** "38% faster (31% to 44%)": the direction in words, the interval in the same sign. */
export function liftPhrase(metric: MetricResult, comparison: Extract<Comparison, { status: 'ok' }>): string {
  const { relative, absolute, reading } = comparison;
  const clear = reading === 'better' || reading === 'worse';
  // The lift's interval can be open or wider where the baseline is noisy; the difference's is what the reading is of.
  const usable =
    relative !== null && (!clear || (relative.alwaysValid !== null && isClear(relative.alwaysValid)));
  const estimate = usable ? relative.lift : absolute.estimate;
  const interval = usable ? relative.alwaysValid : absolute.alwaysValid.interval;
  const text = usable ? asShare : (size: number) => sizeOf(size, metric.unit);
  const down = estimate < 0;
  const signed = (side: number | null) =>
    side === null ? '' : `${side < 0 ? MINUS : ''}${text(Math.abs(side))}`;
  const said = `${text(Math.abs(estimate))} ${wordFor(metric, down)}`;
  if (interval === null) return said;
  const [lower, upper] = interval;
  return `${said} (${span(down ? [flip(upper), flip(lower)] : [lower, upper], signed)})`;
}

/** Whether an interval lies on one side of zero. */
export function isClear([lower, upper]: ResultInterval): boolean {
  return (lower !== null && lower > 0) || (upper !== null && upper < 0);
}

function wordFor({ unit, direction, kind }: MetricResult, down: boolean): string {
  const waiting = unit === 'seconds' || unit === 'milliseconds' || unit === 'minutes';
  if (waiting && direction === 'down') return down ? 'faster' : 'slower';
  if (waiting) return down ? 'shorter' : 'longer';
  if (unit === 'hours') return down ? 'less' : 'more';
  if (kind === 'count') return down ? 'fewer' : 'more';
  return down ? 'lower' : 'higher';
}

function flip(side: number | null): number | null {
  return side === null ? null : -side;
}

function span([lower, upper]: ResultInterval, text: (side: number | null) => string): string {
  if (lower !== null && upper !== null) return `${text(lower)} to ${text(upper)}`;
  if (lower !== null) return `at least ${text(lower)}`;
  return upper === null ? 'no limit either way yet' : `at most ${text(upper)}`;
}
