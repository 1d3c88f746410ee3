// npm start as a newcomer meets it: in a copy of this checkout that has nothing installed and nothing built. Only
// the caches of npm and pnpm are this machine's, so that a run costs seconds and not a download.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstLiveNumber } from '../../scripts/live-number.mjs';
import { isRunning } from '../../scripts/processes.mjs';
import { copyCheckout } from '../support/checkout-copy.ts';
import { eventually } from '../support/eventually.ts';
import { ctrlC, launch, type Launched } from '../support/launcher.ts';

const patience = 600_000;
const scratch = mkdtempSync(join(tmpdir(), 'liftgate-fresh-'));
const checkout = join(scratch, 'checkout');
const temporary = join(scratch, 'tmp');
const launched: Launched[] = [];

describe('npm start in a fresh checkout', { timeout: patience }, () => {
  let first: Launched;
  let url: string;

  beforeAll(async () => {
    mkdirSync(temporary, { recursive: true });
    copyCheckout(checkout);
    first = start();
    url = await dashboardOf(first);
  }, patience);

  afterAll(async () => {
    for (const one of launched) if (one.child.exitCode === null) one.child.kill('SIGTERM');
    await eventually(() => launched.every((one) => one.everything().length === 0));
    rmSync(scratch, { recursive: true, force: true });
  }, patience);

  test('says what it installs and builds, and ends with the screen', () => {
    expect(first.printed()).toContain('Installing the dependencies of the workspace with pnpm@');
    expect(first.printed()).toContain('Building the dashboard');
    expect(first.printed()).toMatch(/first live number after \d+\.\d s/);
    expect(first.printed()).toMatch(/Demo data {3}[\d,]+ flags, [\d,]+ events/);
  });

  test('every address of the screen answers, and an experiment has a number', async () => {
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const page = await fetch(url);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('Liftgate');
    expect((await fetch(`${url}/trpc/system.info`)).status).toBe(200);
    expect(await firstLiveNumber(url, 60_000)).toBe(true);
  });

  test('a second one beside it installs nothing, needs no npx, and takes another port and directory', async () => {
    const bin = join(scratch, 'bin');
    mkdirSync(bin);
    for (const name of ['npx', 'pnpm'])
      writeFileSync(join(bin, name), '#!/bin/sh\necho "$0 was called" >&2; exit 1\n', { mode: 0o755 });
    const second = start({ PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` });
    const secondUrl = await dashboardOf(second);
    expect(secondUrl).not.toBe(url);
    expect(second.printed()).not.toMatch(/Installing|Building the dashboard|was called/);
    expect(second.printed()).toContain('.liftgate/redis-2');
    expect((await fetch(`${secondUrl}/readyz`)).status).toBe(200);
    await stop(second);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test('Ctrl+C leaves no process and no temporary file', async () => {
    await stop(first);
    await expect(fetch(url)).rejects.toThrow();
    expect(readdirSync(temporary).filter((name) => name.startsWith('liftgate'))).toEqual([]);
    expect(existsSync(join(checkout, '.liftgate', 'redis', 'appendonlydir'))).toBe(true);
  });
});

function start(environment: Readonly<Record<string, string>> = {}): Launched {
  const one = launch({
    directory: checkout,
    environment: { TMPDIR: temporary, ...environment },
    through: 'npm',
  });
  launched.push(one);
  return one;
}

async function dashboardOf(started: Launched): Promise<string> {
  const [, url] = await started.says(/Dashboard {3}(\S+)[\s\S]*Stop {8}Ctrl\+C/, patience);
  return url ?? '';
}

/** Ctrl+C as in a terminal; everything that ran is gone afterwards. */
async function stop(started: Launched): Promise<void> {
  const everything = started.everything();
  expect(everything.length).toBeGreaterThanOrEqual(6); // npm, launcher, Redis, server, worker, demo
  ctrlC(started);
  await started.ended();
  await eventually(() => !everything.some(isRunning));
}
