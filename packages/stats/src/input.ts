/** What every analysis answers when its input cannot have come from data; the message names the thing and the value. */
export interface InvalidInput {
  readonly status: 'invalid_input';
  readonly message: string;
}

/** An interval [lower, upper]; both ends are finite. */
export type Interval = readonly [number, number];

export const DEFAULT_ALPHA = 0.05;

export function invalidInput(message: string): InvalidInput {
  return { status: 'invalid_input', message };
}

/** Whether x is a level or probability strictly between 0 and 1. */
export function isOpenUnit(x: number): boolean {
  return x > 0 && x < 1;
}

/** Whether n can be a number of units: a whole number, not negative, exactly representable. */
export function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

/** Whether 10^-decimals can be a scale: whole, and not below the smallest double. */
export function isDecimals(decimals: number): boolean {
  return isCount(decimals) && decimals <= 324;
}

/** The first complaint that is not null, as an outcome. */
export function firstComplaint(...complaints: readonly (string | null)[]): InvalidInput | null {
  const message = complaints.find((complaint) => complaint !== null);
  return message === undefined ? null : invalidInput(message);
}

export function complainUnlessOpenUnit(name: string, x: number): string | null {
  return isOpenUnit(x) ? null : `${name} must be in (0, 1), got ${x}`;
}

export function complainUnlessCount(name: string, n: number): string | null {
  return isCount(n) ? null : `${name} must be a whole number of units, got ${n}`;
}

export function complainUnlessFinite(name: string, x: number): string | null {
  return Number.isFinite(x) ? null : `${name} must be finite, got ${x}`;
}

export function complainUnlessNotNegative(name: string, x: number): string | null {
  return Number.isFinite(x) && x >= 0 ? null : `${name} must be finite and not negative, got ${x}`;
}

export function complainUnlessPositive(name: string, x: number): string | null {
  return Number.isFinite(x) && x > 0 ? null : `${name} must be finite and positive, got ${x}`;
}

/** The answer, unless a number in it has left the range of a double: then that is what is reported. */
export function unlessOverflow<T extends object>(answer: T): T | InvalidInput {
  return isFiniteThroughout(answer) ? answer : invalidInput('the result leaves the range of a double');
}

/** Whether every number anywhere in the value is finite. */
export function isFiniteThroughout(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value !== 'object') return true;
  return Object.values(value).every(isFiniteThroughout);
}
