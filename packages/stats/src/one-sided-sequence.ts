import { checkSequenceInput, mixtureAt, pFromLogE, type SequenceInput } from './confidence-sequence.ts';
import { DEFAULT_ALPHA, isOpenUnit, type InvalidInput } from './input.ts';
import { normalLogCdf } from './normal-distribution.ts';

export interface OneSidedInput extends SequenceInput {
  /** The alternative: that the true value is above (`increase`) or below (`decrease`) the null. */
  readonly direction: 'increase' | 'decrease';
}

export type OneSidedSequence =
  | {
      readonly status: 'ok';
      /** Positive towards the alternative. */
      readonly z: number;
      readonly c: number;
      readonly logE: number;
      /** min(1, 1/E) at this look. */
      readonly p: number;
      /** The z at which E reaches 1/α. */
      readonly zBound: number;
      /** Always-valid lower bound for `increase`, upper bound for `decrease`, in the metric's unit. */
      readonly bound: number;
    }
  | { readonly status: 'zero_variance'; readonly logE: 0; readonly p: 1 }
  | InvalidInput;

/**
 * One-sided half-normal-mixture sequence: E is an e-process against every true value on the null's side, at all looks at once.
 * Tune τ² with c*(2α). Asymptotic, like the two-sided one. Source: Howard et al. (2021), one-sided normal mixture.
 */
export function oneSidedSequence(input: OneSidedInput): OneSidedSequence {
  const invalid = checkSequenceInput(input);
  if (invalid) return invalid;
  const { estimate, se, tauSquared, alpha = DEFAULT_ALPHA, null: nullValue = 0 } = input;
  if (se === 0) return { status: 'zero_variance', logE: 0, p: 1 };
  const sign = input.direction === 'increase' ? 1 : -1;
  const z = (sign * (estimate - nullValue)) / se;
  const { c, logOnePlusC, shrink } = mixtureAt(tauSquared, se);
  const logE = logHalfNormalMixture(z, logOnePlusC, shrink);
  const zBound = zWhereRejected(logOnePlusC, shrink, alpha);
  const bound = estimate - sign * zBound * se;
  if (!Number.isFinite(logE) || !Number.isFinite(bound)) {
    return { status: 'invalid_input', message: `tauSquared/se² must be a usable number, got ${c}` };
  }
  return { status: 'ok', z, c, logE, p: pFromLogE(logE), zBound, bound };
}

/**
 * The closed form √(2(1 + 1/c) ln(1 + √(1 + c)/(2α))) that other tools use: 0.05–0.5 % wider than the exact bound. Null where c is not
 * positive, alpha is not in (0, 1), or the bound leaves the range of a double.
 */
export function oneSidedClosedBound(c: number, alpha: number): number | null {
  if (!(c > 0) || !isOpenUnit(alpha)) return null;
  const bound = Math.sqrt(2 * (1 + 1 / c) * Math.log1p(Math.sqrt(1 + c) / (2 * alpha)));
  return Number.isFinite(bound) ? bound : null;
}

/** ln of ∫ N(z; θ) dHalfNormal(θ)/N(z; 0). */
function logHalfNormalMixture(z: number, logOnePlusC: number, shrink: number): number {
  return Math.LN2 - 0.5 * logOnePlusC + 0.5 * z * z * shrink + normalLogCdf(z * Math.sqrt(shrink));
}

/** Newton from the closed bound, which lies just above the root; ln E is increasing and convex there. */
function zWhereRejected(logOnePlusC: number, shrink: number, alpha: number): number {
  const target = -Math.log(alpha);
  const root = Math.sqrt(shrink);
  const wide = Math.log1p(Math.exp(0.5 * logOnePlusC) / (2 * alpha));
  let z = Math.sqrt((2 * (Number.isFinite(wide) ? wide : 0.5 * logOnePlusC + target)) / shrink);
  for (let step = 0; step < 50; step++) {
    const x = z * root;
    const hazard = Math.exp(-0.5 * x * x - normalLogCdf(x)) * 0.3989422804014327;
    const next = z - (logHalfNormalMixture(z, logOnePlusC, shrink) - target) / (z * shrink + root * hazard);
    if (!(Math.abs(next - z) > 1e-15 * Math.abs(z))) return next;
    z = next;
  }
  return z;
}
