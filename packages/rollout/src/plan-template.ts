import type { Goal, NewPlan, PlanStage } from './plan.ts';
import { createPlan, DAY_MS, HOUR_MS, type Plan } from './plan.ts';
import type { NewGuardrail } from './guardrail.ts';

/** A plan to start from: the stages and guardrails of a way of rolling out, for one flag. */
export const PLAN_TEMPLATES = ['seven_day_path', 'quick_canary'] as const;
export type PlanTemplate = (typeof PLAN_TEMPLATES)[number];

export type PlanOptions = Pick<NewPlan, 'flag' | 'environment'> & Partial<NewPlan>;

/**
 * `seven_day_path`: disabled → internal → 10 % → 25 % → 50 % → everyone, seven whole days at each share, a person to start it.
 * `quick_canary`: 1 % → 10 % → 50 % → everyone within a day, as long as errors stay where they are; no goal to reach.
 */
export function planFrom(template: PlanTemplate, options: PlanOptions): Plan {
  const { stages, guardrails, horizonMs } = template === 'quick_canary' ? quickCanary : sevenDayPath;
  const minimumSamples = options.goal ? { [options.goal.metric]: options.goal.minimumSample ?? 30 } : {};
  return createPlan({
    horizonMs,
    guardrails,
    ...options,
    stages: options.stages ?? stages.map((stage) => (stage.share > 0 ? { ...stage, minimumSamples } : stage)),
  });
}

/** Erring units: above 5 % (or another limit) the circuit breaks; any proven rise over control rolls back. */
export function errorGuardrail(limit: number): NewGuardrail {
  return { kind: 'share', key: 'errors', name: 'Errors', what: 'error', limit, margin: 1 };
}

/** At most 5 % of units slower than the limit: their p95 is at most the limit. */
export function latencyGuardrail(latencyLimitMs: number): NewGuardrail {
  return {
    kind: 'share',
    key: 'slow',
    name: 'Slow answers',
    what: 'slow',
    limit: 0.05,
    margin: 1,
    latencyLimitMs,
  };
}

const approval = { kind: 'approval', people: 1 } as const;

function stage(name: string, share: number, dwellMs: number, gates: PlanStage['gates'] = []): PlanStage {
  return { name, share, dwellMs, gates, minimumSamples: {} };
}

const sevenDayPath = {
  stages: [
    stage('disabled', 0, 0, [approval]),
    stage('internal', 0, DAY_MS),
    stage('beta_10', 0.1, 7 * DAY_MS),
    stage('beta_25', 0.25, 7 * DAY_MS),
    stage('beta_50', 0.5, 7 * DAY_MS),
    stage('ga', 1, 0),
  ],
  guardrails: [errorGuardrail(0.05), latencyGuardrail(500)],
  horizonMs: 90 * DAY_MS,
};

const quickCanary = {
  stages: [
    stage('disabled', 0, 0, [approval]),
    stage('canary_1', 0.01, 2 * HOUR_MS),
    stage('canary_10', 0.1, 6 * HOUR_MS),
    stage('canary_50', 0.5, 12 * HOUR_MS),
    stage('ga', 1, 0),
  ],
  guardrails: [errorGuardrail(0.05), latencyGuardrail(500)],
  horizonMs: 7 * DAY_MS,
};

/** The four features of the original guide, with its sample sizes, error limits, latency limits and the drop of 10 % that rolls back. */
export const FEATURE_PRESETS = [
  'realtime_intelligence',
  'property_intelligence',
  'churn_prevention',
  'ai_coaching',
] as const;
export type FeaturePreset = (typeof FEATURE_PRESETS)[number];

interface PresetFields {
  readonly goal: Pick<Goal, 'metric' | 'name' | 'direction' | 'baseline' | 'minimumEffect' | 'minimumSample'>;
  readonly errorLimit: number;
  readonly latencyLimitMs: number;
}

const presets: Readonly<Record<FeaturePreset, PresetFields>> = {
  realtime_intelligence: {
    goal: {
      metric: 'response_time',
      name: 'Response time',
      direction: 'down',
      baseline: 900,
      minimumEffect: 0.1,
      minimumSample: 30,
    },
    errorLimit: 0.05,
    latencyLimitMs: 100,
  },
  property_intelligence: {
    goal: {
      metric: 'satisfaction',
      name: 'Satisfaction',
      direction: 'up',
      baseline: 0.88,
      minimumEffect: 0.05,
      minimumSample: 50,
    },
    errorLimit: 0.05,
    latencyLimitMs: 500,
  },
  churn_prevention: {
    goal: {
      metric: 'churned',
      name: 'Churn',
      direction: 'down',
      baseline: 0.35,
      minimumEffect: 0.1,
      minimumSample: 100,
    },
    errorLimit: 0.03,
    latencyLimitMs: 500,
  },
  ai_coaching: {
    goal: {
      metric: 'training',
      name: 'Training time',
      direction: 'down',
      baseline: 40,
      minimumEffect: 0.1,
      minimumSample: 20,
    },
    errorLimit: 0.05,
    latencyLimitMs: 500,
  },
};

/** The seven-day path for one of the four features. Proven harm below 5 % holds instead of rolling back, as the guide's matrix has it. */
export function presetPlan(
  preset: FeaturePreset,
  options: { readonly environment: string; readonly flag?: string },
): Plan {
  const { goal, errorLimit, latencyLimitMs } = presets[preset];
  const { metric, direction, baseline, minimumEffect } = goal;
  return planFrom('seven_day_path', {
    flag: options.flag ?? preset,
    environment: options.environment,
    goal: { ...goal, minimumHarm: 0.05 },
    guardrails: [
      errorGuardrail(errorLimit),
      latencyGuardrail(latencyLimitMs),
      {
        kind: 'metric',
        key: `${metric}_drop`,
        name: goal.name,
        metric,
        direction,
        baseline,
        minimumEffect,
        maximumDrop: 0.1,
      },
    ],
  });
}
