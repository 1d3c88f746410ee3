import { z } from 'zod';
import { normalIsf, returnOnInvestment, type FiellerSet, type Interval } from '@liftgate/stats';
import { probabilityPositive } from './normal.ts';

const amount = z.number().min(0).max(1e12);

/** What a feature costs. Every amount is in the currency of its value. */
export const costSchema = z.strictObject({
  /** Building it, once, spread over `amortiseMonths`. */
  buildUsd: amount,
  amortiseMonths: z.int().min(1).max(120),
  /** Running it, for each unit that has it. */
  runPerUnitUsd: amount,
  /** Running it, a month, however many use it. */
  runPerMonthUsd: amount,
  /** Its share of the platform, a month, by a key that somebody stated. */
  platformPerMonthUsd: amount,
  platformKey: z.string().max(200),
});
export type Cost = z.infer<typeof costSchema>;

export const NO_COST: Cost = {
  buildUsd: 0,
  amortiseMonths: 12,
  runPerUnitUsd: 0,
  runPerMonthUsd: 0,
  platformPerMonthUsd: 0,
  platformKey: '',
};

export interface AnnualCost {
  readonly buildUsd: number;
  readonly runUsd: number;
  readonly platformUsd: number;
  readonly totalUsd: number;
}

/** A year's cost: the build's share of the year (all of it when amortised over a year or less), run and platform. */
export function annualCost(cost: Cost, annualUnits: number): AnnualCost {
  const buildUsd = cost.buildUsd * Math.min(1, 12 / cost.amortiseMonths);
  const runUsd = cost.runPerUnitUsd * annualUnits + cost.runPerMonthUsd * 12;
  const platformUsd = cost.platformPerMonthUsd * 12;
  return { buildUsd, runUsd, platformUsd, totalUsd: buildUsd + runUsd + platformUsd };
}

export interface NetValue {
  readonly netUsd: number;
  readonly netInterval: Interval;
  /** Null when nothing is spent. */
  readonly roiPercent: number | null;
  readonly roi: FiellerSet | null;
  readonly probabilityRoiPositive: number;
  /** Months until the build is earned back at this value; null when it never is. */
  readonly paybackMonths: number | null;
}

/** Value less cost over a year. Cost is known here, so the interval is the value's, moved. */
export function netValue(input: {
  readonly valueUsd: number;
  readonly seUsd: number;
  readonly cost: Cost;
  readonly annualUnits: number;
  readonly alpha?: number;
}): NetValue {
  const { valueUsd, seUsd, cost, annualUnits, alpha = 0.05 } = input;
  const { totalUsd, runUsd, platformUsd } = annualCost(cost, annualUnits);
  const netUsd = valueUsd - totalUsd;
  const half = normalIsf(alpha / 2) * seUsd;
  const roi = returnOnInvestment({ valueUsd, valueSeUsd: seUsd, costUsd: totalUsd, alpha });
  const monthlyUsd = (valueUsd - runUsd - platformUsd) / 12;
  return {
    netUsd,
    netInterval: [netUsd - half, netUsd + half],
    roiPercent: roi.status === 'ok' ? roi.roi * 100 : null,
    roi: roi.status === 'ok' ? roi.fieller : null,
    probabilityRoiPositive: probabilityPositive(netUsd, seUsd),
    paybackMonths: cost.buildUsd === 0 ? 0 : monthlyUsd > 0 ? cost.buildUsd / monthlyUsd : null,
  };
}
