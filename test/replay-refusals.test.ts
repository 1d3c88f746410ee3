// What can go wrong with a replay between the command line, the server and the worker; with small files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT, type ReplayReport } from '../apps/cli/src/index.ts';
import { eventually } from './support/eventually.ts';
import {
  liftgate,
  startServer,
  startWorker,
  type CommandOutcome,
  type Running,
  type RunningServer,
} from './support/processes.ts';
import { startTestRedis, type TestRedis } from './support/redis.ts';

const SLOW_MS = 120_000;
const options = ['--unit', 'id', '--variant', 'group', '--control', 'a'];

describe('a replay', { timeout: SLOW_MS }, () => {
  let redis: TestRedis;
  let server: RunningServer;
  let worker: Running;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'liftgate-refusals-'));
    redis = await startTestRedis();
    server = await startServer(redis.url);
    worker = await startWorker(redis.url);
  }, SLOW_MS);

  afterAll(async () => {
    await worker?.stop();
    await server?.stop();
    await redis?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function fileOf(...rows: string[]): string {
    const path = join(directory, 'data.csv');
    writeFileSync(path, `${['id,group,x,y,at', ...rows].join('\n')}\n`);
    return path;
  }

  function replay(flag: string, rows: string[], ...more: string[]): Promise<CommandOutcome> {
    return liftgate(['replay', fileOf(...rows), '--flag', flag, ...options, ...more], {
      LIFTGATE_URL: server.url,
    });
  }

  async function report(flag: string, rows: string[], ...more: string[]): Promise<ReplayReport> {
    const { code, out, err } = await replay(flag, rows, '--json', ...more);
    expect(code, err).toBe(EXIT.ok);
    return JSON.parse(out) as ReplayReport;
  }

  const people = Array.from(
    { length: 40 },
    (_, i) => `u${i},${i % 2 === 0 ? 'a' : 'b'},${i % 3 === 0 ? 1 : 0},${i / 4},`,
  );

  it('refuses dirty rows one by one, counts the rest, and accounts for every event', async () => {
    const dirty = [...people, ',a,1,1,', 'u90,a,one,1,', 'u91,a,1', 'u92,a,1,1e12,'];
    const { code, out, err } = await replay(
      'dirty',
      dirty,
      '--metric',
      'dirty_x=x',
      '--metric',
      'dirty_y=y:mean',
    );
    expect(err).toContain('line 42: the unit must not be empty');
    expect(err).toContain('line 43: x is not a number: "one"');
    expect(err).toContain('line 44: 3 columns where the header has 5');
    expect(out).toContain('44 rows read, 41 good, 3 refused');
    expect(out).toContain('unexplained 0');
    expect(code).toBe(EXIT.ok);
  });

  it('adds up the rows of a unit, equal ones too, and knows all of them again in any order', async () => {
    const rows = [
      'u1,a,1,2.5,',
      'u1,a,1,2.5,',
      'u1,a,0,2.5,',
      'u2,b,0,7,',
      'u2,b,0,7,',
      'u3,a,0,0,',
      'u4,b,0,1,',
    ];
    const metrics = ['--metric', 'rows_x=x', '--metric', 'rows_y=y:sum', '--metric', 'rows_mean=y:mean'];
    const first = await report('rows', rows, ...metrics);
    const sums = (metric: string) =>
      first.result?.metrics.find((one) => one.metric === metric)?.arms.map((arm) => arm.sum);
    expect(sums('rows_x')).toEqual(['1', '0']);
    expect(sums('rows_y')).toEqual(['7.5', '15']);
    expect(sums('rows_mean')).toEqual(['2.5', '8']);
    expect(first.balance?.ended).toEqual({ counted: first.events });
    const again = await report('rows', rows.toReversed(), ...metrics);
    expect(again.balance?.ended).toEqual({ duplicate: first.events });
    expect(again.result?.metrics).toEqual(first.result?.metrics);
  });

  it('counts what the server refuses, with its line', async () => {
    const rows = people.map((row) => `${row}2024-03-01`);
    const { rows: counted, balance } = await report(
      'future',
      [...rows, 'u99,a,1,1,2999-01-01'],
      '--metric',
      'future_x=x',
      '--time',
      'at',
    );
    expect(counted).toMatchObject({
      read: 41,
      replayed: 40,
      refused: 1,
      refusedByReason: { refused_by_server: 1 },
    });
    expect(counted.refusals[0]?.line).toBe(42);
    expect(counted.refusals[0]?.message).toContain('is the sender');
    expect(balance).toMatchObject({ refused: 2, unexplained: 0 });
  });

  it('counts another metric of the same file later on', async () => {
    await report('later', people, '--metric', 'later_x=x');
    const more = await report('later', people, '--metric', 'later_x=x', '--metric', 'later_y=y:sum');
    expect(more.created).toEqual({ flag: false, metrics: ['later_y'], experiment: false });
    expect(more.result?.metrics.map(({ metric }) => metric)).toEqual(['later_x', 'later_y']);
    expect(more.balance?.ended.counted).toBe(39);
  });

  it('sorts rows by --time, so that nothing is late, and gives the same numbers in any order', async () => {
    const day = (d: number) => `2024-03-${String(d).padStart(2, '0')}`;
    const rows = Array.from(
      { length: 60 },
      (_, i) => `u${i % 6},${i % 2 === 0 ? 'a' : 'b'},1,${i},${day(1 + (i % 28))}`,
    );
    const metrics = ['--metric', 'timed_y=y:sum', '--time', 'at'];
    const first = await report('timed', rows, ...metrics);
    expect(first.balance?.ended).toEqual({ counted: first.events });
    const other = await report('timed-reversed', rows.toReversed(), ...metrics);
    expect(other.balance?.ended).toEqual({ counted: other.events });
    expect(other.result?.metrics).toEqual(first.result?.metrics);
    const again = await report('timed', rows, ...metrics);
    expect(again.balance?.unexplained).toBe(0);
    expect(again.result?.metrics).toEqual(first.result?.metrics);
  });

  it('keeps the units of two files apart, even with one metric', async () => {
    const one = await report('file-1', people, '--metric', 'shared_y=y:sum');
    await report('file-2', people, '--metric', 'shared_y=y:sum');
    const { out } = await liftgate(['results', 'file-1', '--json'], { LIFTGATE_URL: server.url });
    expect((JSON.parse(out) as ReplayReport).result?.metrics).toEqual(one.result?.metrics);
  });

  it('quarantines a unit with two variants', async () => {
    const { result, balance } = await report('two-variants', [...people, 'u0,b,1,1,'], '--metric', 'two_x=x');
    expect(result?.quarantined).toBe(1);
    expect(result?.variants.map(({ exposed }) => exposed)).toEqual([19, 20]);
    expect(balance?.ended.quarantined).toBeGreaterThan(0);
    expect(balance?.unexplained).toBe(0);
  });

  describe('of something that exists and differs is refused before anything is sent', () => {
    beforeAll(() => report('taken', people, '--metric', 'taken_x=x:proportion'));

    it.each([
      [
        'other variants',
        people.map((row) => row.replace(',b,', ',c,')),
        [],
        /has the variants "a", "b"; the file has "c"/,
      ],
      ['another control', people, ['--control', 'b'], /its control is "a", not "b"/],
      ['other weights', people, ['--weights', '1:2'], /its weights are a=1,b=1/],
      [
        'another kind of metric',
        people,
        ['--metric', 'taken_x=x:sum'],
        /"taken_x" exists already and is a proportion/,
      ],
    ])('%s', async (_name, rows, more, words) => {
      const metric = more.includes('--metric') ? [] : ['--metric', 'taken_x=x'];
      const { code, err } = await replay('taken', rows, ...metric, ...more);
      expect(err).toMatch(words);
      expect(code).toBe(EXIT.conflict);
    });

    it('values that do not fit a metric that exists', async () => {
      const { code, err } = await replay('taken', people, '--metric', 'taken_x=y');
      expect(err).toContain('"taken_x" exists already and is a proportion, and the column "y" holds more');
      expect(code).toBe(EXIT.conflict);
    });

    it('a file in which every row is refused', async () => {
      const { code, err } = await replay('taken', [',a,1,1,', 'u,,1,1,'], '--metric', 'taken_x=x');
      expect(err).toContain('No row of the file can be replayed');
      expect(code).toBe(EXIT.file);
    });
  });

  it('an environment that does not exist is named', async () => {
    const { code, err } = await replay('f', people, '--metric', 'x', '--environment', 'nowhere');
    expect(err).toContain('--environment: there is no environment "nowhere"');
    expect(code).toBe(EXIT.usage);
  });

  it('goes on when the server dies and comes back', async () => {
    const rows = Array.from(
      { length: 30_000 },
      (_, i) => `u${i},${i % 2 === 0 ? 'a' : 'b'},${i % 2},${i % 7},`,
    );
    const running = report('server-dies', rows, '--metric', 'dies_x=x', '--metric', 'dies_y=y:sum');
    running.catch(() => {});
    await eventually(async () => (await redis.client().keys('*statistics*server-dies*')).length > 0);
    const { port } = new URL(server.url);
    await server.kill9();
    await sleep(500);
    server = await startServer(redis.url, { LIFTGATE_PORT: port });
    const { balance, result } = await running;
    expect(balance?.unexplained).toBe(0);
    expect(result?.variants.map(({ exposed }) => exposed)).toEqual([15_000, 15_000]);
  });

  it('says what to do when no worker runs, and is complete once one does', async () => {
    await worker.stop();
    const { code, err } = await replay('no-worker', people, '--metric', 'alone_x=x', '--wait', '2');
    expect(err).toMatch(/No worker has taken in anything for 2 s: 0 of 54 events/);
    expect(code).toBe(EXIT.worker);
    worker = await startWorker(redis.url);
    const { balance, result } = await report('no-worker', people, '--metric', 'alone_x=x');
    expect(balance?.unexplained).toBe(0);
    expect(result?.variants.map(({ exposed }) => exposed)).toEqual([20, 20]);
  });

  it('status says what runs and where the events ended', async () => {
    const { code, out } = await liftgate(['status'], { LIFTGATE_URL: server.url });
    expect(out).toMatch(/Worker {4}1 running/);
    expect(out).toMatch(/unexplained 0/);
    expect(code).toBe(EXIT.ok);
  });

  it('results of a flag without an experiment', async () => {
    const { code, err } = await liftgate(['results', 'nothing'], { LIFTGATE_URL: server.url });
    expect(err).toContain('There is no experiment on a flag "nothing" in production.');
    expect(code).toBe(EXIT.usage);
  });

  it('a server that wants a key says so, and takes it from the environment', async () => {
    const strict = await startServer(redis.url, { LIFTGATE_DEMO: '0' });
    try {
      const args = ['replay', fileOf(...people), '--flag', 'with-key', ...options, '--metric', 'key_x=x'];
      const without = await liftgate(args, { LIFTGATE_URL: strict.url });
      expect(without.err).toContain('wants an API key: give --key or set LIFTGATE_KEY');
      expect(without.code).toBe(EXIT.server);
      const [, key = ''] = /shown this once: (\S+)/.exec(strict.printed()) ?? [];
      const withKey = await liftgate(args, { LIFTGATE_URL: strict.url, LIFTGATE_KEY: key });
      expect(withKey.code, withKey.err).toBe(EXIT.ok);
      expect(withKey.out + withKey.err).not.toContain(key);
      expect(withKey.out).toContain(`In the dashboard: ${strict.url}/production/experiments/with-key`);
    } finally {
      await strict.stop();
    }
  });
});
