import { Command } from 'commander';
import { Failure } from '../failure.ts';
import { resultReport } from '../report/result-report.ts';
import { openServer } from '../server.ts';
import { say } from '../terminal.ts';
import { addServerOptions, type ServerGiven, type Surroundings } from './shared-options.ts';

export function resultsCommand({ terminal, env }: Surroundings): Command {
  const command = new Command('results')
    .summary('what an experiment says now')
    .description('Prints what the experiment on a flag says now.')
    .argument('<flag>', 'the key of the flag')
    .option('--json', 'the whole result as JSON, numbers unrounded');
  addServerOptions(command, env);
  return command.action(async (flag: string, { url, key, environment, json }: ServerGiven) => {
    const server = openServer({ url, key });
    const view = await server.find((client) => client.experiments.analyse.query({ environment, flag }));
    if (view === null)
      throw new Failure('usage', `There is no experiment on a flag "${flag}" in ${environment}.`);
    const { result, verdict } = view;
    if (json === true) return say(terminal.out, JSON.stringify({ result, verdict }, null, 2));
    return say(terminal.out, result === null ? verdict.sentence : resultReport(result, verdict));
  });
}
