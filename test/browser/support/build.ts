import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const dashboard = fileURLToPath(new URL('../../../apps/dashboard', import.meta.url));

/** Where the product's build is. */
export const DASHBOARD_DIST = `${dashboard}/dist`;

/** Builds the pages together with /dev/states; answers with the directory. */
export async function buildStates(): Promise<string> {
  await run('build', '--mode', 'states', '--logLevel', 'warn');
  return `${dashboard}/node_modules/.cache/states`;
}

/** The product's build, made for the test that asks about its files. */
export async function buildProduct(): Promise<string> {
  const directory = `${dashboard}/node_modules/.cache/product`;
  await run('build', '--outDir', directory, '--logLevel', 'warn');
  return directory;
}

async function run(...args: string[]): Promise<void> {
  const vite = `${dashboard}/node_modules/.bin/vite`;
  // Vitest says that it is a test; a build for a test is still a build for production.
  const { NODE_ENV: _, ...environment } = process.env;
  await promisify(execFile)(vite, args, { cwd: dashboard, env: environment });
}
