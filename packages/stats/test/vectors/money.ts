import {
  annualValue,
  percentileCap,
  portfolioTotal,
  returnOnInvestment,
  shrink,
  variance,
  winsorize,
} from '@liftgate/stats';
import type { Case } from './load.ts';
import { fiellerFields } from './means.ts';

export interface WinsorInput {
  readonly values: number[];
  readonly percentile?: number;
  readonly cap?: number;
}

export function answerWinsor({ input: { values, percentile, cap } }: Case<WinsorInput>): unknown {
  const used = cap ?? percentileCap(values, percentile);
  if (used === null) return undefined;
  const { unitsCapped, capped } = winsorize(values, used);
  return {
    cap: used,
    n_capped: unitsCapped,
    sum: capped.n * capped.mean,
    sum_sq: capped.m2 + capped.n * capped.mean * capped.mean,
    mean: capped.mean,
    variance: variance(capped),
  };
}

export interface DollarInput {
  readonly effect_per_unit_usd: number;
  readonly se: number;
  readonly annual_units: number;
  readonly annual_units_se: number;
  readonly alpha: number;
  readonly features: { value: number; se: number }[];
  readonly rho: number;
  readonly value: number;
  readonly value_se: number;
  readonly cost: number;
  readonly cost_se: number;
  readonly estimate: number;
  readonly prior_sd: number;
}

export function answerDollar({ kind, input: i }: Case<DollarInput>): unknown {
  switch (kind) {
    case 'annualize':
      return annual(i);
    case 'portfolio_sum':
      return portfolio(i);
    case 'roi':
      return roi(i);
    case 'shrink': {
      const r = shrink({ estimate: i.estimate, se: i.se, priorSd: i.prior_sd });
      if (r.status !== 'ok') return r;
      return { shrinkage: r.shrinkage, posterior_mean: r.posteriorMean, posterior_sd: r.posteriorSd };
    }
    default:
      return undefined;
  }
}

function annual(i: DollarInput): unknown {
  const {
    effect_per_unit_usd: effectUsd,
    se,
    annual_units: annualUnits,
    annual_units_se: annualUnitsSe,
    alpha,
  } = i;
  const r = annualValue({ effectUsd, se, annualUnits, annualUnitsSe, alpha });
  if (r.status !== 'ok') return r;
  return {
    value: r.valueUsd,
    se_delta: r.seDeltaUsd,
    se_product_exact: r.seUsd,
    ci_delta: r.intervalDelta,
    ci_product: r.interval,
    probability_positive: r.probabilityPositive,
  };
}

export function portfolio({
  features,
  alpha,
  rho,
}: Pick<DollarInput, 'features' | 'alpha' | 'rho'>): unknown {
  const r = portfolioTotal(
    features.map(({ value, se }) => ({ valueUsd: value, seUsd: se })),
    { alpha, correlation: rho },
  );
  if (r.status !== 'ok') return r;
  return {
    total: r.totalUsd,
    se_independent: r.seIndependentUsd,
    ci_independent: r.intervalIndependent,
    se_equicorrelated: r.seCorrelatedUsd,
    ci_equicorrelated: r.intervalCorrelated,
    se_worst_case: r.seWorstCaseUsd,
    ci_worst_case: r.intervalWorstCase,
    ci_bonferroni: r.intervalSimultaneous,
  };
}

export function roi(i: Pick<DollarInput, 'value' | 'value_se' | 'cost' | 'cost_se' | 'alpha'>): unknown {
  const { value: valueUsd, value_se: valueSeUsd, cost: costUsd, cost_se: costSeUsd, alpha } = i;
  const r = returnOnInvestment({ valueUsd, valueSeUsd, costUsd, costSeUsd, alpha });
  if (r.status !== 'ok') return r;
  return {
    status: 'ok',
    roi: r.roi,
    se_delta: r.seDelta,
    ci_delta: r.intervalDelta,
    fieller: fiellerFields(r.fieller),
    net_value: r.netUsd,
    net_ci: r.netInterval,
    probability_roi_positive: r.probabilityPositive,
  };
}
