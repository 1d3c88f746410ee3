// Some tests start the real server and worker, which run from `dist`. `npm test` has built it; when vitest is run
// by hand it is built here. A type error is then no reason not to test: the compiler still writes what it can.
import { build } from '../../scripts/workspace.mjs';

export async function setup(): Promise<void> {
  if (process.env['LIFTGATE_BUILT'] === '1') return;
  try {
    await build({ log: () => {} });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`dist may be out of date, the build failed:\n${message}\n\n`);
  }
}
