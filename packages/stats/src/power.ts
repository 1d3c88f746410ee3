import {
  complainUnlessFinite,
  complainUnlessPositive,
  firstComplaint,
  isOpenUnit,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { productError } from './exact.ts';
import { normalCdf, normalIsf, normalSf } from './normal-distribution.ts';
import { complaintsAboutRates, rates, type ErrorRates } from './error-rates.ts';

/** What n units can find, and when they are there. */

export type MinimumDetectableEffect =
  | {
      readonly status: 'ok';
      readonly absolute: number;
      /** Over |mean|, the baseline taken as known; null for a mean of 0. */
      readonly relative: number | null;
      /** Over |mean|, with the baseline's noise by the delta method; null where the baseline is too noisy for any lift. */
      readonly relativeDelta: number | null;
    }
  | InvalidInput;

/** The two-sided effect found with `power` by n units per arm. The relative one solves (1 − w)Δ² − 2wΔ − 2w = 0, w = k²sd²/(n·mean²). */
export function minimumDetectableEffect(
  input: ErrorRates & { readonly sd: number; readonly mean: number; readonly unitsPerArm: number },
): MinimumDetectableEffect {
  const { sd, mean, unitsPerArm, sides = 2 } = input;
  const { alpha, power } = rates(input);
  const invalid = firstComplaint(
    complainUnlessPositive('sd', sd),
    complainUnlessFinite('mean', mean),
    complainUnlessPositive('unitsPerArm', unitsPerArm),
    ...complaintsAboutRates(input),
  );
  if (invalid) return invalid;
  const k = normalIsf(alpha / sides) + normalIsf(1 - power);
  const absolute = k * sd * Math.sqrt(2 / unitsPerArm);
  const w = (((k * sd) / mean) * ((k * sd) / mean)) / unitsPerArm;
  return unlessOverflow({
    status: 'ok' as const,
    absolute,
    relative: mean === 0 ? null : absolute / Math.abs(mean),
    relativeDelta: mean === 0 || !(w < 1) ? null : (w + Math.sqrt(w * (2 - w))) / (1 - w),
  });
}

/** Power of the two-sided z-test for a true effect; both tails count, so that it is alpha for no effect.
 * Effect and se in the metric's unit; 0 where they, or alpha, are unusable. */
export function powerTwoSided(effect: number, se: number, alpha: number): number {
  if (!isUsable(effect, se, alpha)) return 0;
  return exceedance(effect / se, normalIsf(alpha / 2));
}

/** Power of the one-sided z-test towards larger values, for a true effect in the same unit as `se`; 0 for unusable input. */
export function powerOneSided(effect: number, se: number, alpha: number): number {
  if (!isUsable(effect, se, alpha)) return 0;
  return normalSf(normalIsf(alpha) - effect / se);
}

/** Chance that a single look of the two-sided confidence sequence with c = τ²/se² rejects; 0 for unusable input. */
export function powerOfSequenceLook(effect: number, se: number, alpha: number, c: number): number {
  if (!isUsable(effect, se, alpha) || !(c > 0)) return 0;
  return exceedance(effect / se, Math.sqrt((1 + 1 / c) * (Math.log1p(c) - 2 * Math.log(alpha))));
}

export interface Duration {
  readonly unitsPerArm: number;
  readonly days: number;
}

/** Days until every arm has its units, after CUPED has saved a share ρ² of them; null when nobody arrives. */
export function duration(input: {
  readonly unitsPerArm: number;
  readonly arms?: number;
  readonly dailyUnits: number;
  /** Share of the daily units that enters the experiment. */
  readonly allocation?: number;
  /** Correlation of the covariate with the metric. */
  readonly correlation?: number;
}): Duration | null {
  const { unitsPerArm, arms = 2, dailyUnits, allocation = 1, correlation = 0 } = input;
  // 1 − ρ² of the real ρ: the rounding of the square is put back before rounding up.
  const square = correlation * correlation;
  const lost = unitsPerArm * productError(correlation, correlation) + productError(unitsPerArm, square);
  const rest = unitsPerArm - unitsPerArm * square;
  const needed = Number.isInteger(rest) && lost < 0 ? rest + 1 : Math.ceil(rest);
  const days = Math.ceil((needed * arms) / (dailyUnits * allocation));
  return Number.isSafeInteger(days) && Number.isSafeInteger(needed) && days >= 0
    ? { unitsPerArm: needed, days }
    : null;
}

function isUsable(effect: number, se: number, alpha: number): boolean {
  return Number.isFinite(effect) && Number.isFinite(effect / se) && se > 0 && isOpenUnit(alpha);
}

function exceedance(shift: number, critical: number): number {
  return normalSf(critical - shift) + normalCdf(-critical - shift);
}
