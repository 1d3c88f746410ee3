import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { parse, type CsvError, type Parser } from 'csv-parse';
import { Failure } from '../failure.ts';

/** A record of the file and the line it ends on; or a piece that is no record, with the reason. */
export type CsvRow =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly broken: string };

export interface CsvFile {
  readonly path: string;
  readonly columns: readonly string[];
  /** Bytes on disk: what `bytesRead` runs up to. */
  readonly size: number;
  readonly gzip: boolean;
  /** Reads the rows after the header, a chunk of the file at a time; each call reads the file anew. */
  rows(): CsvReading;
}

export interface CsvReading extends AsyncIterable<readonly CsvRow[]> {
  bytesRead(): number;
}

/** No row of an experiment is longer: beyond it a quote was never closed. */
const MAX_RECORD_BYTES = 1 << 20;
const STRAY_QUOTE = 'a quote stands inside a value: quote the whole value and double the quotes in it';
/** Such a quote swallows the rest of the file, so nothing may be replayed at all. */
const QUOTE_LEFT_OPEN: ReadonlySet<string> = new Set(['CSV_QUOTE_NOT_CLOSED', 'CSV_MAX_RECORD_SIZE']);
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** Looks at the first bytes and the header. Throws a Failure that says what is wrong with the file. */
export async function openCsv(path: string): Promise<CsvFile> {
  const { size, gzip } = await inspect(path);
  const head = await firstLine(path, gzip);
  if (head.trim() === '') throw new Failure('file', `${path} holds no header line.`);
  const delimiter = delimiterOf(head);
  const read = () => reading(path, gzip, delimiter);

  const header = await headerOf(read(), path);
  const twice = header.find((name, index) => name !== '' && header.indexOf(name) !== index);
  if (twice !== undefined) throw new Failure('file', `${path}: the column "${twice}" is there twice.`);
  return { path, columns: header, size, gzip, rows: () => withoutFirst(read()) };
}

async function inspect(path: string): Promise<{ size: number; gzip: boolean }> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new Failure('file', fileProblem(path, error));
  });
  if (found.isDirectory()) throw new Failure('file', `${path} is a directory, not a CSV file.`);
  if (!found.isFile()) throw new Failure('file', `${path} is not a file: a replay reads it twice.`);
  if (found.size === 0) throw new Failure('file', `${path} is empty.`);
  const start = Buffer.alloc(4);
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new Failure('file', fileProblem(path, error));
  });
  await handle.read(start, 0, 4, 0);
  await handle.close();
  if (start.toString('latin1').startsWith('PK\u0003\u0004'))
    throw new Failure('file', `${path} is a ZIP archive (or a spreadsheet): unpack it or export it as CSV.`);
  if (start.toString('latin1') === 'PAR1')
    throw new Failure('file', `${path} is a Parquet file: export it as CSV.`);
  const utf16 = start.readUInt16BE(0);
  if (utf16 === 0xfffe || utf16 === 0xfeff)
    throw new Failure('file', `${path} is in UTF-16: save it as UTF-8.`);
  return { size: found.size, gzip: start[0] === 0x1f && start[1] === 0x8b };
}

function fileProblem(path: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return `There is no file ${path}.`;
  if (error.code === 'EACCES') return `${path} may not be read by this user.`;
  return `${path} cannot be read: ${error.message}`;
}

function bytesOf(path: string, gzip: boolean): { raw: ReadStream; text: AsyncIterable<Buffer> } {
  const raw = createReadStream(path, { highWaterMark: 1 << 18 });
  if (!gzip) return { raw, text: raw };
  const unzip = createGunzip({ chunkSize: 1 << 18 });
  raw.on('error', (error) => unzip.destroy(error));
  return { raw, text: raw.pipe(unzip) };
}

function readProblem(path: string, error: unknown): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR')
    return new Failure('file', `${path} is cut short: the gzip data end too early.`);
  if (code?.startsWith('Z_') === true) return new Failure('file', `${path} is broken gzip data: ${message}.`);
  return new Failure('file', `${path} cannot be read: ${message}`);
}

async function firstLine(path: string, gzip: boolean): Promise<string> {
  const { raw, text } = bytesOf(path, gzip);
  try {
    for await (const chunk of text) {
      if (chunk.includes(0))
        throw new Failure('file', `${path} is not text: it holds zero bytes. Is it a CSV file?`);
      return (
        chunk
          .toString('utf8')
          .split(/\r\n|\r|\n/)
          .find((line) => line.trim() !== '') ?? ''
      );
    }
    return '';
  } catch (error) {
    throw error instanceof Failure ? error : readProblem(path, error);
  } finally {
    raw.destroy();
  }
}

function delimiterOf(header: string): string {
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, times: header.split(delimiter).length - 1 }));
  return counted.reduce((most, one) => (one.times > most.times ? one : most)).delimiter;
}

function reading(path: string, gzip: boolean, delimiter: string): CsvReading {
  const { raw, text } = bytesOf(path, gzip);
  return { bytesRead: () => raw.bytesRead, [Symbol.asyncIterator]: () => rowsOf(path, raw, text, delimiter) };
}

/** Rows go past csv-parse's object stream, one array per chunk of the file: that is several times faster. */
async function* rowsOf(
  path: string,
  raw: ReadStream,
  text: AsyncIterable<Buffer>,
  delimiter: string,
): AsyncGenerator<readonly CsvRow[]> {
  let rows: CsvRow[] = [];
  let lastLine = 0;
  let openQuote: number | null = null;
  const add = (row: CsvRow) => {
    rows.push(row);
    lastLine = row.line;
  };
  const parser = parse({
    bom: true,
    delimiter,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
    skip_records_with_error: true,
    on_record: (cells: string[], { lines }) => {
      add({ line: lines, cells });
      return null;
    },
    on_skip: (error) => {
      if (error === undefined) return undefined;
      if (QUOTE_LEFT_OPEN.has(error.code)) openQuote ??= lastLine + 1;
      else add({ line: lineOf(error), broken: STRAY_QUOTE });
      return undefined;
    },
  });
  parser.resume();
  try {
    for await (const chunk of text) {
      await write(parser, chunk);
      if (openQuote !== null) break;
      if (rows.length > 0) yield rows;
      rows = [];
    }
    if (openQuote === null) await new Promise<void>((resolve) => parser.end(resolve));
    if (openQuote !== null) throw unreadableFrom(path, openQuote);
    if (rows.length > 0) yield rows;
  } catch (error) {
    throw error instanceof Failure ? error : readProblem(path, error);
  } finally {
    raw.destroy();
    parser.destroy();
  }
}

function write(parser: Parser, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

function lineOf(error: CsvError): number {
  const { lines } = error as CsvError & { lines?: number };
  return lines ?? 0;
}

function unreadableFrom(path: string, line: number): Failure {
  return new Failure(
    'file',
    `${path}: a quote opened in line ${line} is not closed, so the rest cannot be read.`,
  );
}

async function headerOf(rows: CsvReading, path: string): Promise<readonly string[]> {
  for await (const [first] of rows) {
    if (first === undefined) continue;
    if ('broken' in first) throw new Failure('file', `${path}, line ${first.line}: ${first.broken}.`);
    return first.cells;
  }
  throw new Failure('file', `${path} holds no header line.`);
}

function withoutFirst(all: CsvReading): CsvReading {
  return {
    bytesRead: () => all.bytesRead(),
    async *[Symbol.asyncIterator]() {
      let skipped = false;
      for await (const rows of all) {
        yield skipped ? rows : rows.slice(1);
        skipped = true;
      }
    },
  };
}
