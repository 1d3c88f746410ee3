import { asLift, asValue, type ResultInterval } from '@liftgate/rollout';
import type { MetricUnit } from '@liftgate/stats';

/** Numbers for people: true minus, the unit, no more digits than mean something. --json has them all. */

export function asCount(count: number): string {
  return count.toLocaleString('en-US').replace('-', '\u2212');
}

export function asShare(share: number): string {
  return `${(share * 100).toLocaleString('en-US', { maximumFractionDigits: 1, minimumFractionDigits: 1 })}%`;
}

/** A mean of a metric. Percent keeps a digit more than elsewhere: 0.57% and 0.63% are worth telling apart. */
export function asMean(value: number | null, unit: MetricUnit): string {
  if (value === null) return 'none';
  if (unit === 'percent') return `${significant(value * 100, 4)}%`;
  if (unit === 'number') return significant(value, 5);
  if (unit === 'usd' && Math.abs(value) < 100)
    return `${value < 0 ? '\u2212' : ''}$${significant(Math.abs(value), 4)}`;
  return asValue(value, unit);
}

/** A difference of two means: percent of people become points. */
export function asDifference(value: number | null, unit: MetricUnit): string {
  if (value === null) return 'open';
  const plus = value > 0 ? '+' : '';
  if (unit === 'percent') return `${plus}${significant(value * 100, 3)} pt`;
  return `${plus}${asMean(value, unit)}`;
}

export function asDifferences([lower, upper]: ResultInterval, unit: MetricUnit): string {
  return `${asDifference(lower, unit)} to ${asDifference(upper, unit)}`;
}

export function asLifts(interval: ResultInterval | null): string {
  return interval === null ? 'no interval' : `${asLift(interval[0])} to ${asLift(interval[1])}`;
}

export function asP(p: number): string {
  if (p === 0) return '< 1e\u2212300';
  return p < 0.0001 ? p.toExponential(1).replace('-', '\u2212') : significant(p, 3);
}

export function significant(value: number, digits: number): string {
  const text = value.toLocaleString('en-US', { maximumSignificantDigits: digits });
  return text.replace('-', '\u2212');
}
