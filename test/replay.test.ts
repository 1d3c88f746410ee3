// Real experiments through the real thing: command line, HTTP, Redis, worker, statistics. Their numbers must come out
// as published, and to the last bit the same whatever happens to the events on their way.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplayReport } from '../apps/cli/src/index.ts';
import { eventually } from './support/eventually.ts';
import { liftgate, startServer, startWorker, type Running, type RunningServer } from './support/processes.ts';
import {
  cookieCats,
  expectedOf,
  hillstrom,
  reasonToSkip,
  type ExpectedComparison,
  type PublishedExperiment,
} from './support/published-experiment.ts';
import { startTestRedis, type TestRedis } from './support/redis.ts';
import { twiceProxy } from './support/twice-proxy.ts';

const skip = reasonToSkip();
if (skip !== null) console.log(skip);

const SLOW_MS = 300_000;
/** Published numbers are given to twelve digits. */
const TOLERANCE = 1e-9;

describe.skipIf(skip !== null)('a replay of a published experiment', () => {
  let redis: TestRedis;
  let server: RunningServer;
  let worker: Running;
  let directory: string;
  const undisturbed = new Map<PublishedExperiment, ReplayReport>();

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'liftgate-replay-'));
    redis = await startTestRedis();
    server = await startServer(redis.url);
    worker = await startWorker(redis.url);
    for (const experiment of [hillstrom, cookieCats]) {
      undisturbed.set(experiment, await replayed(experiment, { flag: experiment.name }));
    }
  }, SLOW_MS);

  afterAll(async () => {
    await worker?.stop();
    await server?.stop();
    await redis?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const experiment of [hillstrom, cookieCats]) {
    const report = () => undisturbed.get(experiment) as ReplayReport;

    it(`${experiment.name}: n, mean, sd and exact sums of every arm are the published ones`, () => {
      const { rows, variants } = expectedOf(experiment);
      expect(report().rows).toMatchObject({ read: rows, replayed: rows, refused: 0 });
      for (const metric of report().result?.metrics ?? []) {
        for (const arm of metric.arms) {
          const expected = variants[arm.variant]?.[metric.metric];
          expect(arm.n).toBe(expected?.n);
          expect(Number(arm.sum)).toBe(expected?.sum);
          expect(Number(arm.sumOfSquares)).toBe(expected?.sumsq);
          expectClose(arm.mean, expected?.mean);
          expectClose(arm.sd, expected?.sd);
        }
      }
      expect(report().result?.metrics).toHaveLength(experiment.metrics.length);
      expect(report().result?.quarantined).toBe(0);
    });

    it(`${experiment.name}: the Welch test and its interval are the published ones`, () => {
      for (const { welch, absolute } of comparisons(experiment, report())) {
        expectClose(absolute.estimate, welch.diff);
        expectClose(absolute.se, welch.se);
        expectClose(absolute.fixed.statistic, welch.welch_t);
        expectClose(absolute.fixed.df, welch.welch_df);
        expectClose(absolute.fixed.p, welch.welch_p);
        expectClose(absolute.fixed.interval[0], welch.welch_ci95[0]);
        expectClose(absolute.fixed.interval[1], welch.welch_ci95[1]);
      }
    });

    it(`${experiment.name}: relative lift and Fieller's interval are the published ones`, () => {
      const { variants } = expectedOf(experiment);
      for (const { metric, control, treatment, welch, relative } of comparisons(experiment, report())) {
        expectClose(relative?.lift, welch.rel_lift);
        const c = variants[control]?.[metric];
        const t = variants[treatment]?.[metric];
        if (c === undefined || t === undefined) throw new Error(`no expected moments of ${metric}`);
        // Theirs uses the normal quantile: that checks the formula below. Ours uses Student's t, as the test does.
        const [lower, upper] = fieller(c, t, 1.959963984540054);
        expectClose(1 + lower, 1 + welch.rel_ci_fieller[0]);
        expectClose(1 + upper, 1 + welch.rel_ci_fieller[1]);
        const quantile = (welch.welch_ci95[1] - welch.welch_ci95[0]) / 2 / welch.se;
        const ours = fieller(c, t, quantile);
        expectClose(1 + (relative?.fixed?.[0] ?? Number.NaN), 1 + ours[0]);
        expectClose(1 + (relative?.fixed?.[1] ?? Number.NaN), 1 + ours[1]);
      }
    });

    it(`${experiment.name}: proportions have the published p and Newcombe interval`, () => {
      const withProportion = comparisons(experiment, report()).filter(({ expected }) => expected.proportion);
      expect(withProportion.length).toBeGreaterThan(0);
      for (const { expected, proportion } of withProportion) {
        expectClose(proportion?.p, expected.proportion?.pooled_p);
        expectClose(proportion?.interval[0], expected.proportion?.newcombe_ci95[0]);
        expectClose(proportion?.interval[1], expected.proportion?.newcombe_ci95[1]);
      }
    });

    it(`${experiment.name}: the split check is the published one`, () => {
      const { srm } = expectedOf(experiment);
      const split = report().result?.split;
      if (split?.status !== 'ok') throw new Error(`the split is ${split?.status}`);
      expect(split.observed).toEqual(srm.counts);
      expectClose(split.chiSquare?.statistic, srm.chi2);
      expect(split.chiSquare?.df).toBe(srm.df);
      expectClose(split.chiSquare?.p, srm.p);
    });

    it(`${experiment.name}: the balance leaves nothing unexplained`, () => {
      const { balance, events } = report();
      expect(balance).toMatchObject({ sent: events, refused: 0, redelivered: 0, unexplained: 0 });
      expect(balance?.ended).toEqual({ counted: events });
    });
  }

  it('the same file twice changes nothing: every event is a duplicate', { timeout: SLOW_MS }, async () => {
    const again = await replayed(hillstrom, { flag: hillstrom.name });
    expect(again.balance?.ended).toEqual({ duplicate: again.events });
    expect(again.created).toEqual({ flag: false, metrics: [], experiment: false });
    expectSame(again, hillstrom);
  });

  it(
    'shuffled rows give the same numbers to the last bit, and are duplicates of the others',
    { timeout: SLOW_MS },
    async () => {
      const file = shuffled(hillstrom, directory);
      expectSame(await replayed({ ...hillstrom, file }, { flag: 'shuffled' }), hillstrom);
      const again = await replayed({ ...hillstrom, file }, { flag: hillstrom.name });
      expect(again.balance?.ended).toEqual({ duplicate: again.events });
    },
  );

  it('every batch sent twice gives the same numbers to the last bit', { timeout: SLOW_MS }, async () => {
    const proxy = await twiceProxy(server.url);
    try {
      const report = await replayed(hillstrom, { flag: 'twice', url: proxy.url });
      expect(report.balance).toMatchObject({ unexplained: 0 });
      expect(report.balance?.ended).toEqual({ counted: report.events, duplicate: report.events });
      expectSame(report, hillstrom);
    } finally {
      await proxy.close();
    }
  });

  it(
    'a worker killed with SIGKILL again and again gives the same numbers to the last bit',
    { timeout: SLOW_MS },
    async () => {
      const replaying = replayed(hillstrom, { flag: 'killed' });
      replaying.catch(() => {});
      for (let kills = 0; kills < 4; kills++) {
        // In the middle of its work, and once its predecessor's partitions have passed to it.
        await takenIn(server, 1_000);
        await worker.kill9();
        worker = await startWorker(redis.url);
      }
      const report = await replaying;
      expect(report.balance?.ended).toEqual({ counted: report.events });
      expectSame(report, hillstrom);
    },
  );

  it(
    'all at once, with two workers and shuffled rows, gives the same numbers to the last bit',
    { timeout: SLOW_MS },
    async () => {
      const proxy = await twiceProxy(server.url);
      let second = await startWorker(redis.url);
      try {
        const file = shuffled(cookieCats, directory);
        const replaying = replayed({ ...cookieCats, file }, { flag: 'all-at-once', url: proxy.url });
        replaying.catch(() => {});
        await takenIn(server, 20_000);
        await second.kill9();
        await takenIn(server, 20_000);
        second = await startWorker(redis.url);
        const report = await replaying;
        expect(report.balance).toMatchObject({ unexplained: 0 });
        expectSame(report, cookieCats);
      } finally {
        await second.stop();
        await proxy.close();
      }
    },
  );

  async function replayed(
    { file, options, metrics }: PublishedExperiment,
    { flag, url = server.url }: { flag: string; url?: string },
  ): Promise<ReplayReport> {
    const metricOptions = metrics.flatMap((metric) => ['--metric', metric]);
    const args = ['replay', file, '--flag', flag, ...options, ...metricOptions, '--json'];
    const { code, out, err } = await liftgate(args, { LIFTGATE_URL: url });
    if (code !== 0) throw new Error(`exit code ${code}\n${err}\n${out.slice(0, 2_000)}`);
    return JSON.parse(out) as ReplayReport;
  }

  function expectSame(report: ReplayReport, experiment: PublishedExperiment): void {
    expect(JSON.stringify(numbersOf(report))).toBe(
      JSON.stringify(numbersOf(undisturbed.get(experiment) as ReplayReport)),
    );
  }
});

function numbersOf({ result }: ReplayReport) {
  const { variants, quarantined, split, metrics } = result ?? {};
  return { variants, quarantined, split, metrics };
}

/** Waits until the workers have taken in this many events more than now. */
async function takenIn({ url }: RunningServer, more: number): Promise<void> {
  const events = async () => {
    const response = await fetch(`${url}/trpc/system.progress`);
    const body = (await response.json()) as { result: { data: { events: number } } };
    return body.result.data.events;
  };
  const before = await events();
  await eventually(async () => (await events()) >= before + more);
}

/** Every comparison of the result with what is expected of it. */
function comparisons(experiment: PublishedExperiment, { result }: ReplayReport) {
  const pairs = (result?.metrics ?? []).flatMap((metric) =>
    metric.comparisons.map((comparison) => {
      if (comparison.status !== 'ok') throw new Error(`${metric.metric}: ${comparison.reason}`);
      const expected = expectedOf(experiment).comparisons.find(
        (one): one is ExpectedComparison =>
          one.metric === metric.metric &&
          one.treatment === comparison.treatment &&
          one.control === experiment.control,
      );
      if (expected === undefined) throw new Error(`nothing expected of ${metric.metric}`);
      return { ...comparison, ...expected, expected, proportion: comparison.proportion };
    }),
  );
  expect(pairs.length).toBeGreaterThan(0);
  return pairs;
}

/** Fieller's interval of mean_t/mean_c − 1 for independent means, by the textbook's quadratic. */
function fieller(
  control: { mean: number; se: number },
  treatment: { mean: number; se: number },
  quantile: number,
): [number, number] {
  const a = control.mean ** 2 - quantile ** 2 * control.se ** 2;
  const b = control.mean * treatment.mean;
  const c = treatment.mean ** 2 - quantile ** 2 * treatment.se ** 2;
  const root = Math.sqrt(b ** 2 - a * c);
  return [(b - root) / a - 1, (b + root) / a - 1];
}

function expectClose(actual: number | null | undefined, expected: number | undefined): void {
  if (typeof actual !== 'number' || expected === undefined)
    throw new Error(`${actual} where ${expected} is expected`);
  const relative = Math.abs(actual - expected) / Math.max(Math.abs(expected), Number.MIN_VALUE);
  expect(relative, `${actual} where ${expected} is expected`).toBeLessThanOrEqual(TOLERANCE);
}

/** The same rows in another order, the same one every time. */
function shuffled({ name, file }: PublishedExperiment, directory: string): string {
  const [header = '', ...rows] = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  let state = 20_260_101;
  const below = (bound: number) => {
    // Numerical Recipes' generator: any order will do, as long as it is always the same.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  for (let last = rows.length - 1; last > 0; last--) {
    const other = below(last + 1);
    [rows[last], rows[other]] = [rows[other] ?? '', rows[last] ?? ''];
  }
  const path = join(directory, `${name}-shuffled.csv`);
  writeFileSync(path, `${[header, ...rows].join('\n')}\n`);
  return path;
}
