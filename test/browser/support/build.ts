import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const dashboard = fileURLToPath(new URL('../../../apps/dashboard', import.meta.url));

/** Builds the pages together with /dev/states; answers with the directory. */
export async function buildStates(): Promise<string> {
  await run('build', '--mode', 'states', '--logLevel', 'warn');
  return `${dashboard}/node_modules/.cache/states`;
}

export interface Built {
  readonly directory: string;
  remove(): void;
}

/** The product's build, made for the test that asks about it. Express serves nothing from under a dotted folder. */
export async function buildProduct(): Promise<Built> {
  const directory = mkdtempSync(join(tmpdir(), 'liftgate-dashboard-'));
  await run('build', '--outDir', directory, '--logLevel', 'warn');
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

async function run(...args: string[]): Promise<void> {
  const vite = `${dashboard}/node_modules/.bin/vite`;
  await promisify(execFile)(vite, args, { cwd: dashboard });
}
