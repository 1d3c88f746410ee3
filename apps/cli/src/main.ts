#!/usr/bin/env node
import { run } from './cli.ts';

for (const output of [process.stdout, process.stderr]) {
  // Whoever reads us may stop (liftgate … | head): that is no reason to complain.
  output.on('error', () => process.exit(0));
}
try {
  process.exitCode = await run(process.argv.slice(2), {
    terminal: { out: process.stdout, err: process.stderr },
    variables: process.env,
  });
} catch (error) {
  // A bug of ours. Exit code 1 would say that events are unaccounted for.
  console.error(error);
  process.exitCode = 70;
}
