import { momentsOf, type Moments } from './moments.ts';
import { typeSevenQuantile } from './quantile.ts';

/**
 * Capping a metric at unit level, y = min(x, cap). The cap is fixed before the start, from the pre-period (p99.9 by default): a cap that moves
 * with the data changes past looks and is for the final report only. Guardrail counts and quantile metrics are never capped.
 */
export const DEFAULT_CAP_PERCENTILE = 0.999;

/** The percentile of the values, interpolated linearly (type 7), in the metric's unit; null of no values or of a share outside [0, 1]. */
export function percentileCap(
  values: readonly number[],
  percentile: number = DEFAULT_CAP_PERCENTILE,
): number | null {
  const usable =
    percentile >= 0 && percentile <= 1 && values.length > 0 && values.every((x) => Number.isFinite(x));
  return usable
    ? typeSevenQuantile(
        [...values].sort((a, b) => a - b),
        percentile,
      )
    : null;
}

export interface Winsorized {
  readonly cap: number;
  readonly unitsCapped: number;
  /** Of the capped values: for decisions. */
  readonly capped: Moments;
  /** Of the values as they were: for dollar totals. */
  readonly uncapped: Moments;
}

/**
 * The units' values at most `cap`, in the metric's unit, beside the values as they were. A cap that is not finite caps nothing: `cap` is then
 * the largest value.
 */
export function winsorize(values: readonly number[], cap: number): Winsorized {
  if (!Number.isFinite(cap)) return winsorize(values, percentileCap(values, 1) ?? 0);
  return {
    cap,
    unitsCapped: values.filter((value) => value > cap).length,
    capped: momentsOf(values.map((value) => Math.min(value, cap))),
    uncapped: momentsOf(values),
  };
}
