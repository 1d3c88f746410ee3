import { Command, InvalidArgumentError, Option } from 'commander';
import { ENVIRONMENT_KEY, FLAG_KEY } from '@liftgate/flags';
import { Failure } from '../failure.ts';
import { progressLine } from '../replay/progress-line.ts';
import { parseMetric, parseWeights, withRoles, type ReplayOptions } from '../replay/options.ts';
import { exitCodeOf, replay, type ReplayReport } from '../replay/replay.ts';
import { replayReport } from '../report/replay-report.ts';
import { say } from '../terminal.ts';
import { addServerOptions, type Surroundings } from './shared-options.ts';

/** A new flag's unit is named after it, and both names are limited. */
const MOST_FLAG_LETTERS = 121;

const AFTER_HELP = `
Columns
  One row is one unit, or one of several observations of a unit. A unit counts once it has a row, with 0 for
  everything that is 0. --metric NAME=COLUMN takes one number per row (TRUE and FALSE are 1 and 0):
    proportion   whether any of the unit's rows has 1
    sum, count   the sum over the unit's rows; count takes whole numbers from 0
    mean         the mean over the unit's rows; a blank was not measured
  Without a kind, a column of 0 and 1 is a proportion and any other a sum. The first metric decides.
  Without --time, all happens at the moment the flag was made.

Running it twice
  The id of an event is made from what it says, not from where it stands. The same rows again, in any order, are
  counted as duplicates and change nothing.

Exit codes
  0  done, and every event is accounted for     4  the server is away or refuses
  1  events are unaccounted for                 5  the worker did not catch up
  2  an option is wrong                         6  the flag, a metric or the experiment exists and differs
  3  the file cannot be read or replayed

Example
  liftgate replay hillstrom.csv.gz --flag spring-email --unit customer --variant segment \\
    --control "No E-Mail" --metric visit --metric conversion --metric revenue=spend:sum`;

interface Given {
  flag?: string;
  unit?: string;
  variant?: string;
  control?: string;
  metric?: ReturnType<typeof parseMetric>[];
  goal?: string[];
  guardrail?: string[];
  lowerIsBetter?: string[];
  time?: string;
  weights?: ReturnType<typeof parseWeights>;
  dryRun?: true;
  json?: true;
  wait: number;
  url: string;
  key?: string;
  environment: string;
}

export function replayCommand(surroundings: Surroundings): Command {
  const { terminal } = surroundings;
  const command = new Command('replay')
    .summary('send an experiment from a CSV file through the running system')
    .description('Sends an experiment from a CSV file through the running system and prints what it finds.')
    .argument('<file>', 'a CSV file with a header line, plain or gzip')
    .option('--flag <key>', 'the flag; made when it is not there', checked(flagProblem))
    .option('--unit <column>', 'who was randomised: the column of their ids')
    .option('--variant <column>', 'the column that says which variant they got')
    .option('--control <name>', 'the variant the others are compared with')
    .addOption(
      new Option('--metric <name=column[:kind]>', 'a metric; repeat it for more').argParser(
        collected(parseMetric),
      ),
    )
    .addOption(
      new Option('--goal <metric>', 'the metric that decides (the first)').argParser(collected(asIs)),
    )
    .addOption(
      new Option('--guardrail <metric>', 'a metric that must not get worse').argParser(collected(asIs)),
    )
    .addOption(
      new Option('--lower-is-better <metric>', 'a metric where less is better').argParser(collected(asIs)),
    )
    .option('--time <column>', 'when it happened: ISO 8601 or Unix time')
    .addOption(
      new Option(
        '--weights <a:b[:c]>',
        'the planned split, the control first, the others by name; or NAME=1,NAME=2',
      ).argParser(parsed(parseWeights)),
    )
    .option('--dry-run', 'read and check everything, send nothing')
    .option('--json', 'the whole result as JSON, numbers unrounded')
    .option('--wait <seconds>', 'how long the worker may stand still', parsed(parseSeconds), 60)
    .addHelpText('after', AFTER_HELP);
  addServerOptions(command, surroundings.env);
  return command.action(async (file: string, given: Given) => {
    const options = optionsOf(file, given);
    const progress = progressLine(terminal.err);
    try {
      const report = await replay(options, progress);
      if (options.json) say(terminal.out, JSON.stringify(report, null, 2));
      else say(terminal.out, [...replayReport(report), ...pageLine(report, given.url)]);
      surroundings.endWith(exitCodeOf(report));
    } finally {
      progress.clear();
    }
  });
}

function optionsOf(file: string, given: Given): ReplayOptions {
  const { flag, unit, variant, metric = [], goal = [], guardrail = [], lowerIsBetter = [] } = given;
  // Checked here and not by commander, which would complain of a missing option before a mistyped one.
  const missing = Object.entries({
    '--flag': flag,
    '--unit': unit,
    '--variant': variant,
    '--metric': metric[0],
  });
  const names = missing.filter(([, value]) => value === undefined).map(([name]) => name);
  if (flag === undefined || unit === undefined || variant === undefined || names.length > 0)
    throw new Failure('usage', `Still needed: ${names.join(', ')}. See liftgate replay --help.`);
  let metrics: ReplayOptions['metrics'];
  try {
    metrics = withRoles(metric, { goal, guardrail, lowerIsBetter });
  } catch (error) {
    throw new Failure('usage', error instanceof Error ? error.message : String(error));
  }
  if (!ENVIRONMENT_KEY.test(given.environment))
    throw new Failure('usage', `--environment: "${given.environment}" is not the key of an environment.`);
  return {
    file,
    flag,
    unit,
    variant,
    control: given.control,
    metrics,
    time: given.time,
    weights: given.weights,
    dryRun: given.dryRun === true,
    json: given.json === true,
    url: given.url,
    key: given.key,
    environment: given.environment,
    waitSeconds: given.wait,
  };
}

function flagProblem(key: string): string | null {
  if (!FLAG_KEY.test(key)) return 'A flag starts with a letter or digit and holds only A-Z a-z 0-9 . _ -';
  return key.length > MOST_FLAG_LETTERS ? `It holds more than ${MOST_FLAG_LETTERS} characters.` : null;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 86_400)) throw new Error('Write a number of seconds above 0.');
  return seconds;
}

function asIs(text: string): string {
  return text;
}

/** Commander names the option in front of what these throw. */
function parsed<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

function checked(problem: (text: string) => string | null): (text: string) => string {
  return parsed((text) => {
    const found = problem(text);
    if (found !== null) throw new Error(found);
    return text;
  });
}

function collected<T>(parse: (text: string) => T): (text: string, before: T[] | undefined) => T[] {
  return (text, before) => [...(before ?? []), parsed(parse)(text)];
}

/** Where to look at it; a dry run has left nothing to see. */
function pageLine({ dryRun, environment, flag }: ReplayReport, url: string): string[] {
  if (dryRun) return [];
  return ['', `In the dashboard: ${new URL(`/${environment}/experiments/${flag}`, url).href}`];
}
