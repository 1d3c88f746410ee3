import {
  complainUnlessFinite,
  complainUnlessOpenUnit,
  complainUnlessPositive,
  firstComplaint,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { productError } from './exact.ts';
import { normalCdf, normalIsf, normalSf } from './normal-distribution.ts';

/** Planning for one look at the end. For plans with several looks see sequential-plan.ts. */

export interface ErrorRates {
  readonly alpha?: number;
  readonly power?: number;
  readonly sides?: 1 | 2;
}

export type MeanSampleSize =
  | {
      readonly status: 'ok';
      readonly controlUnitsExact: number;
      readonly controlUnits: number;
      readonly treatmentUnits: number;
      /** With the units rounded up. */
      readonly power: number;
      /** 1/se² at the end. */
      readonly information: number;
    }
  | InvalidInput;

/** n_c = (z_α + z_β)² sd² (1 + 1/ratio)/d² units in control and ratio times that in treatment. `effect` and `sd` in the metric's unit. */
export function meanSampleSize(
  input: ErrorRates & { readonly sd: number; readonly effect: number; readonly ratio?: number },
): MeanSampleSize {
  const { sd, effect, ratio = 1, sides = 2 } = input;
  const { alpha, power } = rates(input);
  const invalid = firstComplaint(
    complainUnlessPositive('sd', sd),
    complainUnlessEffect('effect', effect),
    complainUnlessPositive('ratio', ratio),
    ...complaintsAboutRates(input),
  );
  if (invalid) return invalid;
  const z = normalIsf(alpha / sides) + normalIsf(1 - power);
  const controlUnitsExact = ((z * sd) / effect) ** 2 * (1 + 1 / ratio);
  const controlUnits = Math.ceil(controlUnitsExact);
  const treatmentUnits = Math.ceil(ratio * controlUnits);
  if (!Number.isSafeInteger(controlUnits) || !Number.isSafeInteger(treatmentUnits))
    return tooMany(controlUnitsExact);
  const se = sd * Math.sqrt(1 / controlUnits + 1 / treatmentUnits);
  return {
    status: 'ok',
    controlUnitsExact,
    controlUnits,
    treatmentUnits,
    power: sides === 1 ? powerOneSided(Math.abs(effect), se, alpha) : powerTwoSided(effect, se, alpha),
    information: (z / effect) ** 2,
  };
}

export type ProportionSampleSize =
  | {
      readonly status: 'ok';
      /** Per arm, from (z_α + z_β)²(p₁q₁ + p₂q₂)/d². */
      readonly unitsPerArm: number;
      readonly unitsPerArmExact: number;
      /** Per arm, with the pooled variance under the null. */
      readonly unitsPerArmPooled: number;
      readonly unitsPerArmPooledExact: number;
    }
  | InvalidInput;

/** Units per arm to find a proportion that moves from `p` by a share `lift` of itself. */
export function proportionSampleSize(
  input: ErrorRates & { readonly p: number; readonly lift: number },
): ProportionSampleSize {
  const { p, lift, sides = 2 } = input;
  const { alpha, power } = rates(input);
  const other = p * (1 + lift);
  const invalid = firstComplaint(
    complainUnlessOpenUnit('p', p),
    complainUnlessEffect('lift', lift),
    other >= 0 && other <= 1 ? null : `p·(1 + lift) must be in [0, 1], got ${other}`,
    ...complaintsAboutRates(input),
  );
  if (invalid) return invalid;
  const d = other - p;
  const middle = (p + other) / 2;
  const zAlpha = normalIsf(alpha / sides);
  const zBeta = normalIsf(1 - power);
  const unpooled = p * (1 - p) + other * (1 - other);
  const unitsPerArmExact = ((zAlpha + zBeta) / d) ** 2 * unpooled;
  const unitsPerArmPooledExact =
    ((zAlpha * Math.sqrt(2 * middle * (1 - middle)) + zBeta * Math.sqrt(unpooled)) / d) ** 2;
  const unitsPerArm = Math.ceil(unitsPerArmExact);
  const unitsPerArmPooled = Math.ceil(unitsPerArmPooledExact);
  if (!Number.isSafeInteger(unitsPerArm) || !Number.isSafeInteger(unitsPerArmPooled))
    return tooMany(unitsPerArmExact);
  return { status: 'ok', unitsPerArm, unitsPerArmExact, unitsPerArmPooled, unitsPerArmPooledExact };
}

export type NonInferioritySampleSize =
  | { readonly status: 'ok'; readonly unitsPerArm: number; readonly unitsPerArmExact: number }
  | InvalidInput;

/** Units per arm to show that a proportion is not worse by `margin` (absolute), one-sided, when there is no difference. */
export function nonInferioritySampleSize(
  input: ErrorRates & { readonly p: number; readonly margin: number },
): NonInferioritySampleSize {
  const { p, margin } = input;
  const { alpha, power } = rates(input);
  const invalid = firstComplaint(
    complainUnlessOpenUnit('p', p),
    complainUnlessPositive('margin', margin),
    ...complaintsAboutRates(input),
  );
  if (invalid) return invalid;
  const unitsPerArmExact = ((normalIsf(alpha) + normalIsf(1 - power)) / margin) ** 2 * 2 * p * (1 - p);
  const unitsPerArm = Math.ceil(unitsPerArmExact);
  return Number.isSafeInteger(unitsPerArm)
    ? { status: 'ok', unitsPerArm, unitsPerArmExact }
    : tooMany(unitsPerArmExact);
}

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

/** Power of the two-sided z-test for a true effect; both tails count, so that it is alpha for no effect. */
export function powerTwoSided(effect: number, se: number, alpha: number): number {
  return exceedance(effect / se, normalIsf(alpha / 2));
}

export function powerOneSided(effect: number, se: number, alpha: number): number {
  return normalSf(normalIsf(alpha) - effect / se);
}

/** Chance that a single look of the two-sided confidence sequence with c = τ²/se² rejects. */
export function powerOfSequenceLook(effect: number, se: number, alpha: number, c: number): number {
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

function exceedance(shift: number, critical: number): number {
  return normalSf(critical - shift) + normalCdf(-critical - shift);
}

function rates({ alpha = 0.05, power = 0.8 }: ErrorRates) {
  return { alpha, power };
}

function complaintsAboutRates(input: ErrorRates): readonly (string | null)[] {
  const { alpha, power } = rates(input);
  return [complainUnlessOpenUnit('alpha', alpha), complainUnlessOpenUnit('power', power)];
}

function complainUnlessEffect(name: string, effect: number): string | null {
  return Number.isFinite(effect) && effect !== 0 ? null : `${name} must be finite and not 0, got ${effect}`;
}

function tooMany(units: number): InvalidInput {
  return { status: 'invalid_input', message: `the sample size must be a representable number, got ${units}` };
}
