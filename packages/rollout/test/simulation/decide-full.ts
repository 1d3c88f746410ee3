// The operating characteristics of decide() at full size, as a table: what is demanded, what is measured, and the error of the simulation.
//   node --conditions=@liftgate/source --import tsx packages/rollout/test/simulation/decide-full.ts [runs] [seed] [scenario]
// Scenarios run in as many processes as there are cores; 500 runs take about twenty minutes of one core.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  DAY_MS,
  simulate,
  type SimulationOptions,
  type SimulationSummary,
  type World,
} from '@liftgate/rollout';
import { LENGTH, policy, world } from './policy.ts';

interface Scenario {
  readonly name: string;
  readonly world: World;
  readonly literal?: boolean;
  readonly minimumLift?: number;
  readonly options?: Partial<SimulationOptions>;
  /** What STATISTICS demands, and whether it holds. */
  readonly demand?: string;
  readonly holds?: (found: SimulationSummary) => boolean;
}

const sick = { errors: { control: 0.08, treatment: 0.08 }, slow: { control: 0.03, treatment: 0.03 } };
const late = { ...sick, errors: { control: 0.01, treatment: 0.1, fromMs: 17 * DAY_MS } };

const scenarios: readonly Scenario[] = [
  {
    name: 'A/A, 20,000 a day',
    world: world({}),
    demand: 'rolled back <= 2 %, everyone <= 3.2 %',
    holds: (found) => found.rolledBack.share <= 0.02 && found.complete.share <= 0.032,
  },
  { name: 'A/A, 2,000 a day', world: world({ unitsPerDay: 2_000 }) },
  { name: 'errors 1 -> 1.5 %', world: world({ errors: 0.015 }) },
  { name: 'errors 1 -> 2 %', world: world({ errors: 0.02 }) },
  {
    name: 'errors 1 -> 3 %',
    world: world({ errors: 0.03 }),
    demand: 'median <= 16 h',
    holds: (found) => (found.hoursToRollback?.median ?? Infinity) <= 16,
  },
  { name: 'errors 1 -> 10 %', world: world({ errors: 0.1 }) },
  { name: 'slow 3 -> 6 %', world: world({ slow: 0.06 }) },
  { name: 'goal -3 %', world: world({ goal: -0.03 }) },
  { name: 'goal -5 %', world: world({ goal: -0.05 }) },
  { name: 'goal -10 %', world: world({ goal: -0.1 }) },
  { name: 'goal +3 %', world: world({ goal: 0.03 }) },
  {
    name: 'goal +5 %',
    world: world({ goal: 0.05 }),
    demand: 'everyone >= 96 %',
    holds: (found) => found.complete.share >= 0.96,
  },
  { name: 'goal +5 %, and +5 % must be measured', world: world({ goal: 0.05 }), minimumLift: 0.05 },
  { name: 'goal +8 %, and +5 % must be measured', world: world({ goal: 0.08 }), minimumLift: 0.05 },
  { name: 'both arms at 8 % of errors', world: { ...world({}), failures: sick } },
  { name: 'errors 1 -> 10 % on day 17', world: { ...world({}), failures: late } },
  {
    name: 'the same, a period a day',
    world: { ...world({}), failures: late },
    options: { periodMs: DAY_MS },
  },
  {
    name: 'A/A, the original matrix, daily',
    world: world({}),
    literal: true,
    options: { lookEveryMs: DAY_MS },
  },
  { name: 'A/A, the original matrix, hourly', world: world({}), literal: true },
];

interface Task {
  readonly index: number;
  readonly runs: number;
  readonly seed: number;
}

function run({ index, runs, seed }: Task): SimulationSummary {
  const scenario = scenarios[index];
  if (scenario === undefined) throw new RangeError(`there is no scenario ${index}`);
  const { literal, minimumLift, world, options } = scenario;
  const plan = policy(minimumLift === undefined ? {} : { minimumLift });
  return simulate({ ...plan, decisionMode: literal ? 'literal' : 'anytime' }, world, {
    runs,
    seed: seed + index,
    ...LENGTH,
    ...options,
  });
}

function row(name: string, found: SimulationSummary, { demand, holds }: Partial<Scenario>): string {
  const percent = ({ share, standardError }: SimulationSummary['complete']): string =>
    `${(100 * share).toFixed(1)} ± ${(100 * standardError).toFixed(1)}`.padStart(11);
  const hours = found.hoursToRollback;
  const treated = found.treatedUntilRollback;
  const verdict = demand === undefined ? '' : `${demand}: ${holds?.(found) ? 'holds' : 'DOES NOT HOLD'}`;
  return [
    name.padEnd(38),
    percent(found.rolledBack),
    (hours === null ? '-' : `${hours.median} (${hours.p90})`).padStart(11),
    (treated === null ? '-' : treated.median.toLocaleString('en-US')).padStart(8),
    percent(found.complete),
    verdict,
  ].join(' | ');
}

async function main(): Promise<void> {
  const [runs = 500, seed = 20_261_124] = process.argv.slice(2, 4).map(Number);
  const only = process.argv[4];
  console.log(`${runs} runs each, seed ${seed}`);
  console.log(
    'scenario                               | rolled back % | hours (p90) | treated | everyone % | demanded',
  );
  const tasks = scenarios.flatMap(({ name }, index) =>
    only === undefined || name.includes(only) ? [{ index, runs, seed }] : [],
  );
  const next = async (): Promise<void> => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      const scenario = scenarios[task.index];
      const found = await inProcess(task);
      if (scenario !== undefined) console.log(row(scenario.name, found, scenario));
      if (scenario?.holds?.(found) === false) process.exitCode = 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, next));
}

/** A process of its own, because tsx does not reach into worker threads. */
async function inProcess(task: Task): Promise<SimulationSummary> {
  return await new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), { execArgv: process.execArgv });
    child.once('message', (found) => resolve(found as SimulationSummary));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a simulation ended with code ${code}`)));
    child.send(task);
  });
}

if (process.send === undefined) await main();
else process.once('message', (task) => process.send?.(run(task as Task), () => process.disconnect()));
