import { normalIsf, type Interval } from '@liftgate/stats';

/** A stage of the plan ahead: from which month on, and which share of the units has the feature. */
export interface PlannedStage {
  readonly fromMonth: number;
  readonly share: number;
}

export interface ForecastMonth {
  /** 1 is the first month ahead. */
  readonly month: number;
  readonly share: number;
  readonly valueUsd: number;
  readonly cumulativeUsd: number;
  /** Of the cumulative value: errors of one effect add up over months, they do not average out. */
  readonly interval: Interval;
}

/**
 * Value by month under the plan: value of a full year ÷ 12 × share × units of that month relative to now. Method: the
 * measured effect lasts (no novelty), units grow by `monthlyGrowth`, the stages come as planned.
 */
export function forecast(input: {
  readonly annualValueUsd: number;
  readonly seUsd: number;
  readonly stages: readonly PlannedStage[];
  readonly months: number;
  readonly monthlyGrowth?: number;
  readonly alpha?: number;
}): ForecastMonth[] {
  const { annualValueUsd, seUsd, stages, months, monthlyGrowth = 0, alpha = 0.05 } = input;
  const z = normalIsf(alpha / 2);
  const ordered = [...stages].sort((a, b) => a.fromMonth - b.fromMonth);
  const result: ForecastMonth[] = [];
  let weight = 0;
  for (let month = 1; month <= months; month++) {
    const share = ordered.findLast((stage) => stage.fromMonth <= month)?.share ?? 0;
    const part = (share * (1 + monthlyGrowth) ** (month - 1)) / 12;
    weight += part;
    const cumulativeUsd = annualValueUsd * weight;
    const half = z * seUsd * weight;
    result.push({
      month,
      share,
      valueUsd: annualValueUsd * part,
      cumulativeUsd,
      interval: [cumulativeUsd - half, cumulativeUsd + half],
    });
  }
  return result;
}

/** How wrong past forecasts were: mean error (bias) and mean absolute error, as shares of what really came. */
export function backtest(
  past: readonly { readonly forecastUsd: number; readonly actualUsd: number; readonly interval: Interval }[],
): {
  readonly months: number;
  readonly bias: number;
  readonly meanAbsoluteError: number;
  /** Share of months whose actual value lay within the interval. */
  readonly coverage: number;
} | null {
  const total = past.reduce((sum, { actualUsd }) => sum + Math.abs(actualUsd), 0);
  if (past.length === 0 || total === 0) return null;
  const errors = past.map(({ forecastUsd, actualUsd }) => forecastUsd - actualUsd);
  return {
    months: past.length,
    bias: errors.reduce((sum, error) => sum + error, 0) / total,
    meanAbsoluteError: errors.reduce((sum, error) => sum + Math.abs(error), 0) / total,
    coverage:
      past.filter(({ actualUsd, interval }) => actualUsd >= interval[0] && actualUsd <= interval[1]).length /
      past.length,
  };
}
