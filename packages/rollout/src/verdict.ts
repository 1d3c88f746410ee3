import type { Flag } from '@liftgate/flags';
import type { Comparison, ExperimentResult, MetricResult } from './result.ts';
import { asLift, asPeople, liftPhrase } from './phrases.ts';

/**
 * In fixed priority: safety and trust come before any effect. `stale` numbers promise nothing, a wrong split makes
 * every effect meaningless, and `early` says what is still missing.
 */
export type VerdictState =
  | 'stale'
  | 'split_wrong'
  | 'no_data'
  | 'early'
  | 'guardrail_broken'
  | 'harm'
  | 'ready'
  | 'hold'
  | 'learning'
  | 'shipped';

export interface Condition {
  readonly state: 'met' | 'waiting' | 'failed';
  readonly text: string;
}

/** The one sentence for people; the same in the dashboard, the command line and the API. */
export interface Verdict {
  readonly state: VerdictState;
  readonly tone: 'positive' | 'negative' | 'warning' | 'neutral';
  readonly label: string;
  readonly sentence: string;
  readonly conditions: readonly Condition[];
}

/** Every arm needs this many units before an asymptotic interval is quoted (STATISTICS (b3): burn-in). */
export const MINIMUM_UNITS = 30;
/** Results older than this are said to be old before anything else. */
export const STALE_AFTER_MS = 120_000;

export function verdict(flag: Flag, result: ExperimentResult | null, now: Date): Verdict {
  const conditions = result === null ? [] : conditionsOf(result, now);
  const say = (state: VerdictState, tone: Verdict['tone'], label: string, sentence: string): Verdict => ({
    state,
    tone,
    label,
    sentence,
    conditions,
  });

  if (result === null || result.variants.every((arm) => arm.exposed === 0)) {
    return say('no_data', 'neutral', 'Waiting for data', noDataSentence(flag));
  }
  const ageMs = now.getTime() - Date.parse(result.analysedAt);
  if (ageMs > STALE_AFTER_MS) {
    const minutes = Math.round(ageMs / 60_000);
    return say(
      'stale',
      'warning',
      'Numbers are old',
      `These numbers are ${minutes} minutes old, so nothing moves until the worker is back.`,
    );
  }
  if (result.split.status === 'mismatch') {
    return say('split_wrong', 'negative', 'Split is wrong', splitSentence(result));
  }
  const goal = result.metrics.find((metric) => metric.role === 'goal') ?? result.metrics[0];
  if (goal === undefined) {
    return say(
      'no_data',
      'neutral',
      'No metric',
      'People are being counted, but no metric is attached, so there is nothing to compare yet.',
    );
  }
  const early = result.variants.filter((arm) => arm.exposed < MINIMUM_UNITS && arm.plannedShare > 0);
  if (early.length > 0) return say('early', 'neutral', 'Too early', earlySentence(result));

  const broken = result.metrics.filter(
    (metric) => metric.role === 'guardrail' && metric.comparisons.some((one) => one.reading === 'worse'),
  );
  const worst = broken[0];
  if (worst !== undefined) {
    return say(
      'guardrail_broken',
      'negative',
      'Guardrail broken',
      `${effectSentence(worst, 'worse')} It must not get worse, so go back to the old behaviour.`,
    );
  }
  if (goal.comparisons.some((one) => one.reading === 'worse')) {
    return say(
      'harm',
      'negative',
      'Getting worse',
      `${effectSentence(goal, 'worse')} Go back to the old behaviour.`,
    );
  }
  if (flag.stage === 'ga') {
    return say('shipped', 'positive', 'Live for everyone', shippedSentence(flag, goal));
  }
  if (goal.comparisons.some((one) => one.reading === 'better')) {
    const waiting = conditions.some((condition) => condition.state !== 'met');
    if (waiting)
      return say(
        'hold',
        'warning',
        'Hold',
        `${effectSentence(goal, 'better')} A condition below is not met yet, so it stays where it is.`,
      );
    return say(
      'ready',
      'positive',
      'Ready to move forward',
      `${effectSentence(goal, 'better')} It can move forward.`,
    );
  }
  return say('learning', 'neutral', 'Still learning', learningSentence(goal));
}

function noDataSentence(flag: Flag): string {
  if (!flag.enabled) return 'The flag is switched off, so nobody is being counted.';
  if (flag.share === 0) return 'Nobody outside the allow list has it yet, so there is nothing to compare.';
  return 'The flag is on, but nobody has been counted yet. Check that the application asks for this flag and that events arrive.';
}

function splitSentence(result: ExperimentResult): string {
  const counts = result.variants
    .filter((arm) => arm.plannedShare > 0)
    .map((arm) => `${asPeople(arm.exposed)} in ${arm.variant}`);
  const planned = result.variants
    .filter((arm) => arm.plannedShare > 0)
    .map((arm) => `${Math.round(arm.plannedShare * 1000) / 10}%`);
  return `Held: ${list(counts)}, where a split of ${planned.join(' to ')} was planned, so the numbers cannot be trusted yet.`;
}

function earlySentence(result: ExperimentResult): string {
  const counts = result.variants
    .filter((arm) => arm.plannedShare > 0)
    .map((arm) => `${asPeople(arm.exposed)} in ${arm.variant}`);
  return `So far ${list(counts)}. Every group needs ${MINIMUM_UNITS} people before a difference means anything.`;
}

/** "Spend is $0.77 higher per person with Mens E-Mail (+118%, 54% to 198%), however often you look." */
function effectSentence(metric: MetricResult, reading: 'better' | 'worse'): string {
  const comparison = metric.comparisons.find(
    (one): one is Extract<Comparison, { status: 'ok' }> => one.reading === reading && one.status === 'ok',
  );
  if (comparison === undefined) return `${metric.name} has moved.`;
  const many = metric.comparisons.length > 1 ? ` with ${comparison.treatment}` : '';
  return `${metric.name} is ${liftPhrase(metric, comparison)}${many}, and the interval stays clear of zero however often you look.`;
}

function learningSentence(goal: MetricResult): string {
  const measured = goal.comparisons.find(
    (one): one is Extract<Comparison, { status: 'ok' }> => one.status === 'ok',
  );
  if (measured?.relative?.alwaysValid == null) {
    return `${goal.name} cannot be told apart between the groups yet. Nothing moves until the interval is clear of zero.`;
  }
  const [lower, upper] = measured.relative.alwaysValid;
  return `${goal.name}: zero is still inside the interval (${asLift(lower)} to ${asLift(upper)}). Nothing moves until it is clear of zero.`;
}

function shippedSentence(flag: Flag, goal: MetricResult): string {
  const kept =
    flag.holdback > 0 ? ` A ${Math.round(flag.holdback * 1000) / 10}% holdout keeps measuring.` : '';
  const better = goal.comparisons.some((one) => one.reading === 'better');
  return `Live for everyone.${kept} ${better ? effectSentence(goal, 'better') : learningSentence(goal)}`;
}

function conditionsOf(result: ExperimentResult, now: Date): Condition[] {
  const arms = result.variants.filter((arm) => arm.plannedShare > 0);
  const fewest = Math.min(...arms.map((arm) => arm.exposed));
  const fresh = now.getTime() - Date.parse(result.analysedAt) <= STALE_AFTER_MS;
  const guardrails = result.metrics.filter((metric) => metric.role === 'guardrail');
  const goal = result.metrics.find((metric) => metric.role === 'goal');
  return [
    { state: fresh ? 'met' : 'failed', text: fresh ? 'Numbers are fresh' : 'Numbers are old' },
    {
      state: result.split.status === 'mismatch' ? 'failed' : 'met',
      text:
        result.split.status === 'mismatch'
          ? 'The split does not match the plan'
          : 'The split matches the plan',
    },
    {
      state: fewest >= MINIMUM_UNITS ? 'met' : 'waiting',
      text: `${asPeople(Number.isFinite(fewest) ? fewest : 0)} in the smallest group, ${MINIMUM_UNITS} needed`,
    },
    ...guardrails.map((metric): Condition => {
      const readings = metric.comparisons.map((one) => one.reading);
      if (readings.includes('worse')) return { state: 'failed', text: `${metric.name} got worse` };
      if (readings.includes('not_enough'))
        return { state: 'waiting', text: `${metric.name}: not enough data` };
      return { state: 'met', text: `${metric.name} did not get worse` };
    }),
    ...(goal === undefined
      ? []
      : [
          {
            state: goal.comparisons.some((one) => one.reading === 'better')
              ? ('met' as const)
              : ('waiting' as const),
            text: `${goal.name} is better, clear of zero`,
          },
        ]),
  ];
}

function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
