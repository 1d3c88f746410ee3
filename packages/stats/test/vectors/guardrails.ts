import { shareProcess, thresholdProcess } from '@liftgate/stats';

export interface ThresholdCase {
  readonly successes: number;
  readonly failures: number;
  readonly p0: number;
  readonly prior_a: number;
  readonly prior_b: number;
}

/** The vectors call an error a success: the process counts what it watches for. */
export function threshold(i: ThresholdCase): unknown {
  const { successes: failed, failures: passed, p0: limit, prior_a: priorA, prior_b: priorB } = i;
  const result = thresholdProcess({ failed, passed, limit, priorA, priorB });
  return result.status === 'ok' ? { log_e: result.logE, p: result.p } : result;
}

export interface ShareCase {
  readonly epochs: { treatment_share: number; treatment_units: number; control_units: number }[];
  readonly ratios: number[];
  readonly margin: number;
}

export function share({ epochs, ratios, margin }: ShareCase): unknown {
  const result = shareProcess(
    epochs.map((epoch) => ({
      treatmentShare: epoch.treatment_share,
      treatmentUnits: epoch.treatment_units,
      controlUnits: epoch.control_units,
    })),
    { ratios, margin },
  );
  return result.status === 'ok' ? { log_e: result.logE, p: result.p } : result;
}
