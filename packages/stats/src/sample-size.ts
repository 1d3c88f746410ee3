import {
  complainUnlessOpenUnit,
  complainUnlessPositive,
  firstComplaint,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { normalIsf } from './normal-distribution.ts';
import { complaintsAboutRates, rates, type ErrorRates } from './error-rates.ts';
import { powerOneSided, powerTwoSided } from './power.ts';

/** Units for one look at the end. For plans with several looks see sequential-plan.ts and compare-plans.ts. */

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
  return unlessOverflow({
    status: 'ok' as const,
    controlUnitsExact,
    controlUnits,
    treatmentUnits,
    power: sides === 1 ? powerOneSided(Math.abs(effect), se, alpha) : powerTwoSided(effect, se, alpha),
    information: (z / effect) ** 2,
  });
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

function complainUnlessEffect(name: string, effect: number): string | null {
  return Number.isFinite(effect) && effect !== 0 ? null : `${name} must be finite and not 0, got ${effect}`;
}

function tooMany(units: number): InvalidInput {
  return { status: 'invalid_input', message: `the sample size must be a representable number, got ${units}` };
}
