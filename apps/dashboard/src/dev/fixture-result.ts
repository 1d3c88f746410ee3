import type { ExperimentResult, MetricResult } from '@liftgate/rollout';
import type { MetricRecipe, Recipe } from './recipes.ts';
import { FIXTURE_NOW, daysAgo } from './fixture-time.ts';

/** A result as the worker would have written it, from a few means: near enough to the real statistics for a picture. */
export function resultOf(recipe: Recipe): ExperimentResult {
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
