import { annualCost, type Cost } from './cost.ts';
import { dollarsPerEffect, scalesWithUnits, type Range, type ValueFunction } from './value-function.ts';

/** How far net value moves when one assumption goes from its low to its high, all others at their mode. */
export interface SensitivityBar {
  readonly assumption: 'effect' | 'rate' | 'units' | 'build' | 'run';
  readonly lowUsd: number;
  readonly highUsd: number;
  readonly swingUsd: number;
}

export interface SensitivityInput {
  /** The effect with its interval, in the metric's unit. */
  readonly effect: Range;
  readonly valueFunction: ValueFunction;
  readonly annualUnits: Range;
  readonly cost: Cost;
  /** How wrong the costs may be: 0.2 is ±20 %. */
  readonly costUncertainty: number;
}

/** One bar for each assumption, the most important first. */
export function sensitivity(input: SensitivityInput): SensitivityBar[] {
  const { effect, valueFunction, annualUnits, cost, costUncertainty } = input;
  const net = (changed: {
    effect?: number;
    rate?: number;
    units?: number;
    build?: number;
    run?: number;
  }): number => {
    const units = changed.units ?? annualUnits.mode;
    const scale = scalesWithUnits(valueFunction) ? units : 1;
    const value =
      (changed.effect ?? effect.mode) *
      dollarsPerEffect(valueFunction, changed.rate ?? valueFunction.rate.mode) *
      scale;
    const run = changed.run ?? 1;
    const changedCost: Cost = {
      ...cost,
      buildUsd: cost.buildUsd * (changed.build ?? 1),
      runPerUnitUsd: cost.runPerUnitUsd * run,
      runPerMonthUsd: cost.runPerMonthUsd * run,
    };
    return value - annualCost(changedCost, units).totalUsd;
  };
  const bar = (assumption: SensitivityBar['assumption'], low: number, high: number): SensitivityBar => ({
    assumption,
    lowUsd: Math.min(low, high),
    highUsd: Math.max(low, high),
    swingUsd: Math.abs(high - low),
  });
  const { low, high } = valueFunction.rate;
  return [
    bar('effect', net({ effect: effect.low }), net({ effect: effect.high })),
    bar('rate', net({ rate: low }), net({ rate: high })),
    bar('units', net({ units: annualUnits.low }), net({ units: annualUnits.high })),
    bar('build', net({ build: 1 - costUncertainty }), net({ build: 1 + costUncertainty })),
    bar('run', net({ run: 1 - costUncertainty }), net({ run: 1 + costUncertainty })),
  ].sort((a, b) => b.swingUsd - a.swingUsd);
}
