import { shareProcess, thresholdProcess } from '@liftgate/stats';
import type { FailurePeriod } from './decision-evidence.ts';

/**
 * E-processes that begin again with every period, in a fixed mixture: 0.9 E_1 + Σ_{k≥2} 0.1 E_k/((k − 1)k) + 0.1/K, where E_k bets on the
 * periods from the k-th to the K-th. Each E_k is 1 before it begins, and the weights, with the part that has not begun, sum to 1; so the
 * mixture is an e-process. A single process from the start is diluted by its own history, and sees a late fault late; the restarts cost a
 * tenth of the evidence in the first period.
 */

/** ln E that the treatment fails more often than margin × control; exact under randomisation of units. */
export function restartedShareLogE(periods: readonly FailurePeriod[], margin: number): number {
  return restarted(periods, (from) => {
    const process = shareProcess(
      from.map(({ treatmentShare, control, treatment }) => ({
        treatmentShare,
        // A period that gives an arm no units can say nothing about it.
        treatmentUnits: treatmentShare > 0 ? treatment.failed : 0,
        controlUnits: treatmentShare < 1 ? control.failed : 0,
      })),
      { margin },
    );
    return process.status === 'ok' ? process.logE : 0;
  });
}

/** ln E that more than `limit` of the treated units fail; exact for independent units, and silent about the cause. */
export function restartedThresholdLogE(periods: readonly FailurePeriod[], limit: number): number {
  return restarted(periods, (from) => {
    const failed = from.reduce((sum, { treatment }) => sum + treatment.failed, 0);
    const units = from.reduce((sum, { treatment }) => sum + treatment.units, 0);
    const process = thresholdProcess({ failed, passed: Math.max(0, units - failed), limit });
    return process.status === 'ok' ? process.logE : 0;
  });
}

/** The weight of all processes that begin after the first. */
const LATER = 0.1;

function restarted(
  periods: readonly FailurePeriod[],
  logEFrom: (periods: readonly FailurePeriod[]) => number,
): number {
  if (periods.length === 0) return 0;
  const parts = periods.map((_, k) => logEFrom(periods.slice(k)) + Math.log(weightOf(k)));
  parts.push(Math.log(LATER / periods.length));
  const largest = Math.max(...parts);
  return largest + Math.log(parts.reduce((sum, part) => sum + Math.exp(part - largest), 0));
}

function weightOf(k: number): number {
  return k === 0 ? 1 - LATER : LATER / (k * (k + 1));
}
