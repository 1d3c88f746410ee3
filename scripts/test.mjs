// npm test: everything the tests need, then the tests. Arguments go to vitest: npm test -- packages/stats
// @ts-check
import { spawn } from 'node:child_process';
import { ensureChromium } from './chromium.mjs';
import { ensureRedisServer } from './redis.mjs';
import { build, checkNode, installDependencies, localProgram, root, stopRunning } from './workspace.mjs';

/** @param {string} line */
const log = (line) => void process.stdout.write(`${line}\n`);

/** @type {NodeJS.Signals[]} */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const endEarly = () => {
  stopRunning();
  process.exit(130);
};
for (const signal of signals) process.on(signal, endEarly);

try {
  checkNode();
  await installDependencies({ log });
  const redis = ensureRedisServer({ log });
  const chromium = ensureChromium({ log });
  const browser = 'path' in chromium ? chromium.path : `browser tests are skipped: ${chromium.why}`;
  log(`Redis: ${redis.path} ${redis.version}. Chromium: ${browser}.`);
  await build({ log });
  runTests(
    'path' in chromium ? { LIFTGATE_CHROMIUM: chromium.path } : { LIFTGATE_NO_CHROMIUM: chromium.why },
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** Ends as vitest ends.
 * @param {Record<string, string>} environment */
function runTests(environment) {
  const vitest = spawn(localProgram(root, 'vitest'), ['run', ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment, LIFTGATE_BUILT: '1' },
  });
  // The terminal's Ctrl+C reaches vitest too; it ends first, and we with it.
  for (const signal of signals) {
    process.off(signal, endEarly);
    process.on(signal, () => signal !== 'SIGINT' && vitest.kill(signal));
  }
  vitest.on('error', (error) => {
    log(error.message);
    process.exitCode = 1;
  });
  vitest.on('exit', (code) => process.exit(code ?? 1));
}
