import type { Flag } from '@liftgate/flags';
import type { Condition, ExperimentResult, MetricResult, Verdict, VerdictState } from '@liftgate/rollout';
import type { Item, World } from './fixture-router.ts';

/** One experiment per verdict, with numbers that hang together; the same on every machine and every day. */
export const FIXTURE_NOW = new Date('2026-11-24T14:00:00.000Z');
const DAY_MS = 86_400_000;

export function fixtureWorld(options: Partial<Pick<World, 'role' | 'demo' | 'before' | 'now'>> = {}): World {
  const items = recipes.map(itemOf);
  return {
    flags: new Map(items.map((item) => [item.flag.key, item.flag])),
    items: new Map(items.map((item) => [item.flag.key, item])),
    metrics: [],
    changes: new EventTarget(),
    calls: new Map(),
    role: 'admin',
    demo: true,
    now: () => FIXTURE_NOW,
    health: healthOf(10_000),
    before: async () => {},
    version: 1,
    ...options,
  };
}

function healthOf(workerAgeMs: number): World['health'] {
  const total = { counted: 1_240_551, duplicate: 1_204, late: 12 };
  return {
    redis: {
      version: '7.0.15',
      runId: 'fixture',
      usedMemoryBytes: 48_300_000,
      maxMemoryBytes: 0,
      appendOnly: true,
      evictionPolicy: 'noeviction',
      roundTripMs: 0.21,
    },
    workers: [{ id: 'worker-1', lastSeenAt: new Date(FIXTURE_NOW.getTime() - workerAgeMs).toISOString() }],
    progress: { events: 1_241_767, behind: 0, lagMs: 0 },
    balance: { received: 1_241_767, total, bySource: {}, refused: { 'unknown flag': 3 }, unexplained: 0 },
    broken: [],
  };
}

export function emptied(world: World): World {
  world.flags.clear();
  world.items.clear();
  return world;
}

/** Every number becomes fourteen minutes old, as if the worker had stopped. */
export function staled(world: World): World {
  for (const [key, item] of world.items) {
    if (item.result === null) continue;
    world.items.set(key, {
      ...item,
      result: { ...item.result, analysedAt: new Date(FIXTURE_NOW.getTime() - 14 * 60_000).toISOString() },
      verdict: {
        state: 'stale',
        tone: 'warning',
        label: 'Numbers are old',
        sentence: 'These numbers are 14 minutes old, so nothing moves until the worker is back.',
        conditions: [{ state: 'failed', text: 'Numbers are old' }, ...item.verdict.conditions.slice(1)],
      },
    });
  }
  return {
    ...world,
    health: { ...healthOf(0), workers: [], progress: { events: 1_241_767, behind: 9, lagMs: 14 * 60_000 } },
  };
}

/** As many flags as a large product has. */
export function crowded(world: World, count = 200): World {
  const some = [...world.flags.values()];
  for (let index = 0; world.flags.size < count; index++) {
    const like = some[index % some.length];
    if (like === undefined) break;
    const key = `${like.key}_${index + 1}`;
    world.flags.set(key, { ...like, key, name: `${like.name} ${index + 1}` });
  }
  return world;
}

/** The chart of the primary metric gets a series it cannot draw: its panel fails, the others must not. */
export function brokenPanel(world: World): World {
  for (const [key, item] of world.items) {
    if (item.result === null) continue;
    const metrics = item.result.metrics.map((metric) => ({
      ...metric,
      comparisons: metric.comparisons.map((comparison) => ({ ...comparison, series: null })),
    })) as unknown as MetricResult[];
    world.items.set(key, { ...item, result: { ...item.result, metrics } });
  }
  return world;
}

interface ArmRecipe {
  readonly variant: string;
  readonly n: number;
}
interface MetricRecipe {
  readonly metric: string;
  readonly name: string;
  readonly unit: MetricResult['unit'];
  readonly kind?: MetricResult['kind'];
  readonly direction?: MetricResult['direction'];
  readonly role: MetricResult['role'];
  readonly sd?: number;
  /** One mean per arm, the control's first. */
  readonly means: readonly number[];
  readonly notEnough?: boolean;
}
interface Recipe {
  readonly key: string;
  readonly name: string;
  readonly owner: string;
  readonly stage: Flag['stage'];
  readonly days: number;
  readonly arms: readonly ArmRecipe[];
  readonly metrics: readonly MetricRecipe[];
  readonly verdict: Pick<Verdict, 'state' | 'tone' | 'label' | 'sentence'>;
  readonly conditions?: readonly Condition[];
  readonly split?: 'mismatch';
  readonly lists?: Flag['lists'];
  readonly quarantined?: number;
  readonly hypothesis?: string;
  readonly minutesOld?: number;
  readonly holdback?: number;
}

const met = (text: string): Condition => ({ state: 'met', text });
const waiting = (text: string): Condition => ({ state: 'waiting', text });
const failed = (text: string): Condition => ({ state: 'failed', text });
const say = (
  state: VerdictState,
  tone: Verdict['tone'],
  label: string,
  sentence: string,
): Recipe['verdict'] => ({
  state,
  tone,
  label,
  sentence,
});

const errorRate = (means: readonly number[]): MetricRecipe => ({
  metric: 'error_rate',
  name: 'Error rate',
  unit: 'percent',
  kind: 'proportion',
  direction: 'down',
  role: 'guardrail',
  means,
});
const latency = (means: readonly number[]): MetricRecipe => ({
  metric: 'latency',
  name: 'Page latency',
  unit: 'milliseconds',
  direction: 'down',
  role: 'guardrail',
  sd: 180,
  means,
});

const recipes: readonly Recipe[] = [
  {
    key: 'realtime_intelligence',
    name: 'Real-time intelligence',
    owner: 'Lead response',
    stage: 'beta_50',
    days: 21,
    hypothesis:
      'Agents who see live signals answer a new lead sooner, and sooner answers win more appointments.',
    arms: [
      { variant: 'control', n: 10_442 },
      { variant: 'treatment', n: 10_391 },
    ],
    metrics: [
      {
        metric: 'first_reply',
        name: 'Time to first reply',
        unit: 'seconds',
        direction: 'down',
        role: 'goal',
        sd: 1240,
        means: [888, 551],
      },
      {
        metric: 'appointments',
        name: 'Lead to appointment',
        unit: 'percent',
        kind: 'proportion',
        role: 'secondary',
        means: [0.119, 0.1312],
      },
      {
        metric: 'agent_hours',
        name: 'Agent hours per lead',
        unit: 'hours',
        direction: 'down',
        role: 'secondary',
        sd: 0.9,
        means: [0.71, 0.688],
      },
      errorRate([0.0342, 0.0346]),
      latency([212, 214.5]),
    ],
    verdict: say(
      'ready',
      'positive',
      'Ready to move forward',
      'Time to first reply is 38% faster (32% to 44%), and the interval stays clear of zero however often you look. It can move forward.',
    ),
    conditions: [
      met('Numbers are fresh'),
      met('The split matches the plan'),
      met('10,391 people in the smallest group, 30 needed'),
      met('Error rate did not get worse'),
      met('Page latency did not get worse'),
      met('Time to first reply is better, clear of zero'),
    ],
    lists: {
      allow: { tenants: ['acme-realty', 'northside-homes', 'harbour-estates'], users: [] },
      block: { tenants: ['legacy-brokers'], users: [] },
    },
  },
  {
    key: 'property_intelligence',
    name: 'Property intelligence',
    owner: 'Matching',
    stage: 'beta_25',
    days: 14,
    arms: [
      { variant: 'control', n: 2_904 },
      { variant: 'treatment', n: 2_871 },
    ],
    metrics: [
      {
        metric: 'satisfaction',
        name: 'Match satisfaction',
        unit: 'percent',
        kind: 'proportion',
        role: 'goal',
        means: [0.842, 0.889],
      },
      {
        metric: 'viewings',
        name: 'Viewings per buyer',
        unit: 'number',
        kind: 'count',
        role: 'secondary',
        sd: 2.4,
        means: [2.31, 2.42],
      },
      { ...errorRate([0.03, 0.03]), notEnough: true },
    ],
    verdict: say(
      'hold',
      'warning',
      'Hold',
      'Match satisfaction is 5.6% higher (2.9% to 8.3%), and the interval stays clear of zero however often you look. A condition below is not met yet, so it stays where it is.',
    ),
    conditions: [
      met('Numbers are fresh'),
      met('The split matches the plan'),
      met('2,871 people in the smallest group, 30 needed'),
      waiting('Error rate: not enough data'),
      met('Match satisfaction is better, clear of zero'),
    ],
    lists: { allow: { tenants: ['acme-realty'], users: [] }, block: { tenants: [], users: [] } },
  },
  {
    key: 'churn_prevention',
    name: 'Churn prevention',
    owner: 'Retention',
    stage: 'beta_10',
    days: 13,
    split: 'mismatch',
    quarantined: 148,
    arms: [
      { variant: 'control', n: 2_290 },
      { variant: 'treatment', n: 1_971 },
    ],
    metrics: [
      {
        metric: 'churned',
        name: 'Churned in 30 days',
        unit: 'percent',
        kind: 'proportion',
        direction: 'down',
        role: 'goal',
        means: [0.35, 0.318],
      },
      latency([212, 219]),
    ],
    verdict: say(
      'split_wrong',
      'negative',
      'Split is wrong',
      'Held: 2,290 people in control and 1,971 people in treatment, where a split of 50% to 50% was planned, so the numbers cannot be trusted yet.',
    ),
    conditions: [
      met('Numbers are fresh'),
      failed('The split does not match the plan'),
      met('1,971 people in the smallest group, 30 needed'),
      met('Page latency did not get worse'),
      waiting('Churned in 30 days is better, clear of zero'),
    ],
    lists: {
      allow: { tenants: ['acme-realty'], users: [] },
      block: { tenants: ['legacy-brokers', 'do-not-touch'], users: [] },
    },
  },
  {
    key: 'ai_coaching',
    name: 'AI coaching',
    owner: 'Enablement',
    stage: 'ga',
    holdback: 0.05,
    days: 38,
    arms: [
      { variant: 'control', n: 612 },
      { variant: 'treatment', n: 11_580 },
    ],
    metrics: [
      {
        metric: 'training_hours',
        name: 'Training hours per agent',
        unit: 'hours',
        direction: 'down',
        role: 'goal',
        sd: 21,
        means: [39.6, 22.4],
      },
      {
        metric: 'productivity',
        name: 'Productivity score',
        unit: 'number',
        role: 'secondary',
        sd: 18,
        means: [70.2, 84.9],
      },
    ],
    verdict: say(
      'shipped',
      'positive',
      'Live for everyone',
      'Live for everyone. A 5% holdout keeps measuring. Training hours per agent is 43% lower (37% to 50%), and the interval stays clear of zero however often you look.',
    ),
    conditions: [
      met('Numbers are fresh'),
      met('The split matches the plan'),
      met('612 people in the smallest group, 30 needed'),
      met('Training hours per agent is better, clear of zero'),
    ],
  },
  {
    key: 'smart_followup',
    name: 'Smart follow-up texts',
    owner: 'Retention',
    stage: 'beta_10',
    days: 4,
    arms: [
      { variant: 'control', n: 4_006 },
      { variant: 'treatment', n: 4_041 },
    ],
    metrics: [
      {
        metric: 'replies',
        name: 'Replies to a text',
        unit: 'percent',
        kind: 'proportion',
        role: 'goal',
        means: [0.182, 0.211],
      },
      {
        metric: 'opt_outs',
        name: 'Opt-outs',
        unit: 'percent',
        kind: 'proportion',
        direction: 'down',
        role: 'guardrail',
        means: [0.051, 0.074],
      },
    ],
    verdict: say(
      'guardrail_broken',
      'negative',
      'Guardrail broken',
      'Opt-outs is 45% higher (14% to 76%), and the interval stays clear of zero however often you look. It must not get worse, so go back to the old behaviour.',
    ),
    conditions: [
      met('Numbers are fresh'),
      met('The split matches the plan'),
      met('4,006 people in the smallest group, 30 needed'),
      failed('Opt-outs got worse'),
      waiting('Replies to a text is better, clear of zero'),
    ],
  },
  {
    key: 'express_checkout',
    name: 'Express checkout',
    owner: 'Payments',
    stage: 'beta_25',
    days: 9,
    arms: [
      { variant: 'control', n: 8_120 },
      { variant: 'treatment', n: 8_204 },
    ],
    metrics: [
      {
        metric: 'conversion',
        name: 'Checkout conversion',
        unit: 'percent',
        kind: 'proportion',
        role: 'goal',
        means: [0.312, 0.279],
      },
      {
        metric: 'order_value',
        name: 'Order value',
        unit: 'usd',
        role: 'secondary',
        sd: 64,
        means: [82.4, 83.1],
      },
    ],
    verdict: say(
      'harm',
      'negative',
      'Getting worse',
      'Checkout conversion is 11% lower (3.8% to 17%), and the interval stays clear of zero however often you look. Go back to the old behaviour.',
    ),
    conditions: [
      met('Numbers are fresh'),
      met('The split matches the plan'),
      met('8,120 people in the smallest group, 30 needed'),
      waiting('Checkout conversion is better, clear of zero'),
    ],
  },
  {
    key: 'spring_email',
    name: 'Spring e-mail',
    owner: 'Growth',
    stage: 'beta_50',
    days: 15,
    arms: [
      { variant: 'no e-mail', n: 21_306 },
      { variant: 'men’s e-mail', n: 21_307 },
      { variant: 'women’s e-mail', n: 21_387 },
    ],
    metrics: [
      { metric: 'spend', name: 'Spend', unit: 'usd', role: 'goal', sd: 15, means: [0.65, 1.42, 1.08] },
      {
        metric: 'visit',
        name: 'Visits',
        unit: 'percent',
        kind: 'proportion',
        role: 'secondary',
        means: [0.1062, 0.1828, 0.1514],
      },
    ],
    verdict: say(
      'ready',
      'positive',
      'Ready to move forward',
      'Spend is 118% higher (52% to 185%) with men’s e-mail, and the interval stays clear of zero however often you look. It can move forward.',
    ),
    conditions: [
      met('Numbers are fresh'),
      met('The split matches the plan'),
      met('21,306 people in the smallest group, 30 needed'),
      met('Spend is better, clear of zero'),
    ],
  },
  {
    key: 'search_ranking',
    name: 'Search ranking',
    owner: 'Matching',
    stage: 'beta_50',
    days: 6,
    arms: [
      { variant: 'control', n: 3_118 },
      { variant: 'treatment', n: 3_154 },
    ],
    metrics: [
      {
        metric: 'clicks',
        name: 'Clicks per search',
        unit: 'number',
        kind: 'count',
        role: 'goal',
        sd: 1.9,
        means: [1.44, 1.482],
      },
      latency([188, 190]),
    ],
    verdict: say(
      'learning',
      'neutral',
      'Still learning',
      'Clicks per search: zero is still inside the interval (−6.9% to +12.7%). Nothing moves until it is clear of zero.',
    ),
    conditions: [
      met('Numbers are fresh'),
      met('The split matches the plan'),
      met('3,118 people in the smallest group, 30 needed'),
      met('Page latency did not get worse'),
      waiting('Clicks per search is better, clear of zero'),
    ],
  },
  {
    key: 'onboarding_tour',
    name: 'Onboarding tour',
    owner: 'Growth',
    stage: 'beta_10',
    days: 1,
    arms: [
      { variant: 'control', n: 17 },
      { variant: 'treatment', n: 12 },
    ],
    metrics: [
      {
        metric: 'activated',
        name: 'Activated in a week',
        unit: 'percent',
        kind: 'proportion',
        role: 'goal',
        means: [0.4, 0.5],
        notEnough: true,
      },
    ],
    verdict: say(
      'early',
      'neutral',
      'Too early',
      'So far 17 people in control and 12 people in treatment. Every group needs 30 people before a difference means anything.',
    ),
    conditions: [
      met('Numbers are fresh'),
      met('The split matches the plan'),
      waiting('12 people in the smallest group, 30 needed'),
      waiting('Activated in a week is better, clear of zero'),
    ],
  },
  {
    key: 'voice_summaries',
    name: 'Voice summaries',
    owner: 'Lead response',
    stage: 'beta_10',
    days: 1,
    arms: [],
    metrics: [],
    verdict: say(
      'no_data',
      'neutral',
      'Waiting for data',
      'The flag is on, but nobody has been counted yet. Check that the application asks for this flag and that events arrive.',
    ),
  },
  {
    key: 'nightly_digest',
    name: 'Nightly digest',
    owner: 'Growth',
    stage: 'beta_25',
    days: 11,
    minutesOld: 14,
    arms: [
      { variant: 'control', n: 5_410 },
      { variant: 'treatment', n: 5_377 },
    ],
    metrics: [
      {
        metric: 'opens',
        name: 'Opens per week',
        unit: 'number',
        kind: 'count',
        role: 'goal',
        sd: 2.2,
        means: [1.9, 2.06],
      },
    ],
    verdict: say(
      'stale',
      'warning',
      'Numbers are old',
      'These numbers are 14 minutes old, so nothing moves until the worker is back.',
    ),
    conditions: [
      failed('Numbers are old'),
      met('The split matches the plan'),
      met('5,377 people in the smallest group, 30 needed'),
      met('Opens per week is better, clear of zero'),
    ],
  },
];

function itemOf(recipe: Recipe): Item {
  const flag = flagOf(recipe);
  return {
    flag,
    experiment: {
      flag: recipe.key,
      environment: 'production',
      hypothesis: recipe.hypothesis ?? '',
      metrics: recipe.metrics.map(({ metric, role }) => ({ metric, role })),
      alpha: 0.05,
      plannedUnits: 20_000,
      version: 1,
      createdAt: flag.createdAt,
      updatedAt: flag.updatedAt,
    },
    result: recipe.arms.length === 0 ? null : resultOf(recipe),
    verdict: { ...recipe.verdict, conditions: recipe.conditions ?? [] },
  };
}

const PATH = ['disabled', 'internal', 'beta_10', 'beta_25', 'beta_50', 'ga'] as const;
const SHARE: Record<Flag['stage'], number> = {
  disabled: 0,
  internal: 0,
  beta_10: 0.1,
  beta_25: 0.25,
  beta_50: 0.5,
  ga: 1,
};

function flagOf(recipe: Recipe): Flag {
  const names = recipe.arms.length === 0 ? ['control', 'treatment'] : recipe.arms.map((arm) => arm.variant);
  const createdAt = daysAgo(recipe.days + 2);
  // The path so far: created, then internal, then each share for its part of the days.
  const steps = PATH.slice(2, PATH.indexOf(recipe.stage) + 1);
  const epochs = [
    { epoch: 1, stage: 'internal' as Flag['stage'], share: 0, startedAt: createdAt, weights: {} },
    ...steps.map((stage, index) => ({
      epoch: index + 2,
      stage,
      share: SHARE[stage],
      startedAt: daysAgo(recipe.days - (index * recipe.days) / steps.length),
      weights: Object.fromEntries(names.map((name) => [name, 1])),
    })),
  ];
  return {
    key: recipe.key,
    environment: 'production',
    name: recipe.name,
    description: '',
    owner: recipe.owner,
    tags: [],
    type: names.length > 2 ? 'string' : 'boolean',
    variants: names.map((name, index) => ({ name, value: names.length > 2 ? name : index > 0, weight: 1 })),
    control: names[0] ?? 'control',
    unit: 'user',
    salt: recipe.key,
    enabled: true,
    stage: recipe.stage,
    share: SHARE[recipe.stage],
    holdback: recipe.holdback ?? 0,
    lists: recipe.lists ?? { allow: { tenants: [], users: [] }, block: { tenants: [], users: [] } },
    epoch: epochs.length,
    epochs,
    phase: 1,
    version: epochs.length + 3,
    createdAt,
    updatedAt: daysAgo(1),
  };
}

function resultOf(recipe: Recipe): ExperimentResult {
  const total = recipe.arms.reduce((sum, arm) => sum + arm.n, 0);
  const holdback = recipe.holdback ?? 0;
  const share = (index: number) =>
    holdback > 0 ? (index === 0 ? holdback : 1 - holdback) : 1 / recipe.arms.length;
  const observed = Object.fromEntries(recipe.arms.map((arm) => [arm.variant, arm.n]));
  const expected = Object.fromEntries(recipe.arms.map((arm, index) => [arm.variant, total * share(index)]));
  const statistic = recipe.arms.reduce(
    (sum, arm, index) => sum + (arm.n - total * share(index)) ** 2 / (total * share(index)),
    0,
  );
  return {
    flag: recipe.key,
    environment: 'production',
    phase: 1,
    analysedAt: new Date(FIXTURE_NOW.getTime() - (recipe.minutesOld ?? 0) * 60_000 - 4_000).toISOString(),
    configuration: 1,
    events: total * 4,
    alpha: 0.05,
    control: recipe.arms[0]?.variant ?? 'control',
    variants: recipe.arms.map((arm, index) => ({
      variant: arm.variant,
      exposed: arm.n,
      plannedShare: share(index),
    })),
    quarantined: recipe.quarantined ?? 0,
    split: {
      status: recipe.split ?? 'ok',
      observed,
      expected,
      chiSquare: { statistic, df: recipe.arms.length - 1, p: recipe.split === undefined ? 0.71 : 0.0000011 },
      sequential:
        recipe.split === undefined ? { logBayesFactor: -3.9, p: 1 } : { logBayesFactor: 8.9, p: 0.00013 },
    },
    metrics: recipe.metrics.map((metric, index) => metricOf(recipe, metric, index)),
  };
}

function metricOf(recipe: Recipe, metric: MetricRecipe, seed: number): MetricResult {
  const kind = metric.kind ?? 'mean';
  const sdOf = (mean: number) => (kind === 'proportion' ? Math.sqrt(mean * (1 - mean)) : (metric.sd ?? mean));
  const arms = recipe.arms.map((arm, index) => {
    const mean = metric.means[index] ?? 0;
    const sd = sdOf(mean);
    return {
      variant: arm.variant,
      n: arm.n,
      mean,
      sd,
      sum: String(mean * arm.n),
      sumOfSquares: String((sd ** 2 + mean ** 2) * arm.n),
    };
  });
  const direction = metric.direction ?? 'up';
  const [control, ...treatments] = arms;
  return {
    metric: metric.metric,
    name: metric.name,
    kind,
    direction,
    unit: metric.unit,
    role: metric.role,
    arms,
    comparisons:
      control === undefined
        ? []
        : treatments.map((treatment, index): MetricResult['comparisons'][number] => {
            if (metric.notEnough === true) {
              return {
                status: 'insufficient_data',
                treatment: treatment.variant,
                reading: 'not_enough',
                reason: 'fewer than 30 people in one of the groups',
                series: [],
              };
            }
            return measured(control, treatment, direction, kind === 'proportion', recipe, seed * 7 + index);
          }),
  };
}

type Arm = { readonly variant: string; readonly n: number; readonly mean: number; readonly sd: number };

function measured(
  control: Arm,
  treatment: Arm,
  direction: 'up' | 'down',
  proportion: boolean,
  recipe: Recipe,
  seed: number,
): MetricResult['comparisons'][number] {
  const estimate = treatment.mean - control.mean;
  const se = Math.sqrt(control.sd ** 2 / control.n + treatment.sd ** 2 / treatment.n);
  const z = estimate / se;
  const wide = 1.96 * 1.48 * se;
  const clear = Math.abs(estimate) > wide;
  const good = estimate > 0 === (direction === 'up');
  return {
    status: 'ok',
    treatment: treatment.variant,
    reading: clear ? (good ? 'better' : 'worse') : 'not_sure',
    absolute: {
      estimate,
      se,
      fixed: {
        statistic: z,
        df: control.n + treatment.n - 2,
        p: twoSided(z),
        interval: around(estimate, 1.96 * se),
      },
      alwaysValid: { p: Math.min(1, 12 * twoSided(z)), interval: around(estimate, wide) },
    },
    relative: {
      lift: estimate / control.mean,
      fixed: around(estimate, 1.96 * se, control.mean),
      alwaysValid: around(estimate, wide, control.mean),
    },
    proportion: proportion
      ? { test: 'pooled_z', p: twoSided(z), interval: around(estimate, 1.955 * se) }
      : null,
    series: seriesOf(
      recipe.days,
      control.n + treatment.n,
      estimate / control.mean,
      (1.96 * 1.48 * se) / control.mean,
      hash(recipe.key) + seed,
    ),
  };
}

function seriesOf(days: number, people: number, lift: number, half: number, seed: number) {
  const random = mulberry32(seed);
  return Array.from({ length: days }, (_, index) => {
    const part = (index + 1) / days;
    const widening = half / Math.sqrt(part) + half * 0.35 * (1 - part);
    const at = lift + (random() - 0.5) * widening * 0.7 * (1 - part);
    return {
      day: daysAgo(days - 1 - index).slice(0, 10),
      exposed: Math.round(people * part),
      lift: at,
      interval: [at - widening, at + widening] as const,
    };
  });
}

function daysAgo(days: number): string {
  return new Date(FIXTURE_NOW.getTime() - days * DAY_MS).toISOString();
}

/** Abramowitz and Stegun 7.1.26; good to seven digits, enough for a picture. */
function twoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return poly * Math.exp(-x * x);
}

function hash(text: string): number {
  let sum = 7;
  for (let index = 0; index < text.length; index++) sum = (Math.imul(sum, 31) + text.charCodeAt(index)) >>> 0;
  return sum;
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function around(centre: number, half: number, per = 1): [number, number] {
  return [(centre - half) / per, (centre + half) / per];
}
