import { Failure } from '../failure.ts';
import { decimalsOf } from './cells.ts';
import type { CsvFile } from './csv-file.ts';
import { fingerprint } from './event-id.ts';
import type { ReplayOptions } from './options.ts';
import { contentsOf } from './observed-events.ts';
import { repeatsFor, type Repeats } from './repeats.ts';
import { isRefusal, readRow, type Layout } from './row.ts';

/** What the first pass over the file finds, in constant memory. */
export interface Survey {
  readonly rows: number;
  /** How many rows each value of the variant column has. */
  readonly variants: ReadonlyMap<string, number>;
  /** By metric. */
  readonly columns: readonly ColumnSurvey[];
  readonly repeats: Repeats;
  /** Whether the time column never runs backwards. */
  readonly inTimeOrder: boolean;
}

export interface ColumnSurvey {
  /** Nothing but 0 and 1 (or FALSE and TRUE). */
  readonly binary: boolean;
  /** Digits after the point, at most. */
  readonly decimals: number;
  readonly largest: number;
}

/** More different values than this and the column is not the variant's. */
const MOST_VARIANTS = 1_000;
/** A row of an experiment takes about this many bytes at least, and gzip packs that to an eighth. */
const BYTES_PER_ROW = { plain: 16, gzip: 2 };

export async function surveyOf(
  file: CsvFile,
  layout: Layout,
  options: ReplayOptions,
  onProgress: (rows: number, bytesRead: number) => void,
): Promise<Survey> {
  const variants = new Map<string, number>();
  const columns = layout.metrics.map(() => ({ binary: true, decimals: 0, largest: 0 }));
  const repeats = repeatsFor(
    (file.size / BYTES_PER_ROW[file.gzip ? 'gzip' : 'plain']) * (1 + layout.metrics.length),
  );
  let rows = 0;
  let latest = 0;
  let inTimeOrder = true;

  const reading = file.rows();
  for await (const chunk of reading) {
    for (const row of chunk) {
      rows++;
      const observation = readRow(row, layout, null);
      if (isRefusal(observation)) continue;
      const { variant, at } = observation;
      variants.set(variant, (variants.get(variant) ?? 0) + 1);
      if (variants.size > MOST_VARIANTS) {
        const what = `the column "${options.variant}" has more than ${MOST_VARIANTS} different values`;
        throw new Failure('file', `--variant: ${what}. Is it the variant?`);
      }
      if (at !== '') {
        inTimeOrder &&= at >= latest;
        latest = Math.max(latest, at);
      }
      observation.values.forEach((value, index) => {
        const column = columns[index];
        if (value === null || column === undefined) return;
        column.binary &&= value === 0 || value === 1;
        column.largest = Math.max(column.largest, Math.abs(value));
        column.decimals = Math.max(column.decimals, decimalsOf(value));
      });
      for (const content of contentsOf(observation, options)) repeats.note(fingerprint(content));
    }
    onProgress(rows, reading.bytesRead());
  }
  return { rows, variants, columns, repeats, inTimeOrder };
}
