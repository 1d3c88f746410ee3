// npm start as a newcomer runs it: the screen, a ready server, Ctrl+C, and nothing left.
// @ts-check
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { descendants, isRunning } from '../scripts/processes.mjs';

const patience = 300_000;
const scratch = mkdtempSync(join(tmpdir(), 'liftgate-smoke-'));
const temporary = mkdtempSync(join(scratch, 'tmp-'));
const launcher = spawn('npm', ['start'], {
  detached: true, // a process group of its own, as a terminal gives it
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, LIFTGATE_DATA_DIR: join(scratch, 'redis'), TMPDIR: temporary },
});
const group = launcher.pid ?? 0;
let printed = '';
launcher.stdout.on('data', (chunk) => {
  printed += String(chunk);
  process.stdout.write(chunk);
});

try {
  await until(() => /Stop {8}Ctrl\+C/.test(printed), 'npm start did not come to its screen');
  const url = /Dashboard {3}(\S+)/.exec(printed)?.[1];
  const answer = await fetch(`${url}/readyz`);
  if (answer.status !== 200)
    throw new Error(`${url}/readyz answered ${answer.status}: ${await answer.text()}`);
  const everything = [group, ...descendants(group).map(({ pid }) => pid)];
  process.kill(-group, 'SIGINT');
  await until(() => !everything.some(isRunning), 'processes are left after Ctrl+C');
  const left = readdirSync(temporary).filter((name) => name.startsWith('liftgate'));
  if (left.length > 0) throw new Error(`temporary files are left after Ctrl+C: ${left.join(', ')}`);
  process.stdout.write(`npm start: ready, stopped, and nothing left of ${everything.length} processes.\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
  if (isRunning(group)) process.kill(-group, 'SIGTERM');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** @param {() => boolean} holds
 * @param {string} otherwise */
async function until(holds, otherwise) {
  for (const deadline = Date.now() + patience; !holds(); await sleep(100)) {
    if (launcher.exitCode !== null && launcher.exitCode !== 0)
      throw new Error(`npm start ended with ${launcher.exitCode}`);
    if (Date.now() > deadline) throw new Error(otherwise);
  }
}
