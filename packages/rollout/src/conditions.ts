import type { Flag } from '@liftgate/flags';
import { MINIMUM_UNITS } from './comparison.ts';
import { asUnits } from './phrases.ts';
import type { ExperimentResult, MetricResult } from './result.ts';

/** One thing that has to hold before the feature may move forward. */
export interface Condition {
  readonly state: 'met' | 'waiting' | 'failed';
  readonly text: string;
}

/** Results older than this are said to be old. */
export const STALE_AFTER_MS = 120_000;

export function conditionsOf(flag: Flag, result: ExperimentResult, now: Date): Condition[] {
  const fresh = isFresh(result, now);
  return [
    ...(isOff(flag) ? [{ state: 'failed', text: 'The feature is switched off' } as const] : []),
    { state: fresh ? 'met' : 'failed', text: fresh ? 'Numbers are fresh' : 'Numbers are old' },
    splitCondition(result),
    sizeCondition(flag, result),
    ...result.metrics.filter((metric) => metric.role === 'guardrail').map(guardrailCondition),
    ...result.metrics.filter((metric) => metric.role === 'goal').map(goalCondition),
  ];
}

export function isFresh(result: ExperimentResult, now: Date): boolean {
  return now.getTime() - Date.parse(result.analysedAt) <= STALE_AFTER_MS;
}

/** Whether nobody can have a treatment, not even through a list. */
export function isOff(flag: Flag): boolean {
  return !flag.enabled || flag.stage === 'disabled';
}

function splitCondition({ split }: ExperimentResult): Condition {
  switch (split.status) {
    case 'ok':
      return { state: 'met', text: 'The split matches the plan' };
    case 'mismatch':
      return { state: 'failed', text: 'The split does not match the plan' };
    case 'no_units':
      return { state: 'waiting', text: 'There is no split to check yet' };
  }
}

function sizeCondition(flag: Flag, result: ExperimentResult): Condition {
  const sizes = result.variants.filter((arm) => arm.plannedShare > 0).map((arm) => arm.exposed);
  const fewest = sizes.length === 0 ? 0 : Math.min(...sizes);
  return {
    state: fewest >= MINIMUM_UNITS ? 'met' : 'waiting',
    text: `${asUnits(fewest, flag.unit)} in the smallest group, ${MINIMUM_UNITS} needed`,
  };
}

function guardrailCondition(metric: MetricResult): Condition {
  const readings = metric.comparisons.map((one) => one.reading);
  if (readings.includes('worse')) return { state: 'failed', text: `${metric.name} got worse` };
  if (readings.length === 0 || readings.includes('not_enough'))
    return { state: 'waiting', text: `${metric.name}: not enough data to see whether it got worse` };
  return { state: 'met', text: `${metric.name} did not measurably get worse` };
}

function goalCondition(metric: MetricResult): Condition {
  const readings = metric.comparisons.map((one) => one.reading);
  if (readings.includes('worse')) return { state: 'failed', text: `${metric.name} got worse` };
  const better = readings.includes('better');
  return better
    ? { state: 'met', text: `${metric.name} is better, clear of zero` }
    : { state: 'waiting', text: `${metric.name} is not clearly better yet` };
}
