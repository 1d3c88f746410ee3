import type { Flag } from '@liftgate/flags';
import { MINIMUM_UNITS } from './comparison.ts';
import type { Condition } from './conditions.ts';
import { asLifts, asUnits, isClear, liftPhrase, manyOf } from './phrases.ts';
import type { Comparison, ExperimentResult, MetricResult, Reading, VariantResult } from './result.ts';

/**
 * The verdicts in words: numbers included, no p-values, nothing that has to be looked up. A metric stands before a
 * colon, so that its name may be singular or plural.
 */

export function noData(flag: Flag): string {
  if (!flag.enabled) return 'The flag is switched off, so nobody is being counted.';
  if (flag.stage === 'disabled') return 'Nobody has it yet, so there is nothing to compare.';
  if (flag.share === 0) return 'Nobody outside the allow list has it yet, so there is nothing to compare.';
  return 'The flag is on, but nobody has been counted yet. Check that the application asks for this flag and that events arrive.';
}

export function noGoal(flag: Flag, { metrics }: ExperimentResult): string {
  const start = `${sentenceCase(manyOf(flag.unit))} are being counted, but`;
  return metrics.length === 0
    ? `${start} no metric is attached, so there is nothing to compare yet.`
    : `${start} none of the metrics is the goal, so nothing can move forward.`;
}

export function off(flag: Flag, goals: readonly MetricResult[]): string {
  const start = flag.enabled ? 'Nobody has the feature now' : 'The flag is switched off';
  const measured = effects(goals, 'worse') || effects(goals, 'better');
  return `${start}, so nothing moves.${measured === '' ? '' : ` Measured until then: ${measured}.`}`;
}

export function guardrailBroken(broken: readonly MetricResult[]): string {
  return `${clearEffects(broken, 'worse')} It must not get worse: ${goBack(broken)}.`;
}

export function stale({ analysedAt }: ExperimentResult, now: Date): string {
  const age = ageText(now.getTime() - Date.parse(analysedAt));
  return `These numbers are ${age} old, so nothing moves until the worker is back.`;
}

export function splitWrong(flag: Flag, result: ExperimentResult): string {
  const arms = plannedArms(result);
  const [first, ...others] = arms;
  const counts = [
    ...(first ? [`${asUnits(first.exposed, flag.unit)} landed in ${first.variant}`] : []),
    ...others.map((arm) => `${arm.exposed.toLocaleString('en-US')} in ${arm.variant}`),
  ];
  return `Held: ${list(counts)} where ${splitText(arms)} was planned, so the numbers cannot be trusted yet.`;
}

export function early(flag: Flag, result: ExperimentResult): string {
  const counts = plannedArms(result).map((arm) => `${asUnits(arm.exposed, flag.unit)} in ${arm.variant}`);
  return `So far ${list(counts)}. Every group needs ${MINIMUM_UNITS} ${manyOf(flag.unit)} before a difference means anything.`;
}

export function harm(worse: readonly MetricResult[]): string {
  return `${clearEffects(worse, 'worse')} ${sentenceCase(goBack(worse))}.`;
}

export function shipped(flag: Flag, goals: readonly MetricResult[]): string {
  const live = `Live for everyone since ${dateText(wentLiveAt(flag))}.`;
  if (goals.length === 0) return `${live} Nobody is held back, so there is nothing to compare with.`;
  const kept =
    flag.holdback > 0
      ? `${percent(flag.holdback)} are held back to keep measuring.`
      : 'Nobody is held back, so nobody new is compared.';
  const better = goals.filter((goal) => goal.comparisons.some((one) => one.reading === 'better'));
  return `${live} ${kept} ${better.length > 0 ? clearEffects(better, 'better') : unsure(goals)}`;
}

export function ready(better: readonly MetricResult[]): string {
  return `${clearEffects(better, 'better')} It can move forward.`;
}

export function hold(better: readonly MetricResult[], missing: readonly Condition[]): string {
  const texts = missing.map((condition) => condition.text);
  return `${clearEffects(better, 'better')} It stays where it is for now: ${list(texts)}.`;
}

export function learning(goals: readonly MetricResult[]): string {
  return `${unsure(goals)} Nothing moves until the interval is clear of zero.`;
}

/** "Spend with mens: 118% higher (54% to 198%)", for every comparison that reads so. */
function effects(metrics: readonly MetricResult[], reading: Reading): string {
  return metrics
    .flatMap((metric) =>
      metric.comparisons.flatMap((one) =>
        one.status === 'ok' && one.reading === reading
          ? [`${subject(metric, one)}: ${liftPhrase(metric, one)}`]
          : [],
      ),
    )
    .join('; ');
}

function clearEffects(metrics: readonly MetricResult[], reading: Reading): string {
  const text = effects(metrics, reading);
  const interval = text.includes('; ') ? 'the intervals stay' : 'the interval stays';
  return `${text}, and ${interval} clear of zero however often you look.`;
}

function unsure(goals: readonly MetricResult[]): string {
  const [goal] = goals;
  if (goal === undefined) return 'There is nothing to compare yet.';
  if (goal.comparisons.every((one) => one.reading === 'not_enough'))
    return `${goal.name}: too little has been measured to tell the groups apart yet.`;
  const around = goal.comparisons.flatMap((one) => {
    const interval = one.status === 'ok' && one.reading === 'not_sure' ? one.relative?.alwaysValid : null;
    return interval == null || isClear(interval) ? [] : [`${subject(goal, one)} (${asLifts(interval)})`];
  });
  return around.length === 0
    ? `${goal.name}: the groups cannot be told apart yet.`
    : `Zero is still inside the interval of ${list(around)}.`;
}

/** With several treatments the sentence says which. */
function subject(metric: MetricResult, { treatment }: Comparison): string {
  return metric.comparisons.length > 1 ? `${metric.name} with ${treatment}` : metric.name;
}

function goBack(worse: readonly MetricResult[]): string {
  if (worse.every((metric) => metric.comparisons.length === 1)) return 'go back to the old behaviour';
  const arms = worse.flatMap((metric) =>
    metric.comparisons.filter((one) => one.reading === 'worse').map((one) => one.treatment),
  );
  return `take ${list([...new Set(arms)])} back`;
}

function plannedArms(result: ExperimentResult): VariantResult[] {
  return result.variants.filter((arm) => arm.plannedShare > 0 || arm.exposed > 0);
}

function splitText(arms: readonly VariantResult[]): string {
  const shares = arms.map((arm) => percent(arm.plannedShare));
  return shares.every((share) => share === shares[0]) ? 'an even split' : `a split of ${shares.join(' to ')}`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10}%`;
}

function wentLiveAt(flag: Flag): string {
  const before = flag.epochs.findLastIndex((epoch) => epoch.stage !== 'ga');
  return flag.epochs[before + 1]?.startedAt ?? flag.updatedAt;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "24 Nov 2026", in UTC. */
function dateText(iso: string): string {
  const date = new Date(iso);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
}

function ageText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
