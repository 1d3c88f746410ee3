import type { Metric } from '@liftgate/stats';
import { addArms } from './arm-evidence.ts';
import { estimatesOf, relativeOf, tauSquaredOf } from './comparison.ts';
import type { ArmEvidence, EpochEvidence, Evidence } from './evidence.ts';
import type { Experiment } from './experiment.ts';
import type { SeriesPoint } from './result.ts';

/** By the day units joined: the lift over everybody who had joined by then. */
export function seriesOf(
  metric: Metric,
  control: string,
  treatment: string,
  experiment: Experiment,
  evidence: Evidence,
): SeriesPoint[] {
  const days = [...new Set(evidence.days.map((one) => one.day))].sort();
  const soFar = new Map<number, Map<string, ArmEvidence>>();
  const points: SeriesPoint[] = [];
  for (const day of days) {
    for (const one of evidence.days) if (one.day === day) addDay(soFar, one);
    const epochs = [...soFar].map(([epoch, arms]) => ({ epoch, arms: [...arms.values()] }));
    const pair = estimatesOf(metric, control, treatment, epochs);
    if (pair === null) continue;
    const relative = relativeOf(pair, tauSquaredOf(metric, experiment, pair), experiment.alpha);
    if (relative === null) continue;
    points.push({
      day,
      exposed: pair.control.n + pair.treatment.n,
      lift: relative.lift,
      interval: relative.alwaysValid ?? [null, null],
    });
  }
  return points;
}

function addDay(soFar: Map<number, Map<string, ArmEvidence>>, day: EpochEvidence): void {
  const arms = soFar.get(day.epoch) ?? new Map<string, ArmEvidence>();
  soFar.set(day.epoch, arms);
  for (const arm of day.arms) arms.set(arm.variant, addArms(arms.get(arm.variant), arm));
}
