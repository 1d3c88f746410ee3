// npm run build: everything that `npm start` runs, built; the dependencies first where they are missing.
// @ts-check
import { build, checkNode, installDependencies } from './workspace.mjs';

/** @param {string} line */
const log = (line) => void process.stdout.write(`${line}\n`);

try {
  checkNode();
  await installDependencies({ log });
  await build({ log });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
