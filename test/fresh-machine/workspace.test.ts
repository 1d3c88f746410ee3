// When dependencies are installed and what is built, on a small checkout with stand-ins for npx, tsc and vite.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

const scratch = mkdtempSync(join(tmpdir(), 'liftgate-workspace-'));
let checkout: string;
let bin: string;

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

beforeEach(() => {
  checkout = mkdtempSync(join(scratch, 'checkout-'));
  bin = join(checkout, 'bin');
  cpSync(new URL('../../scripts', import.meta.url), join(checkout, 'scripts'), { recursive: true });
  write(
    'package.json',
    '{ "type": "module", "packageManager": "pnpm@12.34.56", "devDependencies": { "vitest": "4" } }',
  );
  write('pnpm-lock.yaml', 'lockfileVersion: 9');
  write('packages/flags/package.json', '{ "name": "@liftgate/flags", "dependencies": { "zod": "4" } }');
  write('packages/flags/src/index.ts', 'export const flag = 1;');
  write('packages/flags/dist/index.js', 'built');
  write(
    'apps/dashboard/package.json',
    '{ "name": "@liftgate/dashboard", "dependencies": { "@liftgate/flags": "workspace:*" } }',
  );
  write('apps/dashboard/src/main.tsx', 'page');
  program(
    'bin/npx',
    `cd ${checkout} && mkdir -p node_modules/vitest node_modules/.bin packages/flags/node_modules/zod apps/dashboard/node_modules/@liftgate/flags`,
  );
  program('node_modules/.bin/tsc', '');
  program('apps/dashboard/node_modules/.bin/vite', 'mkdir -p "$3" && echo page > "$3/index.html"');
});

describe('dependencies', { timeout: 120_000 }, () => {
  test('are installed with the pinned pnpm and the frozen lockfile when they are missing, and only then', () => {
    expect(build().stdout).toContain('Installing the dependencies of the workspace with pnpm@12.34.56');
    expect(calls('npx')).toEqual([expect.stringMatching(/^-y pnpm@12\.34\.56 install --frozen-lockfile/)]);
    expect(build().stdout).not.toContain('Installing');
    expect(calls('npx')).toHaveLength(1);
  });

  test('are installed again when the lockfile changed', () => {
    build();
    write('pnpm-lock.yaml', 'lockfileVersion: 9, something new');
    build();
    expect(calls('npx')).toHaveLength(2);
  });

  test('are installed again when a package lacks one of its own', () => {
    build();
    rmSync(join(checkout, 'packages/flags/node_modules'), { recursive: true });
    build();
    expect(calls('npx')).toHaveLength(2);
  });

  test('that were installed by hand are there', () => {
    spawnSync(join(bin, 'npx'));
    write('node_modules/.pnpm/lock.yaml', 'lockfileVersion: 9');
    build();
    expect(calls('npx')).toHaveLength(1);
  });

  test('that cannot be installed are an error with what pnpm said and what to do', () => {
    program('bin/npx', 'echo "ERR_PNPM_META_FETCH_FAIL no network"; exit 7');
    const { status, stderr } = build();
    expect(status).toBe(1);
    expect(stderr).toContain('failed (code 7)');
    expect(stderr).toContain('ERR_PNPM_META_FETCH_FAIL no network');
    expect(stderr).toContain('To do it by hand: npx -y pnpm@12.34.56 install');
  });
});

describe('the build', { timeout: 120_000 }, () => {
  test('makes the dashboard again when one of its inputs changed, and only then', () => {
    build();
    build();
    expect(calls('vite')).toHaveLength(1);
    write('apps/dashboard/src/main.tsx', 'another page');
    build();
    expect(calls('vite')).toHaveLength(2);
    write('packages/flags/src/index.ts', 'export const flag = 2;');
    build();
    expect(calls('vite')).toHaveLength(3);
    expect(readFileSync(join(checkout, 'apps/dashboard/dist/index.html'), 'utf8')).toBe('page\n');
  });

  test('that fails leaves the dashboard of before in place', () => {
    build();
    write('apps/dashboard/src/main.tsx', 'another page');
    program('apps/dashboard/node_modules/.bin/vite', 'mkdir -p "$3"; echo "no such module" >&2; exit 1');
    const { status, stderr } = build();
    expect(status).toBe(1);
    expect(stderr).toContain('no such module');
    expect(readFileSync(join(checkout, 'apps/dashboard/dist/index.html'), 'utf8')).toBe('page\n');
  });

  test('makes the compiler forget a dist that was deleted, and what it knew before an installation', () => {
    write('packages/flags/tsconfig.tsbuildinfo', 'before the installation');
    build();
    expect(existsSync(join(checkout, 'packages/flags/tsconfig.tsbuildinfo'))).toBe(false);
    write('packages/flags/tsconfig.tsbuildinfo', 'up to date');
    build();
    expect(existsSync(join(checkout, 'packages/flags/tsconfig.tsbuildinfo'))).toBe(true);
    rmSync(join(checkout, 'packages/flags/dist'), { recursive: true });
    build();
    expect(existsSync(join(checkout, 'packages/flags/tsconfig.tsbuildinfo'))).toBe(false);
  });

  test('with a type error says which', () => {
    program('node_modules/.bin/tsc', 'echo "packages/flags/src/index.ts(1,1): error TS2322"; exit 2');
    const { status, stderr } = build();
    expect(status).toBe(1);
    expect(stderr).toContain('packages/flags/src/index.ts(1,1): error TS2322');
  });
});

function build(): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(checkout, 'scripts/build.mjs')], {
    encoding: 'utf8',
    env: { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
  });
}

/** A stand-in that keeps a record of how it was called. */
function program(path: string, does: string): void {
  const record = `echo "$*" >> ${checkout}/calls-$(basename "$0")`;
  write(path, `#!/bin/sh\n${record}\n${does}\n`, 0o755);
}

function calls(name: string): string[] {
  const record = join(checkout, `calls-${name}`);
  return existsSync(record) ? readFileSync(record, 'utf8').trimEnd().split('\n') : [];
}

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), text, { mode });
}
