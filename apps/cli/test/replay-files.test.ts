import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT, run, type ReplayReport } from 'liftgate';

// A dry run needs no server; nothing listens on this port.
const variables = { LIFTGATE_URL: 'http://127.0.0.1:9' };
const good = 'id,group,clicks\nu1,control,1\nu2,treatment,0\nu3,control,0\nu4,treatment,1\n';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'liftgate-cli-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function fileOf(content: string | Buffer, name = 'data.csv'): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function liftgate(...args: string[]): Promise<Outcome> {
  let out = '';
  let err = '';
  const terminal = {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  };
  const code = await run(args, { terminal, variables });
  return { code, out, err };
}

function dryRun(file: string, ...more: string[]): Promise<Outcome> {
  const options = ['--flag', 'f', '--unit', 'id', '--variant', 'group', '--metric', 'clicks', '--dry-run'];
  return liftgate('replay', file, ...options, ...more);
}

async function dryReport(content: string | Buffer, ...more: string[]): Promise<ReplayReport> {
  const { code, out, err } = await dryRun(fileOf(content), '--json', ...more);
  expect(code, err).toBe(EXIT.ok);
  return JSON.parse(out) as ReplayReport;
}

describe('a file that cannot be replayed is refused with words and exit code 3', () => {
  const header = 'id,group,clicks\n';
  const cases: [string, () => string, RegExp][] = [
    ['a missing one', () => join(directory, 'nowhere.csv'), /There is no file .*nowhere\.csv/],
    ['a directory', () => directory, /is a directory/],
    ['an empty one', () => fileOf(''), /is empty/],
    ['one of blank lines', () => fileOf('\n\n\n'), /no header/],
    ['one without rows', () => fileOf(header), /a header and no rows/],
    ['binary junk', () => fileOf(Buffer.from([1, 2, 0, 200, 0, 7])), /is not text/],
    ['a ZIP archive', () => fileOf(Buffer.from('PK\u0003\u0004rest')), /ZIP archive/],
    ['a Parquet file', () => fileOf(Buffer.from('PAR1rest')), /Parquet/],
    ['UTF-16', () => fileOf(Buffer.from(`\uFEFF${good}`, 'utf16le')), /UTF-16/],
    ['gzip cut short', () => fileOf(gzipSync(good).subarray(0, 40)), /cut short/],
    [
      'broken gzip',
      () => fileOf(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8])),
      /broken gzip|cut short/,
    ],
    [
      'one without the column',
      () => fileOf('id,arm,clicks\nu1,a,1\n'),
      /no column "group".*"id", "arm", "clicks"/,
    ],
    ['one with a column twice', () => fileOf('id,group,clicks,id\nu1,a,1,2\n'), /"id" is there twice/],
    ['one with a quote left open', () => fileOf(`${good}"u5,control,1\nu6,control,1\n`), /is not closed/],
    ['one with a single variant', () => fileOf(`${header}u1,control,1\n`), /at least two variants/],
  ];
  it.each(cases)('%s', async (_name, file, words) => {
    const { code, err } = await dryRun(file());
    expect(err).toMatch(words);
    expect(code).toBe(EXIT.file);
  });

  it('with --json the failure is JSON too', async () => {
    const { out } = await dryRun(join(directory, 'nowhere.csv'), '--json');
    expect(JSON.parse(out)).toMatchObject({ error: { reason: 'file' } });
  });
});

describe('a file is read as it comes', () => {
  it.each([
    ['gzip', gzipSync(good)],
    ['a byte order mark', `\uFEFF${good}`],
    ['Windows line ends', good.replaceAll('\n', '\r\n')],
    ['semicolons', good.replaceAll(',', ';')],
    ['tabs', good.replaceAll(',', '\t')],
    ['quotes', good.replace(/[^,\n]+/g, '"$&"')],
    ['blanks around cells and blank lines', good.replaceAll(',', ' , ').replaceAll('\n', '\n\n')],
    ['no line end at the end', good.trimEnd()],
    ['TRUE and FALSE', good.replace(/1$/gm, 'TRUE').replace(/0$/gm, 'FALSE')],
  ])('%s', async (_name, content) => {
    const { file: _, seconds: __, ...same } = await dryReport(good);
    expect(await dryReport(content)).toMatchObject(same);
  });

  it('a column of 0 and 1 is a proportion, another a sum, and it says so', async () => {
    const path = fileOf('id,group,clicks,spend\nu1,control,1,2.5\nu2,treatment,0,0\n');
    const { err, out } = await dryRun(path, '--metric', 'revenue=spend', '--json');
    expect((JSON.parse(out) as ReplayReport).metrics).toEqual([
      { key: 'clicks', kind: 'proportion', decimals: 0, from: 'column' },
      { key: 'revenue', kind: 'sum', decimals: 6, from: 'column' },
    ]);
    expect(err).toContain('Metric "revenue" is taken for a sum');
  });

  it('keeps as many decimals as the column has, and as fit', async () => {
    expect((await dryReport(withValue('0.12345678'))).metrics[0]?.decimals).toBe(8);
    expect((await dryReport(withValue('90000000000'))).metrics[0]?.decimals).toBe(5);
  });
});

describe('a dirty row is refused with its line and reason, and the rest counts', () => {
  it.each([
    ['too few columns', 'u5,control', 'column_count', '2 columns where the header has 3'],
    ['too many columns', 'u5,control,1,9', 'column_count', '4 columns where the header has 3'],
    ['an empty unit', ',control,1', 'bad_unit', 'the unit must not be empty'],
    ['a long unit', `${'u'.repeat(257)},control,1`, 'bad_unit', 'the unit must hold at most 256 characters'],
    ['a control character', 'u\u0007,control,1', 'bad_unit', 'the unit must not hold control characters'],
    ['an empty variant', 'u5,,1', 'unknown_variant', 'the variant is empty'],
    ['a word', 'u5,control,abc', 'bad_value', 'clicks is not a number: "abc"'],
    ['a blank value', 'u5,control,', 'bad_value', 'clicks is empty: write 0 if nothing happened'],
    ['NaN', 'u5,control,NaN', 'bad_value', 'clicks is not a number: "NaN"'],
    ['Infinity', 'u5,control,Infinity', 'bad_value', 'clicks is not a number: "Infinity"'],
    ['a number beyond doubles', 'u5,control,1e999', 'bad_value', 'clicks is not a number: "1e999"'],
    ['hexadecimal', 'u5,control,0x1F', 'bad_value', 'clicks is not a number: "0x1F"'],
    ['money', 'u5,control,$3', 'bad_value', 'clicks is not a number: "$3"'],
    ['a stray quote', 'u5,con"trol,1', 'broken_quote', 'a quote stands inside a value'],
  ])('%s', async (_name, row, reason, words) => {
    const report = await dryReport(`${good}${row}\nu6,treatment,1\n`);
    expect(report.rows).toMatchObject({ read: 6, replayed: 5, refused: 1, refusedByReason: { [reason]: 1 } });
    expect(report.rows.refusals[0]?.line).toBe(6);
    expect(report.rows.refusals[0]?.message).toContain(words);
  });

  it('invalid UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from(good),
      Buffer.from([0x75, 0xff, 0xfe]),
      Buffer.from(',control,1\n'),
    ]);
    expect((await dryReport(bytes)).rows.refusedByReason).toEqual({ not_utf8: 1 });
  });

  it('a value that the kind does not allow', async () => {
    const report = await dryReport(`${good}u5,control,2\nu6,control,0.5\n`, '--metric', 'again=clicks:count');
    expect(report.rows.refusals).toMatchObject([{ line: 7, reason: 'bad_value' }]);
  });

  it('lines are counted as an editor counts them, across quoted line breaks', async () => {
    const report = await dryReport(
      'id,group,clicks\n"u\n1",control,1\nu2,treatment,0\nu3,control,x\nu4,control,1\n',
    );
    expect(report.rows.refusals).toMatchObject([
      { line: 3, reason: 'bad_unit' },
      { line: 5, reason: 'bad_value' },
    ]);
  });

  it('the first twenty are printed, all are counted, and --json keeps the first thousand', async () => {
    const dirty = Array.from({ length: 1_500 }, () => ',control,1').join('\n');
    const { err, out } = await dryRun(fileOf(`${good}${dirty}\n`), '--json');
    expect(err.match(/^line \d+:/gm)).toHaveLength(20);
    expect(err).toContain('more refused rows');
    const { rows } = JSON.parse(out) as ReplayReport;
    expect(rows).toMatchObject({ read: 1_504, refused: 1_500, refusalsKeptAtMost: 1_000 });
    expect(rows.refusals).toHaveLength(1_000);
  });
});

describe('variants', () => {
  it('a value on less than one row in a hundred is a slip, unless the weights name it', async () => {
    const content = many(['control', 200], ['treatment', 200], ['tretment', 1]);
    const report = await dryReport(content);
    expect(report.variants.map(({ name }) => name)).toEqual(['control', 'treatment']);
    expect(report.rows.refusals).toMatchObject([{ line: 402, reason: 'unknown_variant' }]);
    const named = await dryReport(content, '--weights', 'control=1,treatment=1,tretment=0.01');
    expect(named.rows.refused).toBe(0);
  });

  it('an arm is no slip because one unit of another has very many rows', async () => {
    const report = await dryReport(many(['control', 500], ['treatment', 2]));
    expect(report.variants.map(({ name }) => name)).toEqual(['control', 'treatment']);
  });

  it('two weights make the two most frequent values the variants, the control first', async () => {
    const report = await dryReport(many(['a', 3], ['b', 9], ['c', 8]), '--weights', '1:3', '--control', 'c');
    expect(report.variants).toEqual([
      { name: 'c', weight: 1 },
      { name: 'b', weight: 3 },
    ]);
    expect(report.rows.refusedByReason).toEqual({ unknown_variant: 3 });
  });

  it.each([
    [['--control', 'c'], /--control: there is no variant "c".*"b" on 2 rows/],
    [[], /--control: say which variant is the control: "b", "x"/],
    [['--control', 'b', '--weights', '1:1:1'], /--weights: 3 weights for 2 variants/],
    [['--control', 'b', '--weights', 'b=1,z=1'], /--weights: no row has "z"/],
  ])('%s', async (options, words) => {
    const { code, err } = await dryRun(fileOf(many(['b', 2], ['x', 2])), ...options);
    expect(err).toMatch(words);
    expect(code).toBe(EXIT.usage);
  });

  it('a unit column given for the variant is noticed', async () => {
    const rows = Array.from({ length: 1_001 }, (_, i) => `u${i},g${i},1\n`).join('');
    const { err, code } = await dryRun(fileOf(`id,group,clicks\n${rows}`));
    expect(err).toContain('more than 1000 different values');
    expect(code).toBe(EXIT.file);
  });
});

describe('times', () => {
  it.each([
    '2024-02-29',
    '2024-02-29 10:00',
    '2024-02-29T10:00:00.123456Z',
    '2024-02-29 10:00:00 UTC',
    '2024-02-29T10:00:00+0530',
    '1709200000',
    '1709200000.5',
    '1709200000123',
  ])('%s is one', async (at) => {
    expect((await dryReport(timed(at, at), '--time', 'at')).rows.refused).toBe(0);
  });

  it.each(['', 'yesterday', '29.02.2024', '2/29/2024', '2024-13-01', '1969-12-31', '-5'])(
    '"%s" is none',
    async (at) => {
      const report = await dryReport(timed('2024-02-29', '2024-02-29', at), '--time', 'at');
      expect(report.rows.refusedByReason).toEqual({ bad_time: 1 });
    },
  );
});

describe('options', () => {
  it.each([
    [['--nonsense'], /unknown option '--nonsense'/],
    [['--weights', '1:x'], /--weights.*"x" is not a weight/],
    [['--weights', '1:0'], /--weights.*"0" is not a weight/],
    [['--weights', 'a=1'], /--weights.*at least two/],
    [['--metric', 'clicks:median'], /--metric.*"median" is not a kind/],
    [['--metric', 'my clicks=clicks'], /--metric.*"my clicks" must start/],
    [['--metric', 'clicks'], /--metric: "clicks" is there twice/],
    [['--goal', 'money'], /--goal: there is no --metric "money"/],
    [['--flag', 'a/b'], /--flag.*starts with a letter or digit/],
    [['--environment', 'PROD'], /--environment: "PROD"/],
    [['--url', 'localhost:4600'], /--url.*Write a URL/],
    [['--wait', '-1'], /--wait.*seconds above 0/],
  ])('%s is refused by name', async (options, words) => {
    const { code, err } = await dryRun(fileOf(good), ...options);
    expect(err).toMatch(words);
    expect(code).toBe(EXIT.usage);
  });

  it('what is missing is listed at once', async () => {
    const { code, err } = await liftgate('replay', fileOf(good));
    expect(err).toContain('--flag, --unit, --variant, --metric');
    expect(code).toBe(EXIT.usage);
  });

  it('help is on the output, with exit code 0', async () => {
    const { code, out } = await liftgate('replay', '--help');
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('Exit codes');
  });

  it('a server that is away is named, with what to do', async () => {
    const options = ['--flag', 'f', '--unit', 'id', '--variant', 'group', '--metric', 'clicks'];
    const { code, err } = await liftgate('replay', fileOf(good), ...options);
    expect(err).toContain('No Liftgate server answers at http://127.0.0.1:9');
    expect(code).toBe(EXIT.server);
  });

  it('a setting that is no URL is named', async () => {
    const terminal = { out: { write: () => 0 }, err: { write: (text: string) => (said += text) } };
    let said = '';
    expect(await run(['status'], { terminal, variables: { LIFTGATE_URL: 'localhost' } })).toBe(EXIT.usage);
    expect(said).toContain('LIFTGATE_URL');
  });
});

function withValue(value: string): string {
  return `id,group,clicks\nu1,control,${value}\nu2,treatment,2\n`;
}

function many(...groups: [group: string, rows: number][]): string {
  const rows = groups.flatMap(([group, times]) =>
    Array.from({ length: times }, (_, i) => `${group}${i},${group},1\n`),
  );
  return `id,group,clicks\n${rows.join('')}`;
}

function timed(...times: string[]): string {
  const rows = times.map((at, i) => `u${i},${i % 2 === 0 ? 'control' : 'treatment'},1,${at}\n`);
  return `id,group,clicks,at\n${rows.join('')}`;
}
