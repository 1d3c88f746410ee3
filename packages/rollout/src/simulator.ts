import { DECISION_MODES, DAY_MS, HOUR_MS, type DecisionMode, type Plan } from './plan.ts';
import type { ArmMoments } from './decision-evidence.ts';
import { chanceFrom, type Chance } from './random-counts.ts';
import { runRollout, type ArmTraffic, type RunOutcome, type TrafficSource } from './rollout-run.ts';

/** A metric in a synthetic world: a proportion with that mean where `sd` is null, else normal. */
export interface WorldMetric {
  readonly mean: number;
  readonly sd: number | null;
  /** The true change of the mean, relative: −0.05 is 5 % lower. */
  readonly change: number;
}

/** What is true in a simulation, and nobody would know in life. */
export interface World {
  readonly unitsPerDay: number;
  /** By guardrail key: the share of units that fail in each arm; before `fromMs` the treatment fails like control. */
  readonly failures: Readonly<
    Record<string, { readonly control: number; readonly treatment: number; readonly fromMs?: number }>
  >;
  readonly metrics: Readonly<Record<string, WorldMetric>>;
}

export interface SimulationOptions {
  readonly runs: number;
  readonly seed: number;
  readonly startAt: Date;
  readonly lookEveryMs?: number;
  readonly durationMs: number;
  readonly periodMs?: number;
  /** Called after each run, for a progress bar. */
  readonly onRun?: (done: number) => void;
}

export interface SimulationSummary {
  readonly runs: number;
  readonly rolledBack: Share;
  readonly complete: Share;
  readonly open: Share;
  /** Of the runs that were rolled back; null when none was. */
  readonly hoursToRollback: Spread | null;
  /** Units that had the treatment until then. */
  readonly treatedUntilRollback: Spread | null;
  readonly daysToComplete: Spread | null;
  /** How often each reason was the last one. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface Share {
  readonly share: number;
  /** Of the simulation. */
  readonly standardError: number;
}

export interface Spread {
  readonly median: number;
  readonly p90: number;
}

/** Both modes on the same plan in the same world. */
export function compareModes(
  plan: Plan,
  world: World,
  options: SimulationOptions,
): Readonly<Record<DecisionMode, SimulationSummary>> {
  const [anytime, literal] = DECISION_MODES.map((decisionMode) =>
    simulate({ ...plan, decisionMode }, world, options),
  ) as [SimulationSummary, SimulationSummary];
  return { anytime, literal };
}

/** Many rollouts of one plan in one world, each with its own seed, before anybody is exposed to anything. */
export function simulate(plan: Plan, world: World, options: SimulationOptions): SimulationSummary {
  const outcomes = Array.from({ length: options.runs }, (_, k): RunOutcome => {
    const source = syntheticTraffic(world, chanceFrom(options.seed * 1_000_003 + k), options.startAt);
    const outcome = runRollout(plan, source, options);
    options.onRun?.(k + 1);
    return outcome;
  });
  return summaryOf(outcomes);
}

/** Units arrive as a Poisson stream, equally in both arms; failures and outcomes are independent of each other. */
export function syntheticTraffic(world: World, chance: Chance, startAt: Date): TrafficSource {
  return ({ share, fromMs, toMs }) => {
    const expected = (world.unitsPerDay * Math.min(share, 0.5) * (toMs - fromMs)) / DAY_MS;
    const elapsedMs = fromMs - startAt.getTime();
    const arm = (treated: boolean): ArmTraffic => {
      const units = chance.poisson(expected);
      const failed = Object.entries(world.failures).map(
        ([key, { control, treatment, fromMs: begins = 0 }]) => {
          const rate = treated && elapsedMs >= begins ? treatment : control;
          return [key, chance.binomial(units, rate)] as const;
        },
      );
      const moments = Object.entries(world.metrics).map(
        ([key, metric]) => [key, draw(metric, units, treated, chance)] as const,
      );
      return { units, failed: Object.fromEntries(failed), moments: Object.fromEntries(moments) };
    };
    return { control: arm(false), treatment: arm(true) };
  };
}

/** Moments of n units, drawn as moments: the sum of squares of normal units is close to normal itself. */
function draw({ mean, sd, change }: WorldMetric, n: number, treated: boolean, chance: Chance): ArmMoments {
  const truth = mean * (treated ? 1 + change : 1);
  if (n === 0) return { n, mean: 0, m2: 0, nonZero: 0 };
  if (sd === null) {
    const hits = chance.binomial(n, truth);
    return { n, mean: hits / n, m2: (hits * (n - hits)) / n, nonZero: hits };
  }
  const df = n - 1;
  const m2 = df === 0 ? 0 : sd * sd * Math.max(0, df + Math.sqrt(2 * df) * chance.normal());
  return { n, mean: truth + (sd / Math.sqrt(n)) * chance.normal(), m2, nonZero: n };
}

function summaryOf(outcomes: readonly RunOutcome[]): SimulationSummary {
  const runs = outcomes.length;
  const of = (end: RunOutcome['end']): readonly RunOutcome[] => outcomes.filter((one) => one.end === end);
  const shareOf = (end: RunOutcome['end']): Share => {
    const share = runs === 0 ? 0 : of(end).length / runs;
    return { share, standardError: runs === 0 ? 0 : Math.sqrt((share * (1 - share)) / runs) };
  };
  const reasons: Record<string, number> = {};
  for (const { reason } of outcomes) reasons[reason] = (reasons[reason] ?? 0) + 1;
  const rolledBack = of('rolled_back');
  return {
    runs,
    rolledBack: shareOf('rolled_back'),
    complete: shareOf('complete'),
    open: shareOf('open'),
    hoursToRollback: spreadOf(rolledBack.map(({ afterMs }) => afterMs / HOUR_MS)),
    treatedUntilRollback: spreadOf(rolledBack.map(({ treatedUnits }) => treatedUnits)),
    daysToComplete: spreadOf(of('complete').map(({ afterMs }) => afterMs / DAY_MS)),
    reasons,
  };
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return { median: at(0.5), p90: at(0.9) };
}
