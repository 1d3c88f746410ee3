import { scaledValue } from '@liftgate/attribution';
import { unitIdSchema } from '@liftgate/flags';
import type { Metric } from '@liftgate/stats';
import { Failure } from '../failure.ts';
import { parseNumber, parseTime } from './cells.ts';
import type { CsvFile, CsvRow } from './csv-file.ts';
import type { ReplayOptions } from './options.ts';

/** Where in a row the things are that matter. */
export interface Layout {
  readonly width: number;
  readonly unit: number;
  readonly variant: number;
  readonly time: number | null;
  readonly metrics: readonly { readonly name: string; readonly column: string; readonly index: number }[];
}

/** One good row. */
export interface Observation {
  readonly line: number;
  readonly unit: string;
  readonly variant: string;
  /** Empty without a time column. */
  readonly at: number | '';
  /** By metric; null where a mean was not measured. */
  readonly values: readonly (number | null)[];
}

export type RefusalReason =
  | 'broken_quote'
  | 'column_count'
  | 'not_utf8'
  | 'bad_unit'
  | 'unknown_variant'
  | 'bad_time'
  | 'bad_value'
  | 'refused_by_server';

/** One row that does not count, and why; the rest of the file does. */
export interface Refusal {
  readonly line: number;
  readonly reason: RefusalReason;
  readonly message: string;
}

/** Throws a Failure that lists the columns there are when one is missing. */
export function layoutOf(file: CsvFile, options: ReplayOptions): Layout {
  const at = (option: string, column: string): number => {
    const index = file.columns.indexOf(column);
    if (index >= 0) return index;
    const have = file.columns.map((name) => `"${name}"`).join(', ');
    throw new Failure('file', `${option}: ${file.path} has no column "${column}". It has ${have}.`);
  };
  return {
    width: file.columns.length,
    unit: at('--unit', options.unit),
    variant: at('--variant', options.variant),
    time: options.time === undefined ? null : at('--time', options.time),
    metrics: options.metrics.map(({ name, column }) => ({ name, column, index: at('--metric', column) })),
  };
}

/** What the second pass knows: the variants, and the metrics as the system has them. */
export interface Rules {
  readonly variants: ReadonlySet<string>;
  readonly metrics: readonly Pick<Metric, 'key' | 'kind' | 'decimals'>[];
}

/** The observation in a row, or why it is refused. The first pass has no rules yet. */
export function readRow(row: CsvRow, layout: Layout, rules: Rules | null): Observation | Refusal {
  const { line } = row;
  const refuse = (reason: RefusalReason, message: string): Refusal => ({ line, reason, message });
  if ('broken' in row) return refuse('broken_quote', row.broken);
  const { cells } = row;
  if (cells.length !== layout.width)
    return refuse('column_count', `${cells.length} columns where the header has ${layout.width}`);

  const unit = cells[layout.unit] ?? '';
  const variant = cells[layout.variant] ?? '';
  if (unit.includes('\uFFFD') || variant.includes('\uFFFD'))
    return refuse('not_utf8', 'the text is not valid UTF-8');
  const checked = unitIdSchema.safeParse(unit);
  if (!checked.success) return refuse('bad_unit', `the unit ${checked.error.issues[0]?.message ?? 'is bad'}`);
  if (rules === null ? variant === '' : !rules.variants.has(variant)) {
    return refuse(
      'unknown_variant',
      variant === '' ? 'the variant is empty' : `unknown variant ${shown(variant)}`,
    );
  }

  let at: number | '' = '';
  if (layout.time !== null) {
    const cell = cells[layout.time] ?? '';
    const time = parseTime(cell);
    if (time === null)
      return refuse(
        'bad_time',
        `${shown(cell)} is no time: use ISO 8601 (UTC unless it names a zone) or Unix time`,
      );
    at = time;
  }

  const values: (number | null)[] = [];
  for (const [position, { column, index }] of layout.metrics.entries()) {
    const cell = cells[index] ?? '';
    const metric = rules?.metrics[position];
    // A unit without a measurement is no zero. Only a mean can say so; elsewhere a blank may mean anything.
    if (cell === '' && (metric === undefined || metric.kind === 'mean')) {
      values.push(null);
      continue;
    }
    if (cell === '') return refuse('bad_value', `${column} is empty: write 0 if nothing happened`);
    const value = parseNumber(cell);
    if (value === null) return refuse('bad_value', `${column} is not a number: ${shown(cell)}`);
    const fits = metric === undefined ? null : scaledValue(value, metric);
    if (fits !== null && fits.status !== 'ok') return refuse('bad_value', fits.message);
    values.push(value);
  }
  return { line, unit, variant, at, values };
}

export function isRefusal(row: Observation | Refusal): row is Refusal {
  return 'reason' in row;
}

function shown(cell: string): string {
  return JSON.stringify(cell.length > 40 ? `${cell.slice(0, 39)}…` : cell);
}
