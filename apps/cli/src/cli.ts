import { Command, CommanderError } from 'commander';
import { keysCommand } from './commands/keys-command.ts';
import { replayCommand } from './commands/replay-command.ts';
import { resultsCommand } from './commands/results-command.ts';
import type { Surroundings } from './commands/shared-options.ts';
import { statusCommand } from './commands/status-command.ts';
import { readEnv } from './env.ts';
import { EXIT, Failure } from './failure.ts';
import { say, type Terminal } from './terminal.ts';

/** Runs one command line; resolves to the exit code. A failure is words on `err`, and with --json an object on `out`. */
export async function run(
  args: readonly string[],
  { terminal, variables }: { terminal: Terminal; variables: Readonly<Record<string, string | undefined>> },
): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    const env = readEnv(variables);
    const program = programOf({ terminal, env, endWith: (code) => (exitCode = code) });
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof Failure)) throw error;
    say(terminal.err, error.message);
    if (args.includes('--json'))
      say(terminal.out, JSON.stringify({ error: { reason: error.reason, message: error.message } }, null, 2));
    return EXIT[error.reason];
  }
}

function programOf(surroundings: Surroundings): Command {
  const { out, err } = surroundings.terminal;
  const program = new Command('liftgate').description('Feature flags that measure their own worth.');
  for (const command of [
    replayCommand(surroundings),
    resultsCommand(surroundings),
    statusCommand(surroundings),
    keysCommand(surroundings),
  ]) {
    program.addCommand(command);
  }
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showHelpAfterError('(--help says more)')
      .configureOutput({
        writeOut: (text) => void out.write(text),
        writeErr: (text) => void err.write(text),
        getOutHelpWidth: () => out.columns ?? 100,
        getErrHelpWidth: () => err.columns ?? 100,
      });
  }
  return program;
}
