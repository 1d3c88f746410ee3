import { Command } from 'commander';
import { asCount } from '../report/numbers.ts';
import { openServer } from '../server.ts';
import { say } from '../terminal.ts';
import { addServerOptions, type ServerGiven, type Surroundings } from './shared-options.ts';

export function statusCommand({ terminal, env }: Surroundings): Command {
  const command = new Command('status')
    .summary('whether server and worker run, and where the events are')
    .description('Says whether server and worker run, and where the events of an environment ended.')
    .option('--json', 'as JSON');
  addServerOptions(command, env);
  return command.action(async ({ url, key, environment, json }: ServerGiven) => {
    const server = openServer({ url, key });
    const [info, health] = await Promise.all([
      server.ask((client) => client.system.info.query()),
      server.ask((client) => client.system.health.query({ environment })),
    ]);
    if (json === true) return say(terminal.out, JSON.stringify({ url, info, health }, null, 2));
    const { workers, progress, balance, redis } = health;
    const waiting = progress.behind === 0 ? 'up to date' : `${(progress.lagMs / 1000).toFixed(1)} s behind`;
    const ended = Object.entries(balance.total).map(
      ([name, count]) => `${name.replace(':', ' ')} ${asCount(count)}`,
    );
    return say(terminal.out, [
      `Server    ${url}, version ${info.version}${info.demo ? ', demo mode: no keys needed' : ''}`,
      `Redis     answers in ${redis.roundTripMs.toFixed(1)} ms`,
      workers.length === 0
        ? 'Worker    none runs: events are stored, but not counted until one does'
        : `Worker    ${workers.length} running, ${waiting}`,
      `Events    in ${environment}: ${asCount(balance.received)} received = ${ended.join(' + ') || '0'}; unexplained ${asCount(balance.unexplained)}`,
    ]);
  });
}
