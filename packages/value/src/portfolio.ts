import { fitPriorSd, portfolioTotal, shrink, type Interval } from '@liftgate/stats';
import type { TargetBand } from './target.ts';

/** One feature as the portfolio sees it. Rolled-back features carry what they would have cost. */
export interface PortfolioFeature {
  readonly flag: string;
  readonly valueUsd: number;
  readonly seUsd: number;
  readonly provenUsd: number;
  readonly costUsd: number;
  readonly currency: string;
  /** `live` features add up; a `rolled_back` one is avoided loss and never part of the value. */
  readonly state: 'live' | 'testing' | 'rolled_back';
}

export interface Portfolio {
  readonly currency: string;
  /** Sum of the estimates as measured. */
  readonly rawUsd: number;
  /** The sum after shrinkage for the winner's curse: the total to quote. */
  readonly shrunkUsd: number;
  /** 95 % under the stated dependence. */
  readonly interval: Interval;
  /** At least this much, for all features at once. */
  readonly provenUsd: number;
  readonly costUsd: number;
  readonly netUsd: number;
  /** What rolled-back features would have lost in a year. */
  readonly avoidedLossUsd: number;
  readonly assumption: string;
  readonly target: (TargetBand & { readonly reading: 'validated' | 'on_track' | 'short' }) | null;
}

export type PortfolioResult =
  | { readonly status: 'ok'; readonly byCurrency: readonly Portfolio[] }
  | { readonly status: 'invalid_input'; readonly message: string };

/**
 * The total over features, one for each currency: currencies are never mixed in a sum. Estimates are shrunk with a
 * prior fitted on every finished experiment, losers included; with fewer than two nothing can be fitted and they stay.
 */
export function portfolio(
  features: readonly PortfolioFeature[],
  options: {
    /** Estimates of all finished experiments, in dollars a year, for the prior. */
    readonly finished: readonly { readonly estimate: number; readonly se: number }[];
    readonly correlation?: number;
    readonly target?: TargetBand;
  },
): PortfolioResult {
  const { finished, correlation = 0.3, target } = options;
  const priorSd = fitPriorSd(finished);
  const currencies = [...new Set(features.map(({ currency }) => currency))].sort();
  const byCurrency: Portfolio[] = [];
  for (const currency of currencies) {
    const own = features.filter((feature) => feature.currency === currency);
    const counted = own.filter(({ state }) => state !== 'rolled_back');
    const shrunk = counted.map(({ valueUsd, seUsd }) => shrunken(valueUsd, seUsd, priorSd));
    const total = portfolioTotal(shrunk, { correlation });
    if (total.status !== 'ok') return total;
    const costUsd = counted.reduce((sum, feature) => sum + feature.costUsd, 0);
    const provenUsd = counted.reduce((sum, feature) => sum + feature.provenUsd, 0);
    byCurrency.push({
      currency,
      rawUsd: counted.reduce((sum, { valueUsd }) => sum + valueUsd, 0),
      shrunkUsd: total.totalUsd,
      interval: total.intervalCorrelated,
      provenUsd,
      costUsd,
      netUsd: total.totalUsd - costUsd,
      avoidedLossUsd: own
        .filter(({ state }) => state === 'rolled_back')
        .reduce((sum, { valueUsd }) => sum + Math.max(0, -valueUsd), 0),
      assumption: `features measured apart, errors correlated by ${correlation}; features that overlap are counted twice, a global holdout would say`,
      target:
        target === undefined || currency !== 'USD'
          ? null
          : { ...target, reading: readingOf(provenUsd, total.totalUsd, target) },
    });
  }
  return { status: 'ok', byCurrency };
}

function shrunken(
  valueUsd: number,
  seUsd: number,
  priorSd: number | null,
): { valueUsd: number; seUsd: number } {
  if (priorSd === null) return { valueUsd, seUsd };
  const posterior = shrink({ estimate: valueUsd, se: seUsd, priorSd });
  return posterior.status === 'ok'
    ? { valueUsd: posterior.posteriorMean, seUsd: posterior.posteriorSd }
    : { valueUsd, seUsd };
}

function readingOf(
  provenUsd: number,
  totalUsd: number,
  target: TargetBand,
): 'validated' | 'on_track' | 'short' {
  if (provenUsd >= target.lowUsd) return 'validated';
  return totalUsd >= target.lowUsd ? 'on_track' : 'short';
}

/** Sum of claims beside what a global holdout supports: 0.7 means that seven dollars of ten were really there. */
export function reconcile(input: {
  readonly claimedUsd: number;
  readonly shrunkUsd: number;
  readonly holdoutUsd: number;
  readonly holdoutSeUsd: number;
}): {
  readonly realisationRate: number | null;
  readonly withinError: boolean;
} {
  const { claimedUsd, shrunkUsd, holdoutUsd, holdoutSeUsd } = input;
  return {
    realisationRate: claimedUsd > 0 ? holdoutUsd / claimedUsd : null,
    withinError: Math.abs(holdoutUsd - shrunkUsd) <= 1.959963984540054 * holdoutSeUsd,
  };
}
