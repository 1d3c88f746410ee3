import { pFromLogE } from './confidence-sequence.ts';
import {
  complainUnlessCount,
  complainUnlessNotNegative,
  complainUnlessPositive,
  firstComplaint,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { meanOfLogE } from './e-values.ts';

/** Units whose first error (or first slow answer) fell into one period of constant allocation. Each unit counts once, ever. */
export interface ShareEpoch {
  /** Of the units randomised in this epoch, the share that got the treatment; in [0, 1]. */
  readonly treatmentShare: number;
  readonly treatmentUnits: number;
  readonly controlUnits: number;
}

export interface ShareProcessOptions {
  /** The tolerated ratio of rates treatment/control: 1 for any harm, 1.25 for a non-inferiority margin. */
  readonly margin?: number;
  /** The ratios of rates that the process bets on; those not above the margin are left out. */
  readonly ratios?: readonly number[];
}

export type ShareProcess =
  | {
      readonly status: 'ok';
      readonly logE: number;
      /** min(1, 1/E). */
      readonly p: number;
      /** Estimated ratio of rates treatment/control (Mantel–Haenszel over epochs); null without a control unit. */
      readonly ratio: number | null;
      /** Whether the treatment's rate is the higher one. */
      readonly treatmentWorse: boolean;
    }
  | InvalidInput;

export const DEFAULT_RATIOS: readonly number[] = [1.1, 1.25, 1.5, 2, 3, 5, 10];

/**
 * Exact e-process for "the treatment makes units fail more often than margin × control", to be watched after every batch.
 *
 * Order the units by their first error. If the treatment has no effect on anyone's errors, each of them is a treatment unit with
 * probability `treatmentShare`, however correlated requests are and whatever causes the errors; so the share among erroring units is a
 * sequence of coin flips with known odds. E is an equal-weight mixture of likelihood ratios over `ratios`; roll back at E ≥ 1/α.
 * No variance, no burn-in, no asymptotics. E depends on the counts alone, so that order and duplicates of delivery cannot change it.
 * Exact for margin 1 (no effect); above 1, for units whose errors are rare. Idea: Lindon and Malek (2022); the grid is ours.
 */
export function shareProcess(epochs: readonly ShareEpoch[], options: ShareProcessOptions = {}): ShareProcess {
  const { margin = 1, ratios = DEFAULT_RATIOS } = options;
  const invalid = checkInput(epochs, margin, ratios);
  if (invalid) return invalid;
  const bets = ratios.filter((ratio) => ratio > margin);
  const used = bets.length > 0 ? bets : DEFAULT_RATIOS.map((ratio) => ratio * margin);
  const logE = meanOfLogE(used.map((ratio) => logLikelihoodRatio(epochs, ratio, margin)));
  let treatmentWeight = 0;
  let controlWeight = 0;
  for (const { treatmentShare, treatmentUnits, controlUnits } of epochs) {
    treatmentWeight += treatmentUnits * (1 - treatmentShare);
    controlWeight += controlUnits * treatmentShare;
  }
  return unlessOverflow({
    status: 'ok' as const,
    logE,
    p: pFromLogE(logE),
    ratio: finiteOrNull(treatmentWeight / controlWeight),
    treatmentWorse: treatmentWeight > controlWeight,
  });
}

function finiteOrNull(x: number): number | null {
  return Number.isFinite(x) ? x : null;
}

/** Σ s ln(q(r)/q(m)) + f ln((1 − q(r))/(1 − q(m))) with q(r) = share·r/(share·r + 1 − share). */
function logLikelihoodRatio(epochs: readonly ShareEpoch[], ratio: number, margin: number): number {
  const logRatio = Math.log(ratio / margin);
  let sum = 0;
  for (const { treatmentShare, treatmentUnits, controlUnits } of epochs) {
    const excess = (treatmentShare * (ratio - margin)) / (treatmentShare * margin + 1 - treatmentShare);
    sum += treatmentUnits * logRatio - (treatmentUnits + controlUnits) * Math.log1p(excess);
  }
  return sum;
}

function checkInput(
  epochs: readonly ShareEpoch[],
  margin: number,
  ratios: readonly number[],
): InvalidInput | null {
  return firstComplaint(
    complainUnlessPositive('margin', margin),
    ...ratios.map((ratio, i) => complainUnlessPositive(`ratios[${i}]`, ratio)),
    ...epochs.flatMap(({ treatmentShare, treatmentUnits, controlUnits }, k) => [
      treatmentShare <= 1
        ? complainUnlessNotNegative(`epochs[${k}].treatmentShare`, treatmentShare)
        : `epochs[${k}].treatmentShare must be in [0, 1], got ${treatmentShare}`,
      complainUnlessCount(`epochs[${k}].treatmentUnits`, treatmentUnits),
      complainUnlessCount(`epochs[${k}].controlUnits`, controlUnits),
      treatmentShare === 0 && treatmentUnits > 0
        ? `epochs[${k}].treatmentUnits must be 0 where the treatment has no share, got ${treatmentUnits}`
        : null,
      treatmentShare === 1 && controlUnits > 0
        ? `epochs[${k}].controlUnits must be 0 where the treatment has everyone, got ${controlUnits}`
        : null,
    ]),
  );
}
