import { oneSidedSequence, type OneSidedSequence } from './one-sided-sequence.ts';
import type { MeanEstimate } from './strata.ts';

export type MarginTest =
  | (Extract<OneSidedSequence, { status: 'ok' }> & { readonly estimate: number; readonly se: number })
  | Exclude<OneSidedSequence, { status: 'ok' }>;

/**
 * Always-valid one-sided test of a relative margin through the contrast m_t − ratio·m_c (no delta method):
 * ratio 1 harm or benefit at all, 0.95 with `decrease` "worse than −5 %", 0.95 with `increase` non-inferior, 1.05 superior by 5 %.
 * The estimate and bound are those of the contrast, in the metric's unit; τ² as for the absolute difference.
 */
export function relativeMargin(input: {
  readonly control: MeanEstimate;
  readonly treatment: MeanEstimate;
  readonly ratio: number;
  readonly direction: 'increase' | 'decrease';
  readonly tauSquared: number;
  readonly alpha?: number;
}): MarginTest {
  const { control, treatment, ratio, direction, tauSquared } = input;
  const estimate = treatment.mean - ratio * control.mean;
  const se = Math.sqrt(treatment.varianceOfMean + ratio * ratio * control.varianceOfMean);
  const alpha = input.alpha === undefined ? {} : { alpha: input.alpha };
  const test = oneSidedSequence({ estimate, se, tauSquared, direction, ...alpha });
  return test.status === 'ok' ? { ...test, estimate, se } : test;
}
