import type { ExperimentResult, Verdict } from '@liftgate/rollout';
import { EXIT, Failure } from '../failure.ts';
import { openServer, type Server } from '../server.ts';
import { asCount } from '../report/numbers.ts';
import { balanceBefore, caughtUp } from './catch-up.ts';
import { openCsv, type CsvFile } from './csv-file.ts';
import { eventBalance, type EventBalance } from './event-balance.ts';
import { eventSender, type EventSender } from './event-sender.ts';
import { eventsOf } from './observed-events.ts';
import type { ReplayOptions } from './options.ts';
import type { ProgressLine } from './progress-line.ts';
import { MOST_KEPT, MOST_SAID, refusals, type Refusals } from './refusals.ts';
import { isRefusal, layoutOf, readRow, type Layout, type Observation, type Rules } from './row.ts';
import { surveyOf, type Survey } from './survey.ts';
import { timeOrder } from './time-order.ts';
import {
  ensureTarget,
  NOTHING_PRESENT,
  planMetrics,
  presentOf,
  withKnownKinds,
  type PlannedMetric,
  type Present,
  type Target,
} from './target.ts';
import { armsOf, type Arms } from './variants.ts';

/** Everything there is to say about one replay; `--json` prints it as it is. */
export interface ReplayReport {
  readonly file: string;
  readonly flag: string;
  readonly environment: string;
  readonly dryRun: boolean;
  readonly variants: Arms['variants'];
  readonly control: string;
  readonly metrics: readonly PlannedMetric[];
  readonly created: Target['created'] | null;
  readonly rows: {
    readonly read: number;
    readonly replayed: number;
    readonly refused: number;
    readonly refusedByReason: Refusals['byReason'];
    /** The first of them, at most `refusalsKeptAtMost`. */
    readonly refusals: Refusals['first'];
    readonly refusalsKeptAtMost: number;
  };
  readonly seconds: number;
  readonly events: number;
  readonly balance: EventBalance | null;
  readonly result: ExperimentResult | null;
  readonly verdict: Verdict | null;
}

/** Sends an experiment from a file through the running system, and reads what the system says of it. */
export async function replay(asked: ReplayOptions, progress: ProgressLine): Promise<ReplayReport> {
  const begun = performance.now();
  const file = await openCsv(asked.file);
  const layout = layoutOf(file, asked);
  const server = openServer(asked);
  const present = await lookUp(server, asked, progress);
  const options = { ...asked, metrics: withKnownKinds(asked.metrics, present) };
  const survey = await surveyOf(file, layout, options, (rows, bytes) =>
    progress.show('Reading ', rows, bytes, file.size),
  );
  if (survey.rows === 0) throw new Failure('file', `${file.path} holds a header and no rows.`);
  const arms = armsOf(survey.variants, options, present.flag);
  const metrics = planMetrics(options, survey, present);
  sayPlan({ options, arms, metrics, survey }, progress);

  const job = { options, file, layout, survey, arms, metrics, present, progress };
  const pass = options.dryRun ? await readOnly(job) : await readAndSend(job, server);
  progress.clear();
  return {
    file: file.path,
    flag: options.flag,
    environment: options.environment,
    dryRun: options.dryRun,
    variants: arms.variants,
    control: arms.control,
    metrics,
    created: pass.created,
    rows: {
      read: survey.rows,
      replayed: survey.rows - pass.refused.count,
      refused: pass.refused.count,
      refusedByReason: pass.refused.byReason,
      refusals: [...pass.refused.first].sort((a, b) => a.line - b.line),
      refusalsKeptAtMost: MOST_KEPT,
    },
    seconds: (performance.now() - begun) / 1000,
    events: pass.events,
    balance: pass.balance,
    result: pass.result,
    verdict: pass.verdict,
  };
}

export function exitCodeOf(report: ReplayReport): number {
  return report.balance !== null && report.balance.unexplained !== 0 ? EXIT.unbalanced : EXIT.ok;
}

/** A dry run needs no server, but says what would clash when there is one. */
async function lookUp(server: Server, options: ReplayOptions, progress: ProgressLine): Promise<Present> {
  try {
    return await presentOf(server, options);
  } catch (error) {
    if (!options.dryRun || !(error instanceof Failure) || error.reason !== 'server') throw error;
    progress.note(`${error.message}\nOnly the file is checked.`);
    return NOTHING_PRESENT;
  }
}

function sayPlan(
  { options, arms, metrics, survey }: Pick<Job, 'options' | 'arms' | 'metrics' | 'survey'>,
  progress: ProgressLine,
): void {
  for (const [index, { key, kind, from }] of metrics.entries()) {
    if (from !== 'column') continue;
    const column = options.metrics[index]?.column ?? key;
    const why = kind === 'proportion' ? 'holds only 0 and 1' : 'holds other numbers than 0 and 1';
    progress.note(`Metric "${key}" is taken for a ${kind}: the column "${column}" ${why}.`);
  }
  for (const { name, rows } of arms.strays) {
    progress.note(`"${name}" (${asCount(rows)} rows) is not taken for a variant; --weights can name it.`);
  }
  if (!survey.inTimeOrder) progress.note('The rows are not in the order of --time: they are sorted first.');
}

interface Job {
  readonly options: ReplayOptions;
  readonly file: CsvFile;
  readonly layout: Layout;
  readonly survey: Survey;
  readonly arms: Arms;
  readonly metrics: readonly PlannedMetric[];
  readonly present: Present;
  readonly progress: ProgressLine;
}

/** Two arms' worth of the rows: what one comparison will have seen when the replay is done. */
function plannedUnits({ survey, arms }: Job): number {
  return Math.max(100, Math.round((2 * survey.rows) / arms.variants.length));
}

interface Pass {
  readonly refused: Refusals;
  readonly events: number;
  readonly created: Target['created'] | null;
  readonly balance: EventBalance | null;
  readonly result: ExperimentResult | null;
  readonly verdict: Verdict | null;
}

async function readOnly(job: Job): Promise<Pass> {
  const refused = saidRefusals(job.progress);
  await secondPass(job, refused, async () => {});
  return { refused, events: 0, created: null, balance: null, result: null, verdict: null };
}

async function readAndSend(job: Job, server: Server): Promise<Pass> {
  const { options, survey, progress } = job;
  const { environment, flag } = options;
  const target = await ensureTarget(server, options, { ...job, plannedUnits: plannedUnits(job) });
  const before = await balanceBefore(server, environment, flag);
  const refused = saidRefusals(progress);
  const sender = eventSender({
    ...options,
    // Events of one unit must not overtake each other when their times differ.
    inFlight: options.time === undefined ? 4 : 1,
    onRefused: ({ line, message }) => refused.add({ line, reason: 'refused_by_server', message }),
  });
  const about = { flag, metrics: options.metrics, repeats: survey.repeats };
  const send = async (observation: Observation): Promise<void> => {
    const events = eventsOf(observation, about, target);
    for (const event of events) await sender.add(event, observation.line);
  };
  if (survey.inTimeOrder) await secondPass(job, refused, send);
  else await secondPassInOrder(job, refused, send);
  const sent = await finished(sender, refused);
  const after = await caughtUp(server, options, before, sent, (taken) =>
    progress.show(
      'Counting',
      Math.round((survey.rows * taken) / Math.max(1, sent.accepted)),
      taken,
      sent.accepted,
    ),
  );
  const { result, verdict } = await server.ask((client) =>
    client.experiments.analyse.query({ environment, flag }),
  );
  return {
    refused,
    events: sent.events,
    created: target.created,
    balance: eventBalance(before, after, sent),
    result,
    verdict,
  };
}

async function finished(sender: EventSender, refused: Refusals) {
  const sent = await sender.finish();
  if (sent.events > 0) return sent;
  const reasons = Object.entries(refused.byReason).map(
    ([reason, count]) => `${reason.replaceAll('_', ' ')} ${count}`,
  );
  throw new Failure('file', `No row of the file can be replayed: ${reasons.join(', ')}.`);
}

async function secondPassInOrder(
  job: Job,
  refused: Refusals,
  onObservation: (observation: Observation) => Promise<void>,
): Promise<void> {
  const order = await timeOrder();
  try {
    await secondPass({ ...job, step: 'Sorting ' }, refused, (observation) => order.add(observation));
    let rows = 0;
    for await (const observation of order.sorted()) {
      await onObservation(observation);
      job.progress.show('Sending ', ++rows, rows, job.survey.rows - refused.count);
    }
  } finally {
    await order.close();
  }
}

async function secondPass(
  { file, layout, arms, metrics, survey, progress, step = 'Sending ' }: Job & { step?: string },
  refused: Refusals,
  onObservation: (observation: Observation) => Promise<void>,
): Promise<void> {
  const rules: Rules = { variants: new Set(arms.variants.map(({ name }) => name)), metrics };
  const reading = file.rows();
  let rows = 0;
  for await (const chunk of reading) {
    for (const row of chunk) {
      rows++;
      const observation = readRow(row, layout, rules);
      if (isRefusal(observation)) refused.add(observation);
      else await onObservation(observation);
      progress.show(step, rows, rows, survey.rows);
    }
  }
  if (rows !== survey.rows) {
    throw new Failure('file', `${file.path} changed while it was read: ${survey.rows} rows, then ${rows}.`);
  }
}

function saidRefusals(progress: ProgressLine): Refusals {
  const refused = refusals(({ line, message }) => {
    progress.note(`line ${line}: ${message}`);
    if (refused.count === MOST_SAID) progress.note('… more refused rows are counted, and listed by --json.');
  });
  return refused;
}
