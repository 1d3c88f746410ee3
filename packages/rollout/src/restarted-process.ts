import { shareProcess, thresholdProcess } from '@liftgate/stats';
import type { FailurePeriod, Failures } from './decision-evidence.ts';

/**
 * E-processes that begin again with every period, in a fixed mixture: 0.9 E_1 + Σ_{k≥2} 0.1 E_k/((k − 1)k) + 0.1/K, where E_k bets on the
 * periods from the k-th to the K-th. Each E_k is 1 before it begins, and the weights, with the part that has not begun, sum to 1; so the
 * mixture is an e-process. A single process from the start is diluted by its own history, and sees a late fault late; the restarts cost a
 * tenth of the evidence in the first period.
 */

export interface Restarted {
  readonly logE: number;
  /** The period from which on the evidence is strongest. */
  readonly since: number;
}

/** ln E that the treatment fails more often than margin × control; exact under randomisation of units. */
export function restartedShare(periods: readonly FailurePeriod[], margin: number): Restarted {
  const logEs = periods.map((_, k) => {
    const process = shareProcess(
      periods.slice(k).map(({ treatmentShare, control, treatment }) => ({
        treatmentShare,
        // A period that gives an arm no units can say nothing about it.
        treatmentUnits: treatmentShare > 0 ? treatment.failed : 0,
        controlUnits: treatmentShare < 1 ? control.failed : 0,
      })),
      { margin },
    );
    return process.status === 'ok' ? process.logE : 0;
  });
  return mixture(logEs);
}

/** Who is behind a limit that is exceeded, as far as the control over the same periods can say. */
export type Cause = 'treatment' | 'everywhere' | 'unknown';

export interface Circuit {
  /** ln E that more than `limit` of the treated units fail; exact for independent units, and silent about the cause. */
  readonly all: Restarted;
  /** The same, from those beginnings alone after which the treatment is to blame, or after which control is broken as well. */
  readonly blamed: Restarted;
  readonly systemic: Restarted;
}

/**
 * The circuit breaker's evidence, with the cause judged over the very periods that each part of it bets on: after an outage that hit both
 * arms, the rates since the start fall below the limit again long before the evidence of that day is gone.
 */
export function restartedCircuit(periods: readonly FailurePeriod[], limit: number): Circuit {
  const causes = periods.map((_, k) => causeOf(limit, periods.slice(k)));
  const logEs = periods.map((_, k) => {
    const { failed, units } = rateOf(periods.slice(k).map(({ treatment }) => treatment));
    const process = thresholdProcess({ failed, passed: Math.max(0, units - failed), limit });
    return process.status === 'ok' ? process.logE : 0;
  });
  const from = (cause: Cause): Restarted =>
    mixture(logEs.map((logE, k) => (causes[k] === cause ? logE : -Infinity)));
  return { all: mixture(logEs), blamed: from('treatment'), systemic: from('everywhere') };
}

/** Control has to have failed this often before it is called broken. */
const SYSTEMIC_FAILURES = 5;

/**
 * A limit that is exceeded says nothing of the cause. "The treatment has the higher rate" is no answer: when both arms are equally broken it
 * is true half of the time, and sooner or later at some look. So the feature is blamed only beside a control that is known to be healthy,
 * by its cautious rate (failed + 1)/(units + 2), which takes some twenty good units for a limit of 5 %; or where there is no control at all.
 */
function causeOf(limit: number, periods: readonly FailurePeriod[]): Cause {
  if (!isCompared(periods)) return 'treatment';
  const control = rateOf(periods.map((period) => period.control));
  const treatment = rateOf(periods.map((period) => period.treatment));
  const controlRate = control.rate ?? 0;
  if (controlRate >= limit) return control.failed >= SYSTEMIC_FAILURES ? 'everywhere' : 'unknown';
  const healthy = (control.failed + 1) / (control.units + 2) < limit;
  return healthy && (treatment.rate ?? 0) > controlRate ? 'treatment' : 'unknown';
}

/** Whether some units are randomised between the arms. */
export function isCompared(periods: readonly FailurePeriod[]): boolean {
  return periods.some(({ treatmentShare }) => treatmentShare > 0 && treatmentShare < 1);
}

export interface ArmRate {
  readonly units: number;
  readonly failed: number;
  /** failed/units, at most 1; null without units. */
  readonly rate: number | null;
}

export function rateOf(arms: readonly Failures[]): ArmRate {
  const units = arms.reduce((sum, arm) => sum + arm.units, 0);
  const failed = arms.reduce((sum, arm) => sum + arm.failed, 0);
  return { units, failed, rate: units === 0 ? null : Math.min(1, failed / units) };
}

/** The weight of all processes that begin after the first. */
const LATER = 0.1;

/** ln of the mixture of processes that begin with each period in turn. */
function mixture(logEs: readonly number[]): Restarted {
  if (logEs.length === 0) return { logE: 0, since: 0 };
  const parts = logEs.map((logE, k) => logE + Math.log(weightOf(k)));
  const notBegun = Math.log(LATER / logEs.length);
  const largest = Math.max(notBegun, ...parts);
  const sum = [...parts, notBegun].reduce((total, part) => total + Math.exp(part - largest), 0);
  return { logE: largest + Math.log(sum), since: Math.max(0, parts.indexOf(largest)) };
}

function weightOf(k: number): number {
  return k === 0 ? 1 - LATER : LATER / (k * (k + 1));
}
