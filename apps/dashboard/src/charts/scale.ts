import type { Interval } from '../api/types.ts';

export interface Domain {
  readonly min: number;
  readonly max: number;
}

/** Where a value stands between the ends of the domain, as an SVG percentage; held at the ends. */
export function at(value: number, { min, max }: Domain): string {
  return `${position(value, { min, max })}%`;
}

export function position(value: number, { min, max }: Domain): number {
  return Math.min(100, Math.max(0, ((value - min) / (max - min)) * 100));
}

export interface Estimated {
  readonly estimate: number;
  readonly interval: Interval;
}

/**
 * One axis for many intervals. Zero and every estimate are always on it. An interval far wider than the others would
 * flatten them all, so beyond that the axis goes to three times the middle one's reach; what is cut off gets an arrow.
 */
export function sharedDomain(effects: readonly Estimated[]): Domain {
  const intervals = effects.map(({ interval }) => interval);
  const estimates = effects.map(({ estimate }) => estimate * 1.12);
  const reaches = intervals
    .map(([lower, upper]) => Math.max(Math.abs(lower ?? 0), Math.abs(upper ?? 0)))
    .filter((reach) => reach > 0)
    .sort((a, b) => a - b);
  const middle = reaches[Math.floor((reaches.length - 1) / 2)] ?? 0.1;
  const cap = middle * 3;
  const lowest = Math.min(0, ...estimates, ...intervals.map(([lower]) => Math.max(lower ?? -cap, -cap)));
  const highest = Math.max(0, ...estimates, ...intervals.map(([, upper]) => Math.min(upper ?? cap, cap)));
  const span = highest - lowest || 0.1;
  // A margin, so that whiskers do not touch the neighbouring columns and the harmful side is visible.
  return {
    min: Math.min(lowest - span * 0.06, -span * 0.16),
    max: Math.max(highest + span * 0.06, span * 0.16),
  };
}

/** Round numbers inside the domain, about `wanted` of them, zero among them when it is inside. */
export function ticks({ min, max }: Domain, wanted: number): number[] {
  const raw = (max - min) / Math.max(1, wanted);
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= raw) ?? 10) * magnitude;
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const value = (first + index) * step;
    return Math.abs(value) < step / 1e6 ? 0 : value;
  });
}
