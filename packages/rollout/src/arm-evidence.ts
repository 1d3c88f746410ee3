import { addIntegerSums, countsEveryUnit, NO_SUMS, type IntegerSums, type Metric } from '@liftgate/stats';
import type { ArmEvidence, EpochEvidence } from './evidence.ts';

/** The sums of an arm in one metric: with n as every unit of the arm where every unit counts. */
export function sumsOf(metric: Metric, arm: ArmEvidence | undefined): IntegerSums {
  const sums = arm?.metrics[metric.key] ?? NO_SUMS;
  return countsEveryUnit(metric.kind) ? { ...sums, n: arm?.exposed ?? 0n } : sums;
}

/** Units with at least one event of the metric; of a proportion, those that did. */
export function activeUnits(metric: Metric, arm: ArmEvidence | undefined): bigint {
  const sums = arm?.metrics[metric.key] ?? NO_SUMS;
  return metric.kind === 'proportion' ? sums.s1 : sums.n;
}

/** The sums of two groups of units of the same arm. */
export function addArms(a: ArmEvidence | undefined, b: ArmEvidence): ArmEvidence {
  if (a === undefined) return b;
  const metrics: Record<string, IntegerSums> = { ...a.metrics };
  for (const [key, sums] of Object.entries(b.metrics))
    metrics[key] = addIntegerSums(metrics[key] ?? NO_SUMS, sums);
  return { variant: a.variant, exposed: a.exposed + b.exposed, metrics };
}

export function armOf(epoch: EpochEvidence, variant: string): ArmEvidence | undefined {
  return epoch.arms.find((arm) => arm.variant === variant);
}

export function sumOf(
  epochs: readonly EpochEvidence[],
  variant: string,
  count: (arm: ArmEvidence) => bigint,
): bigint {
  return epochs.reduce((total, epoch) => {
    const arm = armOf(epoch, variant);
    return arm === undefined ? total : total + count(arm);
  }, 0n);
}
