import { probabilityAbove, startOfPaths, survivingPaths } from './boundary-crossing.ts';
import {
  complainUnlessOpenUnit,
  firstComplaint,
  isOpenUnit,
  type Interval,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { complaintsAboutLooks } from './looks.ts';
import { normalIsf, normalSf } from './normal-distribution.ts';

/**
 * How one-sided α is spent over the share t of the planned information:
 * `obrien_fleming` 2·SF(z_{α/2}/√t), `pocock` α ln(1 + (e − 1)t), `power` α t^phi.
 */
export type Spending =
  | { readonly kind: 'obrien_fleming' }
  | { readonly kind: 'pocock' }
  | { readonly kind: 'power'; readonly phi: number };

export interface GroupSequentialDesign {
  /** Share of the planned information at each look, ascending, the last at most 1. */
  readonly fractions: readonly number[];
  /** One-sided: use α/2 on each side for a two-sided test of size α. */
  readonly alpha: number;
  readonly spending?: Spending;
}

export type GroupSequentialBounds =
  | {
      readonly status: 'ok';
      /** α spent up to each look. */
      readonly cumulativeAlpha: readonly number[];
      /** Reject at a look where z reaches its bound; null where too little α is spent to reject at all (bound above 7). */
      readonly bounds: readonly (number | null)[];
    }
  | InvalidInput;

/** A look whose increment of α is below this cannot reject. */
const NO_ALPHA = 1e-13;

/**
 * Efficacy bounds of a group sequential test under α spending. Valid for estimates whose information grows independently, such as
 * differences of means over new units, and for looks whose timing does not depend on the estimate. Source: Lan and DeMets (1983).
 */
export function groupSequentialBounds(design: GroupSequentialDesign): GroupSequentialBounds {
  const { fractions, alpha, spending = { kind: 'obrien_fleming' } } = design;
  const invalid = checkDesign(fractions, alpha, spending);
  if (invalid) return invalid;
  const cumulativeAlpha = fractions.map((t) => spentAlpha(spending, alpha, t));
  const bounds: (number | null)[] = [];
  let paths = startOfPaths;
  fractions.forEach((time, k) => {
    const increment = (cumulativeAlpha[k] ?? 0) - (cumulativeAlpha[k - 1] ?? 0);
    const level =
      increment < NO_ALPHA ? Infinity : levelFor(increment, (b) => probabilityAbove(paths, time, b), time);
    bounds.push(Number.isFinite(level) ? level / Math.sqrt(time) : null);
    const next = fractions[k + 1];
    if (next === undefined) return;
    paths = survivingPaths(paths, time, { lower: -Infinity, upper: level }, { nextStep: next - time });
  });
  return { status: 'ok', cumulativeAlpha, bounds };
}

/** α spent when a share t of the information is in; 0, nothing, where alpha, t or phi are unusable. */
export function spentAlpha(spending: Spending, alpha: number, t: number): number {
  const share = Math.min(1, Math.max(0, t));
  if (!(share > 0) || !isOpenUnit(alpha)) return 0;
  if (spending.kind === 'power') return isUsablePhi(spending.phi) ? alpha * share ** spending.phi : 0;
  if (spending.kind === 'pocock') return alpha * Math.log1p((Math.E - 1) * share);
  return 2 * normalSf(normalIsf(alpha / 2) / Math.sqrt(share));
}

export type GroupSequentialLook =
  | {
      readonly status: 'ok';
      readonly z: number;
      /** Of this look; null where it cannot reject. */
      readonly bound: number | null;
      readonly benefit: boolean;
      readonly harm: boolean;
      /** Repeated interval: estimate ± bound·se, covering at all looks together with 1 − 2α; null without a bound. */
      readonly interval: Interval | null;
    }
  | { readonly status: 'zero_variance' }
  | InvalidInput;

/** The latest look of a design, against benefit (z up) and harm (z down), each at one-sided α. */
export function groupSequentialLook(
  design: GroupSequentialDesign,
  look: { readonly estimate: number; readonly se: number },
): GroupSequentialLook {
  const designed = groupSequentialBounds(design);
  if (designed.status !== 'ok') return designed;
  const { estimate, se } = look;
  if (!Number.isFinite(estimate) || !(se >= 0) || !Number.isFinite(se)) {
    return { status: 'invalid_input', message: `estimate and se must be finite, got ${estimate} and ${se}` };
  }
  if (se === 0) return { status: 'zero_variance' };
  const z = estimate / se;
  const bound = designed.bounds.at(-1) ?? null;
  return unlessOverflow({
    status: 'ok' as const,
    z,
    bound,
    benefit: bound !== null && z >= bound,
    harm: bound !== null && -z >= bound,
    interval: bound === null ? null : [estimate - bound * se, estimate + bound * se],
  });
}

/** The level b with P(cross at b) = increment, by bisection and secant steps on ln P. */
function levelFor(increment: number, probability: (level: number) => number, time: number): number {
  let low = -8.5 * Math.sqrt(time);
  let high = 8.5 * Math.sqrt(time);
  const target = Math.log(increment);
  const excess = (level: number): number => Math.log(probability(level)) - target;
  for (let i = 0; i < 200 && high - low > 1e-12; i++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function isUsablePhi(phi: number): boolean {
  return phi > 0 && Number.isFinite(phi);
}

function checkDesign(fractions: readonly number[], alpha: number, spending: Spending): InvalidInput | null {
  return firstComplaint(
    complainUnlessOpenUnit('alpha', alpha),
    ...complaintsAboutLooks(fractions),
    spending.kind === 'power' && !isUsablePhi(spending.phi)
      ? `phi must be finite and positive, got ${spending.phi}`
      : null,
  );
}
