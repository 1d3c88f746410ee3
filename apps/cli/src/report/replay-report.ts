import { balanceLine, type EventBalance } from '../replay/event-balance.ts';
import type { ReplayReport } from '../replay/replay.ts';
import { asCount } from './numbers.ts';
import { resultReport } from './result-report.ts';

/** What a person reads at the end of a replay. */
export function replayReport(report: ReplayReport): string[] {
  const { rows } = report;
  const reasons = Object.entries(rows.refusedByReason)
    .map(([reason, count]) => `${reason.replaceAll('_', ' ')} ${asCount(count)}`)
    .join(', ');
  const refused = rows.refused === 0 ? '' : `, ${asCount(rows.refused)} refused (${reasons})`;
  const read = `${asCount(rows.read)} rows read, ${asCount(rows.replayed)} good${refused}`;
  if (report.dryRun) return [...planLines(report), `${read}. Nothing was sent: this was a dry run.`];

  const { seconds, balance, result, verdict } = report;
  const rate = `${asCount(Math.round(rows.read / seconds))} rows/s`;
  return [
    `${read}, in ${seconds.toFixed(1)} s (${rate}).`,
    ...(balance === null ? [] : balanceLines(balance)),
    '',
    ...(result === null || verdict === null ? [] : resultReport(result, verdict)),
  ];
}

function balanceLines(balance: EventBalance): string[] {
  const { ended, unexplained } = balance;
  const line = `Events: ${balanceLine(balance)}; unexplained ${asCount(unexplained)}.`;
  if ((ended.late ?? 0) <= 0) return [line];
  return [
    line,
    'Late events do not count. They do no harm when the same rows have been replayed before with --time.',
    'In a first replay they mean that a unit has thousands of rows at one moment: add those rows up first.',
  ];
}

function planLines({ flag, environment, variants, control, metrics }: ReplayReport): string[] {
  const arms = variants.map(({ name, weight }) => `${name}${name === control ? ' (control)' : ''} ${weight}`);
  return [
    `Flag "${flag}" in ${environment}. Variants and weights: ${arms.join(', ')}.`,
    `Metrics: ${metrics.map(({ key, kind }) => `${key} (${kind})`).join(', ')}.`,
  ];
}
