import { probabilityAbove, spentAlpha, startOfPaths, survivingPaths } from '@liftgate/stats';
import type { BenefitLook } from './decision-evidence.ts';

/**
 * One look of the group sequential test for benefit, O'Brien–Fleming spending. α is spent by the share of the planned information, the
 * bounds are computed at the information there really is (Lan and DeMets 1983), so that traffic above or below the forecast costs power
 * and never validity. The last look, by information or because the horizon allows no other, spends all that is left.
 */
export interface LookInput {
  readonly before: readonly BenefitLook[];
  /** 1/se² of the goal's difference now, and at the end of the plan. */
  readonly information: number;
  readonly plannedInformation: number;
  /** No later look is planned. */
  readonly last: boolean;
  /** One-sided. */
  readonly alpha: number;
  /** gain/se, positive is better. */
  readonly z: number;
}

export interface LookOutcome {
  /** α spent up to this look. */
  readonly spent: number;
  /** Benefit is shown at z of at least this; null where too little α is spent to show anything. */
  readonly bound: number | null;
  readonly benefit: boolean;
}

/** Null when nothing was learned since the look before: then nothing is spent either. */
export function benefitLook(input: LookInput): LookOutcome | null {
  const { before, information, plannedInformation, last, alpha, z } = input;
  const previous = before.at(-1);
  if (previous !== undefined && !(information > previous.information * (1 + 1e-9))) return null;
  const fraction = Math.min(1, information / plannedInformation);
  const planned = last ? alpha : spentAlpha({ kind: 'obrien_fleming' }, alpha, fraction);
  const spent = Math.max(previous?.spent ?? 0, planned);
  const bound = lastBound([...before, { information, spent }]);
  return { spent, bound, benefit: bound !== null && z >= bound };
}

/** A look whose share of α is below this cannot reject. */
const NO_ALPHA = 1e-13;

/** The bound of the last look, given what the earlier ones had to spend. */
function lastBound(looks: readonly Pick<BenefitLook, 'information' | 'spent'>[]): number | null {
  const most = looks.at(-1)?.information ?? 1;
  let paths = startOfPaths;
  let spent = 0;
  let bound: number | null = null;
  looks.forEach((look, k) => {
    const time = look.information / most;
    const increment = look.spent - spent;
    spent = look.spent;
    const level = increment < NO_ALPHA ? Infinity : levelFor(paths, time, increment);
    bound = Number.isFinite(level) ? level / Math.sqrt(time) : null;
    const next = looks[k + 1];
    if (next === undefined) return;
    const nextStep = next.information / most - time;
    paths = survivingPaths(paths, time, { lower: -Infinity, upper: level }, { nextStep });
  });
  return bound;
}

/** The level b with P(not crossed before, B(time) ≥ b) = increment. */
function levelFor(paths: typeof startOfPaths, time: number, increment: number): number {
  let low = -8.5 * Math.sqrt(time);
  let high = -low;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (probabilityAbove(paths, time, middle) > increment) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
