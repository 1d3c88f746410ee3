import type { Flag } from '@liftgate/flags';
import {
  momentsFromIntegers,
  NO_SUMS,
  countsEveryUnit,
  type IntegerSums,
  type Metric,
} from '@liftgate/stats';
import type {
  ArmMoments,
  DecisionEvidence,
  FailurePeriod,
  Failures,
  GuardrailEvidence,
  MetricStratum,
  RolloutState,
} from './decision-evidence.ts';
import type { ArmEvidence, EpochEvidence, Evidence } from './evidence.ts';
import type { Plan } from './plan.ts';

/** What only the running system knows, besides what was counted. */
export interface RunningFacts {
  readonly rollout: RolloutState;
  readonly evidenceVersion: number;
  readonly freshness: DecisionEvidence['freshness'];
  readonly lastExposureAt: string | null;
  /** By metric key: when its latest event happened. */
  readonly lastEventAt: Readonly<Record<string, string | null>>;
  readonly lowestSplitP: number | null;
}

/**
 * The evidence of a decision from what has been counted, for the control and one treatment. A share guardrail reads the proportion metric of
 * its own key: a unit whose outcome is 1 failed. Without `days` a period is a stage epoch; with them it is a day of one, by the day that
 * units were first exposed, which shows late faults sooner.
 */
export function decisionEvidence(input: {
  readonly plan: Plan;
  readonly flag: Pick<Flag, 'control' | 'epochs'>;
  readonly treatment: string;
  readonly metrics: readonly Metric[];
  readonly evidence: Evidence;
  readonly running: RunningFacts;
  readonly periods?: 'epochs' | 'days';
}): DecisionEvidence {
  const { plan, flag, treatment, evidence, running } = input;
  const known = new Map(input.metrics.map((metric) => [metric.key, metric]));
  const epochs = evidence.epochs.flatMap((epoch) => pairOf(epoch, flag, treatment));
  const periods =
    input.periods === 'days' ? evidence.days.flatMap((day) => pairOf(day, flag, treatment)) : epochs;
  const strataOf = (key: string): readonly MetricStratum[] => {
    const metric = known.get(key);
    if (metric === undefined) return [];
    return epochs.map(({ control, treatment }) => ({
      control: momentsOf(metric, control),
      treatment: momentsOf(metric, treatment),
    }));
  };
  const lastEventAt = (key: string): string | null => running.lastEventAt[key] ?? null;
  const watched = plan.guardrails.map((guardrail): [string, GuardrailEvidence] => [
    guardrail.key,
    guardrail.kind === 'share'
      ? {
          kind: 'share',
          periods: periods.map((period) => failuresOf(guardrail.key, period)),
          lastEventAt: lastEventAt(guardrail.key),
        }
      : {
          kind: 'metric',
          strata: strataOf(guardrail.metric),
          lastEventAt: lastEventAt(guardrail.metric),
        },
  ]);
  const sampled = new Set([
    ...plan.stages.flatMap(({ minimumSamples }) => Object.keys(minimumSamples)),
    ...(plan.goal === null ? [] : [plan.goal.metric]),
  ]);
  return {
    rollout: running.rollout,
    evidenceVersion: running.evidenceVersion,
    freshness: running.freshness,
    split: {
      periods: epochs.map(({ treatmentShare, control, treatment }) => ({
        treatmentShare,
        controlUnits: Number(control.exposed),
        treatmentUnits: Number(treatment.exposed),
      })),
      lowestP: running.lowestSplitP,
      lastExposureAt: running.lastExposureAt,
    },
    guardrails: Object.fromEntries(watched),
    goal:
      plan.goal === null
        ? null
        : { strata: strataOf(plan.goal.metric), lastEventAt: lastEventAt(plan.goal.metric) },
    samples: Object.fromEntries([...sampled].map((key) => [key, sampleOf(strataOf(key))])),
  };
}

interface Pair {
  readonly treatmentShare: number;
  readonly control: ArmEvidence;
  readonly treatment: ArmEvidence;
}

/** Both arms of an epoch with the treatment's planned share of the two; nothing where neither had any. */
function pairOf(
  epoch: EpochEvidence,
  flag: Pick<Flag, 'control' | 'epochs'>,
  treatment: string,
): readonly Pair[] {
  const weights = flag.epochs.find((one) => one.epoch === epoch.epoch)?.weights ?? {};
  const planned = weights[treatment] ?? 0;
  const both = planned + (weights[flag.control] ?? 0);
  if (both === 0) return [];
  return [
    {
      treatmentShare: planned / both,
      control: armOf(epoch, flag.control),
      treatment: armOf(epoch, treatment),
    },
  ];
}

function armOf(epoch: EpochEvidence, variant: string): ArmEvidence {
  return epoch.arms.find((arm) => arm.variant === variant) ?? { variant, exposed: 0n, metrics: {} };
}

function failuresOf(key: string, { treatmentShare, control, treatment }: Pair): FailurePeriod {
  const count = ({ exposed, metrics }: ArmEvidence): Failures => ({
    units: Number(exposed),
    failed: Number((metrics[key] ?? NO_SUMS).s1),
  });
  return { treatmentShare, control: count(control), treatment: count(treatment) };
}

function momentsOf(metric: Metric, { exposed, metrics }: ArmEvidence): ArmMoments {
  const found: IntegerSums = metrics[metric.key] ?? NO_SUMS;
  const sums = countsEveryUnit(metric.kind) ? { ...found, n: exposed } : found;
  const moments = momentsFromIntegers(sums, metric.decimals);
  // Of a proportion the units at 1; of the rest the units with an event, which is what is known of "not zero".
  const nonZero = metric.kind === 'proportion' ? Number(found.s1) : Number(found.n);
  return { ...moments, m2: Math.max(0, moments.m2), nonZero };
}

function sampleOf(strata: readonly MetricStratum[]): { control: number; treatment: number } {
  return {
    control: strata.reduce((sum, { control }) => sum + control.n, 0),
    treatment: strata.reduce((sum, { treatment }) => sum + treatment.n, 0),
  };
}
