import type { MetricUnit } from '@liftgate/stats';
import type { Comparison, MetricResult } from './result.ts';

/** Numbers as people read them: true minus, three digits, no exponent. */
export function asLift(lift: number | null): string {
  if (lift === null) return 'open';
  const percent = lift * 100;
  const digits = Math.abs(percent) >= 10 ? 0 : 1;
  const rounded = Number(percent.toFixed(digits));
  const sign = rounded > 0 ? '+' : rounded < 0 ? '\u2212' : '';
  return `${sign}${Math.abs(rounded).toLocaleString('en-US', { maximumFractionDigits: digits })}%`;
}

export function asPeople(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'person' : 'people'}`;
}

/** A value of a metric with its unit: "$1.42", "18.3%", "9.2 min". */
export function asValue(value: number | null, unit: MetricUnit): string {
  if (value === null) return 'none yet';
  const minus = value < 0 ? '\u2212' : '';
  const size = Math.abs(value);
  switch (unit) {
    case 'percent':
      return `${minus}${three(size * 100)}%`;
    case 'usd':
      return `${minus}$${size >= 100 ? Math.round(size).toLocaleString('en-US') : size.toFixed(2)}`;
    case 'seconds':
      return size >= 120 ? `${minus}${three(size / 60)} min` : `${minus}${three(size)} s`;
    case 'milliseconds':
      return `${minus}${three(size)} ms`;
    case 'minutes':
      return `${minus}${three(size)} min`;
    case 'hours':
      return `${minus}${three(size)} h`;
    case 'number':
      return `${minus}${three(size)}`;
  }
}

function three(size: number): string {
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return Number(size.toFixed(digits)).toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** "38% faster (31% to 44%)": the direction in words, the interval in the same sign. */
export function liftPhrase(metric: MetricResult, comparison: Extract<Comparison, { status: 'ok' }>): string {
  const { relative, absolute } = comparison;
  if (relative === null) {
    const size = asValue(Math.abs(absolute.estimate), metric.unit);
    return `${size} ${absolute.estimate < 0 ? 'lower' : 'higher'}`;
  }
  const down = relative.lift < 0;
  const word = wordFor(metric, down);
  const size = unsigned(relative.lift);
  if (relative.alwaysValid === null) return `${size} ${word}`;
  const [lower, upper] = relative.alwaysValid;
  const from = down ? flip(upper) : lower;
  const to = down ? flip(lower) : upper;
  return `${size} ${word} (${between(from)} to ${between(to)})`;
}

function wordFor(metric: MetricResult, down: boolean): string {
  const time = metric.unit === 'seconds' || metric.unit === 'milliseconds';
  if (time) return down ? 'faster' : 'slower';
  return down ? 'lower' : 'higher';
}

function flip(side: number | null): number | null {
  return side === null ? null : -side;
}

function unsigned(lift: number): string {
  return asLift(Math.abs(lift)).replace('+', '');
}

function between(side: number | null): string {
  return side === null ? 'open' : asLift(side).replace('+', '');
}
