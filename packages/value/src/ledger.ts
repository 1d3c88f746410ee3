import type { MeasuredEffect } from './annual-value.ts';
import { dollarsPerEffect, scalesWithUnits, type ValueFunction } from './value-function.ts';

/** What one flag was worth on one day: appended, never changed. */
export interface LedgerEntry {
  readonly flag: string;
  /** UTC, `2026-11-24`. */
  readonly day: string;
  /** Units that had the treatment on that day. */
  readonly treatedUnits: number;
  readonly effect: number;
  readonly valueUsd: number;
  readonly interval: readonly [number | null, number | null];
  /** `realised` while a concurrent control existed on the day, else `projected` from the last effect there was one for. */
  readonly basis: 'realised' | 'projected';
  readonly currency: string;
  readonly valueFunctionVersion: number;
}

/** The day's entry: effect per unit × treated units of the day (a whole-population value: its share of the year). */
export function ledgerEntry(input: {
  readonly flag: string;
  readonly day: string;
  readonly treatedUnits: number;
  readonly controlUnits: number;
  /** Units of a year, treated or not: what a whole-population value is spread over. */
  readonly annualUnits: number;
  readonly effect: MeasuredEffect;
  readonly valueFunction: ValueFunction;
}): LedgerEntry {
  const { flag, day, treatedUnits, controlUnits, annualUnits, effect, valueFunction } = input;
  const weight = scalesWithUnits(valueFunction)
    ? treatedUnits
    : annualUnits > 0
      ? treatedUnits / annualUnits
      : 0;
  const factor = dollarsPerEffect(valueFunction, valueFunction.rate.mode) * weight;
  const [lower, upper] = effect.alwaysValid;
  const at = (side: number | null) => (side === null ? null : side * factor);
  return {
    flag,
    day,
    treatedUnits,
    effect: effect.estimate,
    valueUsd: effect.estimate * factor,
    interval: factor >= 0 ? [at(lower), at(upper)] : [at(upper), at(lower)],
    basis: controlUnits > 0 ? 'realised' : 'projected',
    currency: valueFunction.currency,
    valueFunctionVersion: valueFunction.version,
  };
}
