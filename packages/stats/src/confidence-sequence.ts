import {
  complainUnlessFinite,
  complainUnlessNotNegative,
  complainUnlessOpenUnit,
  complainUnlessPositive,
  DEFAULT_ALPHA,
  firstComplaint,
  type Interval,
  type InvalidInput,
} from './input.ts';

export interface SequenceInput {
  /** In the metric's unit. */
  readonly estimate: number;
  readonly se: number;
  /** Variance of the mixture, in the metric's unit squared, fixed before the start (mixture-tuning.ts). */
  readonly tauSquared: number;
  readonly alpha?: number;
  readonly null?: number;
}

export interface SequenceLook {
  readonly status: 'ok';
  readonly z: number;
  /** τ²/se²: information so far, in units of the mixture's. */
  readonly c: number;
  /** ln of the e-value against the null; evidence of 1/α or more rejects at level α. */
  readonly logE: number;
  /** min(1, 1/E) at this look. The always-valid p-value is the smallest so far. */
  readonly p: number;
  readonly interval: Interval;
  readonly halfWidth: number;
}

export type ConfidenceSequence =
  | SequenceLook
  | { readonly status: 'zero_variance'; readonly logE: 0; readonly p: 1 }
  | InvalidInput;

/**
 * Two-sided normal-mixture confidence sequence in information time: at every look at once, the interval covers with probability 1 − α.
 * Valid under changing allocation, because it runs in 1/se² and not in n. Asymptotic: wait for n ≥ 30 per arm and ≥ 10 non-zero units.
 * Sources: Robbins (1970); Howard et al. (2021); Waudby-Smith et al. (2023), eq. 9.
 */
export function confidenceSequence(input: SequenceInput): ConfidenceSequence {
  const { estimate, se, tauSquared, alpha = DEFAULT_ALPHA, null: nullValue = 0 } = input;
  const invalid = checkSequenceInput(input);
  if (invalid) return invalid;
  if (se === 0) return { status: 'zero_variance', logE: 0, p: 1 };
  const z = (estimate - nullValue) / se;
  const mixture = mixtureAt(tauSquared, se);
  const logE = -0.5 * mixture.logOnePlusC + 0.5 * z * z * mixture.shrink;
  const halfWidth = se * Math.sqrt(mixtureBoundSquared(mixture, alpha));
  if (!Number.isFinite(logE) || !Number.isFinite(halfWidth)) return zeroInformation(mixture.c);
  return {
    status: 'ok',
    z,
    c: mixture.c,
    logE,
    p: pFromLogE(logE),
    interval: [estimate - halfWidth, estimate + halfWidth],
    halfWidth,
  };
}

/** min(1, 1/E). */
export function pFromLogE(logE: number): number {
  return logE > 0 ? Math.exp(-logE) : 1;
}

export interface Mixture {
  readonly c: number;
  readonly logOnePlusC: number;
  /** c/(1 + c). */
  readonly shrink: number;
}

export function mixtureAt(tauSquared: number, se: number): Mixture {
  const c = tauSquared / se / se;
  return { c, logOnePlusC: Math.log1p(c), shrink: c > 1 ? 1 / (1 + 1 / c) : c / (1 + c) };
}

/** The z² at which the two-sided mixture's e-value is 1/α. */
export function mixtureBoundSquared({ logOnePlusC, shrink }: Mixture, alpha: number): number {
  return (logOnePlusC - 2 * Math.log(alpha)) / shrink;
}

export function checkSequenceInput(input: SequenceInput): InvalidInput | null {
  return firstComplaint(
    complainUnlessFinite('estimate', input.estimate),
    complainUnlessNotNegative('se', input.se),
    complainUnlessOpenUnit('alpha', input.alpha ?? DEFAULT_ALPHA),
    complainUnlessFinite('null', input.null ?? 0),
    input.se === 0 ? null : complainUnlessPositive('tauSquared', input.tauSquared),
  );
}

function zeroInformation(c: number): InvalidInput {
  return { status: 'invalid_input', message: `tauSquared/se² must be a usable number, got ${c}` };
}
