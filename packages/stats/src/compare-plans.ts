import type { InvalidInput } from './input.ts';
import type { ErrorRates } from './error-rates.ts';
import { duration } from './power.ts';
import { meanSampleSize } from './sample-size.ts';
import { groupSequentialInflation, sequenceInflation } from './sequential-plan.ts';

/** What one way of deciding costs for the same effect, error and power. */
export interface PlanCost {
  /** At most; reserve these. */
  readonly unitsPerArm: number;
  /** On average, when the effect is the one planned for: a plan that may stop early usually does. */
  readonly expectedUnitsPerArm: number;
  /** Null when nobody arrives. */
  readonly days: number | null;
  readonly expectedDays: number | null;
}

export type PlanComparison =
  | {
      readonly status: 'ok';
      /** One look at the end. */
      readonly fixed: PlanCost;
      /** O'Brien–Fleming spending at equally spaced looks. */
      readonly groupSequential: PlanCost;
      /** A confidence sequence looked at equally often, tuned for the effect. */
      readonly sequence: PlanCost;
    }
  | InvalidInput;

/** The three ways of deciding side by side, two-sided, with equal arms, for a mean whose units have standard deviation `sd`. */
export function comparePlans(
  input: Omit<ErrorRates, 'sides'> & {
    readonly sd: number;
    /** In the metric's unit, like `sd`. */
    readonly effect: number;
    readonly looks: number;
    readonly dailyUnits: number;
    readonly arms?: number;
    readonly allocation?: number;
    /** Correlation of a CUPED covariate with the metric. */
    readonly correlation?: number;
  },
): PlanComparison {
  const {
    sd,
    effect,
    looks,
    alpha = 0.05,
    power = 0.8,
    dailyUnits,
    arms = 2,
    allocation = 1,
    correlation = 0,
  } = input;
  const fixed = meanSampleSize({ sd, effect, alpha, power });
  if (fixed.status !== 'ok') return fixed;
  const group = groupSequentialInflation({ alpha, power, looks });
  if (group.status !== 'ok') return group;
  const sequence = sequenceInflation({ alpha, power, looks });
  if (sequence.status !== 'ok') return sequence;
  const daysFor = (unitsPerArm: number) =>
    duration({ unitsPerArm, arms, dailyUnits, allocation, correlation });
  const cost = (inflation: number, expectedInflation: number): PlanCost => {
    const most = Math.ceil(fixed.controlUnitsExact * inflation);
    const expected = Math.ceil(fixed.controlUnitsExact * expectedInflation);
    const days = daysFor(most);
    const expectedDays = daysFor(expected);
    return {
      unitsPerArm: days?.unitsPerArm ?? most,
      expectedUnitsPerArm: expectedDays?.unitsPerArm ?? expected,
      days: days?.days ?? null,
      expectedDays: expectedDays?.days ?? null,
    };
  };
  return {
    status: 'ok',
    fixed: cost(1, 1),
    groupSequential: cost(group.inflation, group.expectedInflation),
    sequence: cost(sequence.inflation, sequence.expectedInflation),
  };
}
