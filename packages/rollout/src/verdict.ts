import type { Flag } from '@liftgate/flags';
import { MINIMUM_UNITS } from './comparison.ts';
import { conditionsOf, isFresh, isOff, type Condition } from './conditions.ts';
import type { ExperimentResult, MetricResult, Reading } from './result.ts';
import * as sentences from './sentences.ts';

export { MINIMUM_ACTIVE_UNITS, MINIMUM_UNITS } from './comparison.ts';
export { STALE_AFTER_MS, type Condition } from './conditions.ts';

/**
 * In fixed priority. What is off has nothing to go back from. A broken guardrail comes first of the rest: safety before
 * measurement, whatever is wrong with the numbers. Stale numbers promise nothing, a wrong split makes every effect
 * meaningless, and `early` says what is still missing.
 */
export type VerdictState =
  | 'guardrail_broken'
  | 'stale'
  | 'split_wrong'
  | 'no_data'
  | 'early'
  | 'harm'
  | 'shipped'
  | 'ready'
  | 'hold'
  | 'learning';

/** The one sentence for people; the same in the dashboard, the command line and the API. */
export interface Verdict {
  readonly state: VerdictState;
  readonly tone: 'positive' | 'negative' | 'warning' | 'neutral';
  readonly label: string;
  readonly sentence: string;
  readonly conditions: readonly Condition[];
}

export function verdict(flag: Flag, result: ExperimentResult | null, now: Date): Verdict {
  const conditions = result === null ? [] : conditionsOf(flag, result, now);
  return { ...judge(flag, result, now, conditions), conditions };
}

type Judgement = Omit<Verdict, 'conditions'>;

function judge(
  flag: Flag,
  result: ExperimentResult | null,
  now: Date,
  conditions: readonly Condition[],
): Judgement {
  const counted = result !== null && result.variants.some((arm) => arm.exposed > 0);
  const endless = flag.stage === 'ga' && flag.holdback === 0;
  if (!counted && endless && !isOff(flag)) return said('shipped', sentences.shipped(flag, []));
  if (result === null || (!counted && isOff(flag))) return said('no_data', sentences.noData(flag));

  const goals = result.metrics.filter((metric) => metric.role === 'goal');
  if (isOff(flag)) {
    const trusted = result.split.status === 'mismatch' ? [] : goals;
    return { ...said('hold', sentences.off(flag, trusted)), label: 'Switched off', tone: 'neutral' };
  }
  const broken = result.metrics.filter((metric) => metric.role === 'guardrail' && reads(metric, 'worse'));
  if (broken.length > 0) return said('guardrail_broken', sentences.guardrailBroken(broken));
  if (!isFresh(result, now)) return said('stale', sentences.stale(result, now));
  if (result.split.status === 'mismatch') return said('split_wrong', sentences.splitWrong(flag, result));
  if (!counted) return said('no_data', sentences.noData(flag));
  if (goals.length === 0) {
    const label = result.metrics.length === 0 ? 'No metric' : 'No goal';
    return { ...said('no_data', sentences.noGoal(flag, result)), label };
  }
  const early = result.variants.some((arm) => arm.exposed < MINIMUM_UNITS && arm.plannedShare > 0);
  if (early && !endless) return said('early', sentences.early(flag, result));
  const worse = goals.filter((metric) => reads(metric, 'worse'));
  if (worse.length > 0) return said('harm', sentences.harm(worse));
  if (flag.stage === 'ga') return said('shipped', sentences.shipped(flag, goals));
  const better = goals.filter((metric) => reads(metric, 'better'));
  if (better.length === 0) return said('learning', sentences.learning(goals));
  const missing = conditions.filter((condition) => condition.state !== 'met');
  return missing.length > 0
    ? said('hold', sentences.hold(better, missing))
    : said('ready', sentences.ready(better));
}

function reads(metric: MetricResult, reading: Reading): boolean {
  return metric.comparisons.some((one) => one.reading === reading);
}

const LOOKS: Readonly<Record<VerdictState, Pick<Verdict, 'tone' | 'label'>>> = {
  guardrail_broken: { tone: 'negative', label: 'Guardrail broken' },
  stale: { tone: 'warning', label: 'Numbers are old' },
  split_wrong: { tone: 'negative', label: 'Split is wrong' },
  no_data: { tone: 'neutral', label: 'Waiting for data' },
  early: { tone: 'neutral', label: 'Too early' },
  harm: { tone: 'negative', label: 'Getting worse' },
  shipped: { tone: 'positive', label: 'Live for everyone' },
  ready: { tone: 'positive', label: 'Ready to move forward' },
  hold: { tone: 'warning', label: 'Hold' },
  learning: { tone: 'neutral', label: 'Still learning' },
};

function said(state: VerdictState, sentence: string): Judgement {
  return { state, ...LOOKS[state], sentence };
}
