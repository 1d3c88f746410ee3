import { pFromLogE } from './confidence-sequence.ts';
import { meanOfLogE } from './e-values.ts';
import {
  complainUnlessFinite,
  complainUnlessOpenUnit,
  DEFAULT_ALPHA,
  firstComplaint,
  type Interval,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';

/** One unit in a small experiment. */
export interface BettingUnit {
  readonly treated: boolean;
  /** Its outcome, within the bounds given. */
  readonly value: number;
}

export interface BettingInput {
  readonly units: readonly BettingUnit[];
  /** The probability with which each unit was given the treatment. */
  readonly treatmentShare: number;
  /** What outcomes can be at all: [0, 1] for a proportion, a cap for the rest. Not the smallest and largest seen. */
  readonly bounds: Interval;
  readonly alpha?: number;
  /** The difference under the null, in the metric's unit. */
  readonly null?: number;
}

export type BettingSequence =
  | {
      readonly status: 'ok';
      readonly n: number;
      /** Mean of the treated minus mean of the others; null while an arm is empty. */
      readonly estimate: number | null;
      /** Against "the effect is `null`": the mean of the two one-sided e-values. */
      readonly logE: number;
      /** Against "no one's effect is above `null`" and "… below". */
      readonly logEGreater: number;
      readonly logELess: number;
      readonly p: number;
      /** Always-valid, at any n. */
      readonly interval: Interval;
    }
  | InvalidInput;

/** The shares of the largest safe bet that the mixture holds in equal parts. */
const BETS: readonly number[] = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7];

/**
 * E-process and always-valid interval for 20 to 100 units, where nothing is normal yet: valid at every n from the first unit on, whatever
 * the distribution, as long as outcomes are bounded and each unit's arm is an independent coin flip with a known share.
 *
 * Each unit gives x = (y − middle)(T/share − (1 − T)/(1 − share)), whose expectation is that unit's effect. Betting a share f of the largest
 * safe stake that x is above the null multiplies the capital by (1 − f) + f·(x − min)/(null − min), at most 1 on average under the null.
 * The capital of an equal mixture of bets is the e-value; the interval is the set of nulls that neither side's capital rejects at α/2.
 * Sources: Waudby-Smith and Ramdas (2024) for the bets; Howard and others for inverse-probability outcomes.
 */
export function bettingSequence(input: BettingInput): BettingSequence {
  const { units, treatmentShare, alpha = DEFAULT_ALPHA, null: nullValue = 0 } = input;
  const [low, high] = input.bounds;
  const invalid = checkInput(input, alpha, nullValue);
  if (invalid) return invalid;
  const middle = low / 2 + high / 2;
  const reach = (high - low) / 2 / Math.min(treatmentShare, 1 - treatmentShare);
  const x = units.map(({ treated, value }) =>
    treated ? (value - middle) / treatmentShare : -(value - middle) / (1 - treatmentShare),
  );
  const mirrored = x.map((value) => -value);
  const logEGreater = capital(x, nullValue, reach);
  const logELess = capital(mirrored, -nullValue, reach);
  const logE = meanOfLogE([logEGreater, logELess]);
  const limit = Math.log(2 / alpha);
  const widest = high - low;
  return unlessOverflow({
    status: 'ok' as const,
    n: units.length,
    estimate: differenceOfMeans(units),
    logE,
    logEGreater,
    logELess,
    p: pFromLogE(logE),
    interval: [rejectedBelow(x, reach, widest, limit), -rejectedBelow(mirrored, reach, widest, limit)],
  });
}

/** ln of the mixture's capital when betting that E[x] > m; x ≥ −reach. Decreasing in m, because every factor is. */
function capital(x: readonly number[], m: number, reach: number): number {
  const room = m + reach;
  if (!(room > 0)) return x.length === 0 ? 0 : Number.MAX_VALUE;
  return meanOfLogE(
    BETS.map((f) => x.reduce((sum, value) => sum + Math.log1p(f * ((value + reach) / room - 1)), 0)),
  );
}

/** The lower end: the largest m below which every null is rejected, not beyond what bounded outcomes allow. */
function rejectedBelow(x: readonly number[], reach: number, widest: number, limit: number): number {
  let rejected = -widest;
  let accepted = widest;
  if (capital(x, rejected, reach) < limit) return -widest;
  if (capital(x, accepted, reach) >= limit) return widest;
  for (let i = 0; i < 60; i++) {
    const m = (rejected + accepted) / 2;
    if (capital(x, m, reach) >= limit) rejected = m;
    else accepted = m;
  }
  return rejected;
}

function differenceOfMeans(units: readonly BettingUnit[]): number | null {
  const meanOf = (treated: boolean): number | null => {
    const values = units.filter((unit) => unit.treated === treated).map((unit) => unit.value);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const treatment = meanOf(true);
  const control = meanOf(false);
  return treatment === null || control === null ? null : treatment - control;
}

function checkInput(input: BettingInput, alpha: number, nullValue: number): InvalidInput | null {
  const [low, high] = input.bounds;
  const outside = input.units.find(({ value }) => !(value >= low && value <= high));
  return firstComplaint(
    complainUnlessFinite('bounds[0]', low),
    complainUnlessFinite('bounds[1]', high),
    high > low && Number.isFinite(high - low) ? null : `bounds must ascend, got [${low}, ${high}]`,
    complainUnlessOpenUnit('treatmentShare', input.treatmentShare),
    complainUnlessOpenUnit('alpha', alpha),
    Math.abs(nullValue) <= high - low ? null : `null must be within ±${high - low}, got ${nullValue}`,
    outside === undefined ? null : `every value must be in [${low}, ${high}], got ${outside.value}`,
  );
}
