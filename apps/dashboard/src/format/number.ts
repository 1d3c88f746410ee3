import type { Interval, MetricUnit } from '../api/types.ts';

/** Numbers as people read them: true minus, "to" for ranges, three digits, no exponent. */
const MINUS = '\u2212';
const grouped = new Intl.NumberFormat('en-US');

export function count(value: number): string {
  return grouped.format(value);
}

export function people(value: number): string {
  return `${count(value)} ${value === 1 ? 'person' : 'people'}`;
}

export function percent(share: number, digits = 1): string {
  return `${trimmed(share * 100, digits)}%`;
}

/** A relative change: "+9.2%", "−38.0%", "+118%". */
export function lift(value: number | null): string {
  if (value === null) return 'open';
  const size = Math.abs(value * 100);
  const text = size >= 100 ? count(Math.round(size)) : size.toFixed(1);
  return `${signOf(value, text)}${text}%`;
}

export function liftInterval([lower, upper]: Interval): string {
  if (lower === null && upper === null) return 'no limit on either side yet';
  if (lower === null) return `below ${lift(upper)}`;
  if (upper === null) return `above ${lift(lower)}`;
  return `${lift(lower)} to ${lift(upper)}`;
}

/** A value of a metric with its unit: "$1.42", "18.3%", "9.2 min". */
export function metricValue(value: number | null, unit: MetricUnit): string {
  if (value === null) return 'none yet';
  return `${value < 0 ? MINUS : ''}${unsigned(Math.abs(value), unit)}`;
}

/** A difference of two values, with its sign. Differences of shares are percentage points. */
export function metricDifference(value: number | null, unit: MetricUnit): string {
  if (value === null) return 'open';
  const text =
    unit === 'percent' ? `${three(Math.abs(value) * 100)} points` : unsigned(Math.abs(value), unit);
  return `${value < 0 ? MINUS : value > 0 ? '+' : ''}${text}`;
}

export function differenceInterval([lower, upper]: Interval, unit: MetricUnit): string {
  return `${metricDifference(lower, unit)} to ${metricDifference(upper, unit)}`;
}

/** p-values: four digits are enough, and nothing is ever 0. */
export function pValue(p: number): string {
  return p < 0.0001 ? 'below 0.0001' : String(Number(p.toFixed(p < 0.01 ? 4 : 3)));
}

/** "p = 0.71", "p < 0.0001" */
export function pSentence(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${pValue(p)}`;
}

export function plain(value: number, digits = 4): string {
  const text = Math.abs(value).toPrecision(digits);
  const readable = text.includes('e') ? grouped.format(Math.abs(value)) : String(Number(text));
  return `${value < 0 ? MINUS : ''}${readable}`;
}

function unsigned(size: number, unit: MetricUnit): string {
  switch (unit) {
    case 'percent':
      return `${three(size * 100)}%`;
    case 'usd':
      return `$${size >= 100 ? count(Math.round(size)) : size.toFixed(2)}`;
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

function three(size: number): string {
  return trimmed(size, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function trimmed(value: number, digits: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

function signOf(value: number, rounded: string): string {
  if (Number(rounded.replaceAll(',', '')) === 0) return '';
  return value < 0 ? MINUS : '+';
}

export function bytes(size: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, size)) / 3)));
  return `${three(size / 1000 ** power)} ${units[power]}`;
}
