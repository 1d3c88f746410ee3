import type { Flag } from '@liftgate/flags';
import { addIntegerSums, momentsFromIntegers, NO_SUMS, variance, type Metric } from '@liftgate/stats';
import { armOf, sumsOf } from './arm-evidence.ts';
import { comparison } from './comparison.ts';
import { decimalText } from './decimal-text.ts';
import type { EpochEvidence, Evidence } from './evidence.ts';
import type { Experiment, MetricRole } from './experiment.ts';
import type { ArmResult, ExperimentResult, MetricResult } from './result.ts';
import { seriesOf } from './series.ts';
import { armOrder, splitResult, variantResults } from './split.ts';

/**
 * What the evidence says of an experiment: exact sums in, plain JSON out; the same evidence always gives the same
 * result. Epochs are combined by inverse variance, so a ramp never mixes allocations.
 */
export function analyse(input: {
  readonly flag: Flag;
  readonly experiment: Experiment;
  readonly metrics: readonly Metric[];
  readonly evidence: Evidence;
  readonly configuration: number;
  readonly now: Date;
}): ExperimentResult {
  const { flag, experiment, evidence } = input;
  const known = new Map(input.metrics.map((metric) => [metric.key, metric]));
  const metrics = experiment.metrics.flatMap(({ metric: key, role }) => {
    const metric = known.get(key);
    return metric === undefined ? [] : [metricResult(metric, role, flag, experiment, evidence)];
  });
  return {
    flag: flag.key,
    environment: flag.environment,
    phase: evidence.phase,
    analysedAt: input.now.toISOString(),
    events: evidence.events,
    configuration: input.configuration,
    alpha: experiment.alpha,
    control: flag.control,
    variants: variantResults(flag, evidence),
    quarantined: evidence.quarantined,
    split: splitResult(flag, evidence),
    metrics,
  };
}

function metricResult(
  metric: Metric,
  role: MetricRole,
  flag: Flag,
  experiment: Experiment,
  evidence: Evidence,
): MetricResult {
  const treatments = armOrder(flag).slice(1);
  return {
    metric: metric.key,
    name: metric.name,
    kind: metric.kind,
    direction: metric.direction,
    unit: metric.unit,
    role,
    arms: armOrder(flag).map((variant) => armResult(metric, variant, evidence.epochs)),
    comparisons: treatments.map((treatment) => ({
      ...comparison(metric, flag.control, treatment, experiment, evidence.epochs),
      series: seriesOf(metric, flag.control, treatment, experiment, evidence),
    })),
  };
}

function armResult(metric: Metric, variant: string, epochs: readonly EpochEvidence[]): ArmResult {
  const sums = epochs.reduce(
    (total, epoch) => addIntegerSums(total, sumsOf(metric, armOf(epoch, variant))),
    NO_SUMS,
  );
  const moments = momentsFromIntegers(sums, metric.decimals);
  const spread = variance(moments);
  return {
    variant,
    n: moments.n,
    mean: moments.n === 0 ? null : moments.mean,
    sd: spread === null ? null : Math.sqrt(spread),
    sum: decimalText(sums.s1, metric.decimals),
    sumOfSquares: decimalText(sums.s2, 2 * metric.decimals),
  };
}
