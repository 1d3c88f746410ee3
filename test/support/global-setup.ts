// Some tests start the real server and worker, which run from `dist`. `npm test` has built it; when vitest is run
// by hand it is built here. A type error is then no reason not to test: the compiler still writes what it can.
import { build } from '../../scripts/workspace.mjs';

export async function setup(): Promise<void> {
  if (process.env['LIFTGATE_BUILT'] === '1' || onlyPackages(process.argv.slice(2))) return;
  try {
    await build({ log: () => {} });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`dist may be out of date, the build failed:\n${message}\n\n`);
  }
}

/** Whether only tests of packages were asked for: they read sources and start nothing of ours. */
function onlyPackages(args: readonly string[]): boolean {
  const named = (place: RegExp): boolean => args.some((arg) => place.test(arg));
  return named(/^(\.\/)?packages\//) && !named(/^(\.\/)?(apps|test)\b/);
}
