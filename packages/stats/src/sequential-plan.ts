import { probabilityAbove, probabilityBelow, startOfPaths, survivingPaths } from './boundary-crossing.ts';
import { mixtureBoundSquared } from './confidence-sequence.ts';
import { groupSequentialBounds, type Spending } from './group-sequential.ts';
import {
  complainUnlessFinite,
  complainUnlessNotNegative,
  complainUnlessOpenUnit,
  firstComplaint,
  invalidInput,
  isCount,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { complaintsAboutLooks } from './looks.ts';
import { cStar } from './mixture-tuning.ts';
import { normalIsf } from './normal-distribution.ts';

/** How a plan with several looks behaves for one true effect, computed by integration, not simulated. */
export type PlanPower =
  | {
      readonly status: 'ok';
      /** P(rejected on the effect's side by look k). */
      readonly cumulativePower: readonly number[];
      /** P(rejected on the wrong side by the last look). */
      readonly wrongSide: number;
      /** Expected share of the largest information used before stopping. */
      readonly expectedFraction: number;
    }
  | InvalidInput;

/** Far beyond any plan; from about 10¹⁵ on a double no longer holds the spread of the paths beside their mean. */
const MOST_DRIFT = 1e6;

/**
 * Crossing probabilities of z-bounds (null: none at that look) at shares of the largest information, two-sided symmetric or upper only,
 * where `drift` is the expected z at a share of 1. Refused are looks that `groupSequentialBounds` refuses, bounds that are not finite (or,
 * two-sided, negative), and a drift beyond ±10⁶.
 */
export function planPower(input: {
  readonly fractions: readonly number[];
  readonly bounds: readonly (number | null)[];
  readonly drift: number;
  readonly sides: 1 | 2;
}): PlanPower {
  const { fractions, bounds, drift, sides } = input;
  const invalid = firstComplaint(
    ...complaintsAboutLooks(fractions),
    ...bounds.map((bound, k) => complaintAboutBound(bound, k, sides)),
    Math.abs(drift) <= MOST_DRIFT ? null : `drift must be between ±${MOST_DRIFT}, got ${drift}`,
  );
  if (invalid) return invalid;
  const cumulativePower: number[] = [];
  let paths = startOfPaths;
  let right = 0;
  let wrong = 0;
  let expected = 0;
  let before = 0;
  fractions.forEach((time, k) => {
    expected += (1 - right - wrong) * (time - before);
    before = time;
    const bound = bounds[k] ?? null;
    const upper = bound === null ? Infinity : bound * Math.sqrt(time);
    const lower = sides === 2 ? -upper : -Infinity;
    if (bound !== null) {
      right += probabilityAbove(paths, time, upper, drift);
      if (sides === 2) wrong += probabilityBelow(paths, time, lower, drift);
    }
    cumulativePower.push(right);
    const next = fractions[k + 1];
    if (next !== undefined)
      paths = survivingPaths(paths, time, { lower, upper }, { drift, nextStep: next - time });
  });
  return { status: 'ok', cumulativePower, wrongSide: wrong, expectedFraction: expected };
}

function complaintAboutBound(bound: number | null, k: number, sides: 1 | 2): string | null {
  if (bound === null) return null;
  return sides === 2
    ? complainUnlessNotNegative(`bounds[${k}]`, bound)
    : complainUnlessFinite(`bounds[${k}]`, bound);
}

export type Inflation =
  | {
      readonly status: 'ok';
      /** Units needed over those of one look at the end with the same α and power. */
      readonly inflation: number;
      /** Expected units at the effect planned for, over those of one look. */
      readonly expectedInflation: number;
    }
  | InvalidInput;

export interface SequentialPlan {
  readonly alpha: number;
  readonly power?: number;
  readonly sides?: 1 | 2;
  /** Equally spaced looks. */
  readonly looks: number;
}

/** How many more units a group sequential plan needs than a single look (about 1.03 for O'Brien–Fleming with five looks). */
export function groupSequentialInflation(plan: SequentialPlan & { readonly spending?: Spending }): Inflation {
  const { alpha, looks, sides = 2, spending = { kind: 'obrien_fleming' } } = plan;
  const invalid = checkPlan(plan);
  if (invalid) return invalid;
  const fractions = equallySpaced(looks);
  const designed = groupSequentialBounds({ fractions, alpha: alpha / sides, spending });
  if (designed.status !== 'ok') return designed;
  return inflationFor(plan, fractions, () => designed.bounds);
}

/** How many more units a two-sided confidence sequence needs, tuned at the single look's information and looked at equally often. */
export function sequenceInflation(plan: Omit<SequentialPlan, 'sides'>): Inflation {
  const invalid = checkPlan(plan);
  if (invalid) return invalid;
  const best = cStar(plan.alpha);
  const fractions = equallySpaced(plan.looks);
  return inflationFor(plan, fractions, (inflation) =>
    fractions.map((t) => {
      const c = best * inflation * t;
      return Math.sqrt(
        mixtureBoundSquared({ c, logOnePlusC: Math.log1p(c), shrink: c / (1 + c) }, plan.alpha),
      );
    }),
  );
}

/** Secant steps for the information at which the plan has its power: probit(power) is nearly linear in the root of the information. */
function inflationFor(
  plan: SequentialPlan,
  fractions: readonly number[],
  boundsAt: (inflation: number) => readonly (number | null)[],
): Inflation {
  const { alpha, power = 0.8, sides = 2 } = plan;
  const zBeta = normalIsf(1 - power);
  const fixedDrift = normalIsf(alpha / sides) + zBeta;
  const at = (root: number): PlanPower =>
    planPower({ fractions, bounds: boundsAt(root * root), drift: fixedDrift * root, sides });
  const missing = (root: number): number => {
    const plan = at(root);
    return plan.status === 'ok' ? zBeta - normalIsf(1 - (plan.cumulativePower.at(-1) ?? 0)) : NaN;
  };
  let before = 1;
  let missingBefore = missing(before);
  let root = before + missingBefore / fixedDrift;
  for (let step = 0; step < 20 && Math.abs(root - before) > 1e-7; step++) {
    const now = missing(root);
    const slope = (now - missingBefore) / (root - before);
    [before, missingBefore] = [root, now];
    if (slope !== 0) root -= now / slope;
  }
  const inflation = root * root;
  const found = at(root);
  if (!Number.isFinite(inflation) || found.status !== 'ok') {
    return invalidInput(`no sample size reaches a power of ${power}`);
  }
  return unlessOverflow({
    status: 'ok' as const,
    inflation,
    expectedInflation: inflation * found.expectedFraction,
  });
}

function equallySpaced(looks: number): number[] {
  return Array.from({ length: looks }, (_, k) => (k + 1) / looks);
}

function checkPlan({ alpha, power = 0.8, looks }: SequentialPlan): InvalidInput | null {
  return firstComplaint(
    complainUnlessOpenUnit('alpha', alpha),
    complainUnlessOpenUnit('power', power),
    isCount(looks) && looks >= 1 && looks <= 200 ? null : `looks must be between 1 and 200, got ${looks}`,
  );
}
