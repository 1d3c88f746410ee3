import type { EventInput } from '@liftgate/attribution';
import {
  changeFlag,
  createFlag,
  evaluatorOf,
  murmur3,
  type Evaluator,
  type Flag,
  type NewFlag,
} from '@liftgate/flags';
import { momentBetween } from './day-pattern.ts';
import { DAYS, type Feature, type Step } from './features.ts';
import { draw } from './outcome.ts';
import { randomFrom, type Random } from './random.ts';

export const DEMO_ENVIRONMENT = 'demo';
export const SEED = 42;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The flag of a feature as it was made: at the first stage of its path. */
export function newFlagOf({ key, name, description, owner, tags, holdback, path }: Feature): NewFlag {
  const stage = path[0]?.stage ?? 'disabled';
  return { key, environment: DEMO_ENVIRONMENT, name, description, owner, tags: [...tags], holdback, stage };
}

/** The flag at each step of its path: what the provider would have had then. */
function flagsAlong(feature: Feature): Flag[] {
  const now = new Date(0);
  let flag = createFlag(newFlagOf(feature), now);
  return feature.path.map(({ stage }) => (flag = changeFlag(flag, { stage }, now)));
}

/**
 * Three weeks of one feature, up to `until`: for each person the exposure and then their metrics, in the order of time.
 * The same every time. Variants are what the flag really serves them; epochs are those of the flag's steps.
 */
export function historyOf(feature: Feature, until: number): EventInput[][] {
  const flags = flagsAlong(feature);
  const steps = feature.path.map((step, index) =>
    stretch(step, feature.path[index + 1], flags[index], until),
  );
  const people: EventInput[][] = [];
  for (let person = 0; person < feature.people; person++) {
    const user = `lead-${feature.key}-${person}`;
    const events = historyOfPerson(user, feature, steps, until);
    if (events.length > 0) people.push(events);
  }
  return people;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly flag: Flag;
  readonly evaluate: Evaluator;
}

function stretch(step: Step, next: Step | undefined, flag: Flag | undefined, until: number): Stretch {
  if (flag === undefined) throw new Error(`no flag for the step of day ${step.fromDay}`);
  const start = until - DAYS * DAY_MS;
  return {
    from: start + step.fromDay * DAY_MS,
    to: next === undefined ? until : start + next.fromDay * DAY_MS,
    flag,
    evaluate: evaluatorOf(flag),
  };
}

/** They come by once in each stretch until the flag takes them into the experiment. */
function historyOfPerson(
  user: string,
  feature: Feature,
  steps: readonly Stretch[],
  until: number,
): EventInput[] {
  const whenTheyCome = randomFrom(murmur3(`${SEED}:when:${user}`));
  // Of its own: the day the demo starts moves the times about, and must not change what people do.
  const whatTheyDo = randomFrom(murmur3(`${SEED}:what:${user}`));
  const first = momentBetween(steps[0]?.from ?? until, until, whenTheyCome);
  for (const step of steps) {
    if (first >= step.to) continue;
    const at = momentBetween(Math.max(first, step.from), step.to, whenTheyCome);
    const { analysed, variant, value } = step.evaluate({ targetingKey: user });
    if (!analysed || variant === undefined) continue;
    const lost = value === true && whatTheyDo() < feature.lostExposures;
    if (lost) return [];
    const { epoch, phase } = step.flag;
    const exposure: EventInput = {
      kind: 'exposure',
      id: `demo-${user}`,
      at,
      user,
      flag: feature.key,
      variant,
      epoch,
      phase,
    };
    const metrics = metricsOf({
      user,
      feature,
      from: at,
      until,
      treated: value === true,
      random: whatTheyDo,
    });
    return [exposure, ...metrics];
  }
  return [];
}

interface Visit {
  readonly user: string;
  readonly feature: Feature;
  readonly from: number;
  readonly until: number;
  readonly treated: boolean;
  readonly random: Random;
}

function metricsOf({ user, feature, from, until, treated, random }: Visit): EventInput[] {
  // Nobody's outcome is cut off by the end of the history: that would look like an effect on everybody.
  const left = until - from;
  const events = feature.metrics.flatMap((metric): EventInput[] => {
    const value = draw(metric.outcome, treated, random);
    const at = from + Math.floor(random() * Math.min(left, metric.withinHours * HOUR_MS));
    // Everybody who was exposed counts; only a mean needs to be told of a zero.
    if (value === 0 && metric.kind !== 'mean') return [];
    return [{ kind: 'metric', id: `demo-${user}-${metric.key}`, at, user, metric: metric.key, value }];
  });
  return events.sort((a, b) => a.at - b.at);
}
