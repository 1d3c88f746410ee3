import { haveVectors } from '../../packages/stats/test/vectors/load.ts';
import { suites } from '../../packages/stats/test/vectors/suites.ts';
import { chunksOf } from './chunk.ts';
import { runOnWorkers } from './pool.ts';
import { rowOf, type Row } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/**
 * The operating characteristics that the statistics promise, measured: `pnpm simulate [--seed N] [--scale 0.1] [--workers N] [--bar N]`.
 * Prints one line per bar and exits with 1 when one does not hold. A shortened run (`--scale` below 1) forgives two Monte-Carlo errors.
 */
const seed = option('--seed', 20_260);
const scale = option('--scale', 1);
const workers = option('--workers', 0);
const bar = option('--bar', 0);
const slack = scale < 1 ? 2 : 0;
if (!Number.isInteger(bar) || bar > 10) throw new Error(`--bar must be one of 1 to 10, got ${bar}`);

console.log(
  `seed ${seed}, ${scale === 1 ? 'full' : `${scale} of the full`} number of runs${slack > 0 ? `, ${slack} Monte-Carlo errors forgiven` : ''}\n`,
);
console.log('| bar | target | measured | Monte-Carlo error | runs | holds |');
console.log('|---|---|---|---|---|---|');
let broken = 0;
for (const [index, scenario] of scenarios.entries()) {
  if (bar !== 0 && !scenario.rows.some(({ what }) => what.startsWith(`${bar}. `))) continue;
  const runs = Math.max(100, Math.round(scenario.runs * scale));
  const outcomes = await runOnWorkers(chunksOf(index, runs, seed), workers || undefined);
  for (const rule of scenario.rows) print(rowOf(rule, outcomes, slack), runs);
}
if (bar === 0 || bar === 10) vectors();
process.exitCode = broken === 0 ? 0 : 1;

function print(row: Row, runs: number): void {
  if (!row.holds) broken += 1;
  const unit = row.unit === '' ? '' : ` ${row.unit}`;
  const digits =
    row.unit === 'units' || row.unit === '' ? 0 : row.unit === 'hours' ? 1 : row.unit === 'points' ? 4 : 2;
  const measured = `${row.measured.toFixed(digits)}${unit}`;
  const error = `${row.monteCarloError.toFixed(digits)}${unit}`;
  console.log(
    `| ${row.what} | ${row.target}${unit} | ${measured} | ± ${error} | ${runs} | ${row.holds ? 'yes' : '**NO**'} |`,
  );
}

function vectors(): void {
  if (!haveVectors) {
    console.log('\nbar 10 skipped: the reference vectors are not here');
    return;
  }
  const results = suites.map((suite) => suite.run());
  const ran = results.reduce((sum, result) => sum + result.ran, 0);
  const differences = results.reduce((sum, result) => sum + result.failures.length, 0);
  if (differences > 0) broken += 1;
  console.log(
    `| 10. reference cases that differ | 0 | ${differences} of ${ran} | exact | ${ran} | ${differences === 0 ? 'yes' : '**NO**'} |`,
  );
}

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isFinite(value) || value < 0)
    throw new Error(`${name} must be a number, got ${process.argv[at + 1]}`);
  return value;
}
