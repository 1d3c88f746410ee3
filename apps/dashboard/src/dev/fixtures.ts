import { changeFlag, createFlag, type Flag } from '@liftgate/flags';
import { createExperiment, verdict, type MetricResult } from '@liftgate/rollout';
import type { Item, World } from './fixture-router.ts';
import { resultOf } from './fixture-result.ts';
import { FIXTURE_NOW, daysAgo } from './fixture-time.ts';
import { recipes, type Recipe } from './recipes.ts';

/** One experiment per verdict, made by the real model and judged by the real `verdict`; the same on every machine. */
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
    const result = {
      ...item.result,
      analysedAt: new Date(FIXTURE_NOW.getTime() - 14 * 60_000).toISOString(),
    };
    world.items.set(key, { ...item, result, verdict: verdict(item.flag, result, FIXTURE_NOW) });
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
      comparisons: metric.comparisons.map((comparison) => ({ ...comparison, series: [null] })),
    })) as unknown as MetricResult[];
    world.items.set(key, { ...item, result: { ...item.result, metrics } });
  }
  return world;
}

function itemOf(recipe: Recipe): Item {
  const flag = flagOf(recipe);
  const result = recipe.arms.length === 0 ? null : resultOf(recipe);
  const experiment = createExperiment(
    {
      flag: recipe.key,
      environment: 'production',
      hypothesis: recipe.hypothesis ?? '',
      metrics: recipe.metrics.map(({ metric, role }) => ({ metric, role })),
    },
    new Date(flag.createdAt),
  );
  return { flag, experiment, result, verdict: verdict(flag, result, FIXTURE_NOW) };
}

const PATH = ['beta_10', 'beta_25', 'beta_50', 'ga'] as const;

/** Made two days before it started, then moved along the path, each stage for its part of the days. */
function flagOf({ key, name, owner, arms, lists, holdback = 0, stage, days }: Recipe): Flag {
  const several = arms.length > 2;
  const made = createFlag(
    {
      key,
      environment: 'production',
      name,
      owner,
      stage: 'internal',
      holdback,
      ...(lists === undefined ? {} : { lists }),
      ...(several
        ? {
            type: 'string' as const,
            variants: arms.map(({ variant }) => ({ name: variant, value: variant, weight: 1 })),
          }
        : {}),
    },
    new Date(daysAgo(days + 2)),
  );
  const steps = PATH.slice(0, PATH.findIndex((step) => step === stage) + 1);
  return steps.reduce(
    (flag, step, index) =>
      changeFlag(flag, { stage: step }, new Date(daysAgo(days - (index * days) / steps.length))),
    made,
  );
}
