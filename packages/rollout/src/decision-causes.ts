import { asMoment, asShare, asWait, listed } from './decision-words.ts';
import type { SplitJudgement } from './decision.ts';
import type { GoalJudgement } from './goal-judgement.ts';
import type { ArmRate, GuardrailJudgement } from './guardrail-judgement.ts';
import { asLift, asUnits, manyOf } from './phrases.ts';
import type { Freshness, Silence } from './standing.ts';

/** The first half of a decision's sentence: what was seen, with its numbers. The second half says what happens, and follows the action. */

/** "Errors: 3.1% of people in treatment against 1% in control (41 of 1,322 and 13 of 1,301)". */
export function guardrailNumbers({ name, numbers }: GuardrailJudgement, unit: string): string {
  if (numbers.kind === 'metric') {
    const { drop, controlUnits, treatmentUnits } = numbers;
    const people = `${asUnits(treatmentUnits, unit)} against ${asUnits(controlUnits, unit)} in control`;
    if (drop === null) return `${name}: ${people}`;
    return `${name} is ${asShare(Math.abs(drop))} ${drop >= 0 ? 'worse' : 'better'} (${people})`;
  }
  const { control, treatment, lately } = numbers;
  const named = lately ? `${name} lately` : name;
  const treated = `${asShare(treatment.rate)} of ${manyOf(unit)} in treatment`;
  if (control.units === 0) return `${named}: ${treated} (${fraction(treatment)}), nobody in control`;
  return `${named}: ${treated} against ${asShare(control.rate)} in control (${fraction(treatment)} and ${fraction(control)})`;
}

function fraction({ failed, units }: ArmRate): string {
  return `${failed.toLocaleString('en-US')} of ${units.toLocaleString('en-US')}`;
}

export function brokenCause(judgement: GuardrailJudgement, unit: string): string {
  const { numbers, brokenBy } = judgement;
  const seen = guardrailNumbers(judgement, unit);
  if (numbers.kind === 'metric') {
    const sure = numbers.confirmed ? ', proven to be past' : ', past';
    return `${seen}${sure} the limit of ${asShare(numbers.maximumDrop)}.`;
  }
  if (brokenBy === 'limit' && numbers.limit !== null)
    return `${seen}, past the limit of ${asShare(numbers.limit)}.`;
  const margin =
    numbers.margin !== null && numbers.margin > 1 ? `more than ${numbers.margin} times control` : 'more';
  return `${seen}: ${margin} than chance allows however often one looks.`;
}

export function suspiciousCause(judgement: GuardrailJudgement, unit: string): string {
  return `${guardrailNumbers(judgement, unit)}: too bad to move forward, not enough to blame the feature.`;
}

export function systemicCause(judgement: GuardrailJudgement, unit: string): string {
  return `${guardrailNumbers(judgement, unit)}: control is broken as well, so this is not the feature's doing.`;
}

export function splitCause(split: SplitJudgement, unit: string): string {
  const { controlUnits, treatmentUnits, expectedTreatmentUnits } = split;
  const planned = Math.round(expectedTreatmentUnits);
  return `${asUnits(controlUnits, unit)} landed in control and ${treatmentUnits.toLocaleString('en-US')} in treatment where ${planned.toLocaleString('en-US')} were planned, so the numbers cannot be trusted yet.`;
}

/** "Response time is 12% better (8.1% to 16%)", or that there is nothing to say yet. */
export function goalNumbers(goal: GoalJudgement, unit: string): string {
  if (goal.status === 'no_goal') return 'There is no goal';
  if (goal.status === 'insufficient_data')
    return `${goal.name}: ${asUnits(goal.treatmentUnits, unit)} in treatment and ${asUnits(goal.controlUnits, unit)} in control so far`;
  const { name, lift, interval } = goal;
  if (lift === null) return `${name}: control is at 0, so there is no lift to speak of`;
  const reach = interval === null ? '' : ` (${asLift(interval[0])} to ${asLift(interval[1])})`;
  return `${name} is ${asShare(Math.abs(lift))} ${lift < 0 ? 'worse' : 'better'}${reach}`;
}

export function freshnessCause(freshness: Freshness): string {
  if (freshness.kind === 'fresh') return '';
  const time = asWait(freshness.byMs);
  switch (freshness.kind) {
    case 'clock_skew':
      return `The numbers are dated ${time} ahead of this clock.`;
    case 'stale':
      return `The numbers are ${time} old.`;
    case 'lagging':
      return `Events wait ${time} to be counted.`;
  }
}

export function silenceCause(silent: readonly Silence[]): string {
  const [worst] = silent;
  const names = listed(silent.filter(({ expect }) => expect === worst?.expect).map(({ name }) => name));
  const what = worst?.expect === 'events' ? `No event of ${names}` : `Nobody counted for ${names}`;
  const last = worst?.lastAt ?? null;
  return `${what} ${last === null ? 'so far' : `since ${asMoment(new Date(last))}`}.`;
}
