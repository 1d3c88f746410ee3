import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Env } from '../env.ts';
import type { Terminal } from '../terminal.ts';

/** What a command has around it. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly env: Env;
  endWith(exitCode: number): void;
}

export function addServerOptions(command: Command, env: Env): Command {
  return command
    .option('--url <url>', 'the Liftgate server (LIFTGATE_URL)', parseUrl, env.url)
    .addOption(
      env.key === undefined
        ? new Option(
            '--key <key>',
            'an API key (LIFTGATE_KEY); a server on this machine in demo mode needs none',
          )
        : new Option('--key <key>', 'an API key').default(env.key, 'LIFTGATE_KEY'),
    )
    .option('--environment <key>', 'the environment', 'production');
}

export interface ServerGiven {
  readonly url: string;
  readonly key?: string;
  readonly environment: string;
  readonly json?: true;
}

function parseUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('Write a URL, for example http://127.0.0.1:4600.');
}
