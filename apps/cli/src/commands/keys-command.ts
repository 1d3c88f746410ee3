import { Argument, Command, Option } from 'commander';
import { openServer, type Server } from '../server.ts';
import { say } from '../terminal.ts';
import { textTable } from '../report/text-table.ts';
import { addServerOptions, type ServerGiven, type Surroundings } from './shared-options.ts';

type Scope = 'client' | 'server' | 'admin';

interface Given extends ServerGiven {
  readonly name?: string;
  readonly scope: Scope;
  readonly everywhere?: true;
}

export function keysCommand({ terminal, env }: Surroundings): Command {
  const command = new Command('keys')
    .summary('list, make and revoke API keys')
    .description(
      'Lists API keys, makes one (its secret is shown once) or revokes one by its id. Needs an admin key.',
    )
    .addArgument(new Argument('<action>', 'what to do').choices(['list', 'create', 'revoke']))
    .argument('[id]', 'the key to revoke')
    .addOption(
      new Option('--scope <scope>', 'client reads flags, server also sends events, admin changes everything')
        .choices(['client', 'server', 'admin'])
        .default('server'),
    )
    .option('--name <name>', 'what the new key is for')
    .option('--everywhere', 'a key for every environment, not only --environment')
    .option('--json', 'as JSON');
  addServerOptions(command, env);
  return command.action(
    async (action: 'list' | 'create' | 'revoke', id: string | undefined, given: Given) => {
      const server = openServer({ url: given.url, key: given.key });
      const answer = await done(server, action, id, given, command);
      say(terminal.out, given.json === true ? JSON.stringify(answer.json, null, 2) : answer.text);
    },
  );
}

interface Answer {
  readonly json: unknown;
  readonly text: string | readonly string[];
}

async function done(
  server: Server,
  action: 'list' | 'create' | 'revoke',
  id: string | undefined,
  given: Given,
  command: Command,
): Promise<Answer> {
  if (action === 'create') {
    const environment = given.everywhere === true ? null : given.environment;
    const name = given.name ?? `${given.scope} of ${environment ?? 'every environment'}`;
    const asked = { name, scope: given.scope, environment };
    const made = await server.ask((client) => client.keys.create.mutate(asked));
    return { json: made, text: [`Key ${made.key.id}: ${name}`, `Secret, shown this once: ${made.secret}`] };
  }
  if (action === 'revoke') {
    if (id === undefined) command.error("error: missing required argument 'id': liftgate keys revoke ID");
    const revoked = await server.find((client) => client.keys.revoke.mutate({ id }));
    if (revoked === null) command.error(`error: no key "${id}"; liftgate keys list says which there are`);
    return { json: revoked, text: `Revoked ${id}.` };
  }
  const { keys } = await server.ask((client) => client.keys.list.query());
  const rows = keys.map((key) => [key.id, key.scope, key.environment ?? 'every', key.createdAt, key.name]);
  return {
    json: { keys },
    text: textTable([['Id', 'Scope', 'Environment', 'Made', 'Name'], ...rows], [0, 1, 2, 3, 4]),
  };
}
