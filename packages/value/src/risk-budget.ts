import { dollarsPerEffect, scalesWithUnits, type ValueFunction } from './value-function.ts';

/** "May lose at most $X proving this": what that allows. */
export interface RiskBudget {
  /** The most that one treated unit can lose, at the bound; 0 when a loss is ruled out. */
  readonly lossPerUnitUsd: number;
  readonly spentUsd: number;
  readonly leftUsd: number;
  /** The largest share of the next days' units that the rest of the budget allows, in [0, 1]. */
  readonly largestShare: number;
  /** The budget is used up: stop and go back. */
  readonly stop: boolean;
}

/**
 * The loss per unit is bounded by the pessimistic end of the always-valid interval of the effect; before there is one,
 * by the worst effect the plan assumes. What has been spent is that bound times the units treated so far, so it can
 * shrink as the interval does.
 */
export function riskBudget(input: {
  readonly budgetUsd: number;
  readonly valueFunction: ValueFunction;
  readonly effect: readonly [number | null, number | null];
  /** The worst effect to reckon with while nothing has been measured, in the metric's unit. */
  readonly worstEffect: number;
  readonly treatedUnits: number;
  /** Eligible units of the coming period. */
  readonly comingUnits: number;
  /** Eligible units a year: what a value for the whole population is spread over. */
  readonly annualUnits: number;
}): RiskBudget {
  const { budgetUsd, valueFunction, effect, worstEffect, treatedUnits, comingUnits, annualUnits } = input;
  const factor =
    dollarsPerEffect(valueFunction, valueFunction.rate.high) /
    (scalesWithUnits(valueFunction) ? 1 : annualUnits);
  const pessimistic = (factor >= 0 ? effect[0] : effect[1]) ?? worstEffect;
  const lossPerUnitUsd = Math.max(0, -pessimistic * factor);
  const spentUsd = lossPerUnitUsd * treatedUnits;
  const leftUsd = Math.max(0, budgetUsd - spentUsd);
  const largestShare =
    lossPerUnitUsd === 0 || comingUnits === 0 ? 1 : Math.min(1, leftUsd / (lossPerUnitUsd * comingUnits));
  return { lossPerUnitUsd, spentUsd, leftUsd, largestShare, stop: spentUsd >= budgetUsd };
}
