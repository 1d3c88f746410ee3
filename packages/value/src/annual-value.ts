import { annualValue as annualise, type Interval } from '@liftgate/stats';
import { dollarsPerEffect, scalesWithUnits, type Range, type ValueFunction } from './value-function.ts';

/** What an experiment measured: treatment minus concurrent control, in the metric's unit. */
export interface MeasuredEffect {
  readonly estimate: number;
  readonly se: number;
  /** Valid however often one looks; null on a side that is open. */
  readonly alwaysValid: readonly [number | null, number | null];
}

/** How many units a year will be eligible, with the error of that forecast. */
export interface UnitForecast {
  readonly annualUnits: number;
  readonly annualUnitsSe: number;
}

export type ValueLabel = 'measured' | 'modelled' | 'claimed';

export interface AnnualValue {
  readonly status: 'ok';
  readonly label: ValueLabel;
  readonly currency: string;
  /** At the agreed rate. */
  readonly valueUsd: number;
  readonly seUsd: number;
  /** For one planned look, at the agreed rate: sampling error of the effect and of the forecast. */
  readonly fixed: Interval;
  /** Valid however often one looks; null on a side that is open. */
  readonly alwaysValid: readonly [number | null, number | null];
  /** The lower always-valid bound, never below 0: what has been proven so far. */
  readonly provenUsd: number;
  /** The estimate at the low and the high rate: an assumption, kept out of the intervals. */
  readonly rateRange: readonly [number, number];
  readonly valueFunctionVersion: number;
}

export type AnnualValueResult = AnnualValue | { readonly status: 'invalid_input'; readonly message: string };

/**
 * The annual value of a measured effect: effect × dollars per effect × eligible units. The always-valid interval takes
 * the forecast at its mean (its error is in the fixed interval), since the forecast is not something one peeks at.
 */
export function annualValue(input: {
  readonly effect: MeasuredEffect;
  readonly valueFunction: ValueFunction;
  readonly forecast: UnitForecast;
  readonly alpha?: number;
}): AnnualValueResult {
  const { effect, valueFunction, forecast, alpha = 0.05 } = input;
  const units = scalesWithUnits(valueFunction) ? forecast : { annualUnits: 1, annualUnitsSe: 0 };
  const factor = dollarsPerEffect(valueFunction, valueFunction.rate.mode);
  const annual = annualise({
    effectUsd: effect.estimate * factor,
    se: effect.se * Math.abs(factor),
    annualUnits: units.annualUnits,
    annualUnitsSe: units.annualUnitsSe,
    alpha,
  });
  if (annual.status !== 'ok') return annual;
  const alwaysValid = scaledInterval(effect.alwaysValid, factor * units.annualUnits);
  return {
    status: 'ok',
    label: 'measured',
    currency: valueFunction.currency,
    valueUsd: annual.valueUsd,
    seUsd: annual.seUsd,
    fixed: annual.interval,
    alwaysValid,
    provenUsd: Math.max(0, alwaysValid[0] ?? 0),
    rateRange: atRange(valueFunction, effect.estimate * units.annualUnits),
    valueFunctionVersion: valueFunction.version,
  };
}

function atRange(fn: ValueFunction, effectOverYear: number): readonly [number, number] {
  const { low, high }: Range = fn.rate;
  const a = dollarsPerEffect(fn, low) * effectOverYear;
  const b = dollarsPerEffect(fn, high) * effectOverYear;
  return a <= b ? [a, b] : [b, a];
}

function scaledInterval(
  [lower, upper]: MeasuredEffect['alwaysValid'],
  factor: number,
): readonly [number | null, number | null] {
  const by = (side: number | null) => (side === null ? null : side * factor);
  return factor >= 0 ? [by(lower), by(upper)] : [by(upper), by(lower)];
}

/**
 * The same value against a static baseline instead of a concurrent control, as the numbers before an experiment are
 * often quoted. Labelled modelled: everything else that changed since the baseline is in it, and it has no interval.
 */
export function modelledValue(input: {
  readonly treatmentMean: number;
  readonly baseline: number;
  readonly valueFunction: ValueFunction;
  readonly forecast: UnitForecast;
}): { readonly label: 'modelled'; readonly valueUsd: number; readonly currency: string } | null {
  const { treatmentMean, baseline, valueFunction, forecast } = input;
  const units = scalesWithUnits(valueFunction) ? forecast.annualUnits : 1;
  const valueUsd =
    (treatmentMean - baseline) * dollarsPerEffect(valueFunction, valueFunction.rate.mode) * units;
  return Number.isFinite(valueUsd) ? { label: 'modelled', valueUsd, currency: valueFunction.currency } : null;
}
