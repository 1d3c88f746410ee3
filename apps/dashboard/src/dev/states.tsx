import { TRPCError } from '@trpc/server';
import { createApp } from '../app.tsx';
import { setClock } from '../format/clock.ts';
import { fixtureLink, type World } from './fixture-router.ts';
import { FIXTURE_NOW } from './fixture-time.ts';
import { brokenPanel, crowded, emptied, fixtureWorld, staled } from './fixtures.ts';

/** `/dev/states/<state>/production/…` is the real dashboard over a server that is always in that state. */
const STATES: Readonly<Record<string, { says: string; world: () => World }>> = {
  ready: { says: 'A healthy server, one experiment per verdict', world: () => fixtureWorld() },
  loading: {
    says: 'No answer yet',
    world: () => fixtureWorld({ before: onlyInfo(() => new Promise(() => {})) }),
  },
  empty: { says: 'Nothing has been made yet', world: () => emptied(fixtureWorld()) },
  error: {
    says: 'The first answer is an error',
    world: () => fixtureWorld({ before: onlyInfo(() => fail()) }),
  },
  dimmed: {
    says: 'The first answer is good, every later one an error: old data stays',
    world: () => fixtureWorld({ before: onlyInfo((calls) => (calls > 1 ? fail() : undefined)) }),
  },
  stale: { says: 'The worker stopped 14 minutes ago', world: () => staled(fixtureWorld()) },
  offline: {
    says: 'The stream of changes cannot be opened',
    world: () => fixtureWorld({ before: async (path) => void (path === 'system.changes' && fail()) }),
  },
  forbidden: {
    says: 'A key that may see nothing here',
    world: () => fixtureWorld({ role: 'client', before: onlyInfo(() => forbid()) }),
  },
  readonly: { says: 'A key that may only read', world: () => fixtureWorld({ role: 'server' }) },
  partial: { says: 'One panel cannot be drawn', world: () => brokenPanel(fixtureWorld()) },
  conflict: { says: 'Somebody else is always quicker', world: () => quicker(fixtureWorld()) },
  crowded: { says: 'Two hundred flags', world: () => crowded(fixtureWorld()) },
  private: { says: 'Not a demo: the log-out button is there', world: () => fixtureWorld({ demo: false }) },
};

export function createStates() {
  setClock(FIXTURE_NOW);
  const name = location.pathname.split('/')[3] ?? '';
  const state = STATES[name];
  if (state === undefined) return <Index />;
  const world = state.world();
  return createApp({
    link: fixtureLink(world),
    basepath: `/dev/states/${name}`,
  });
}

function Index() {
  return (
    <main className="mx-auto grid max-w-3xl gap-4 p-6">
      <h1 className="text-[24px] font-[660]">States</h1>
      <ul className="grid gap-2">
        {Object.entries(STATES).map(([name, { says }]) => (
          <li key={name} className="panel flex flex-wrap items-baseline gap-x-4 gap-y-1 px-5 py-3">
            <span className="w-24 font-semibold">{name}</span>
            <span className="flex-1 text-ink-2">{says}</span>
            {['experiments', 'experiments/realtime_intelligence', 'flags', 'flags/realtime_intelligence'].map(
              (page) => (
                <a
                  key={page}
                  className="text-accent underline underline-offset-3"
                  href={`/dev/states/${name}/production/${page}`}
                >
                  {page.replace('realtime_intelligence', '…')}
                </a>
              ),
            )}
          </li>
        ))}
      </ul>
    </main>
  );
}

/** `system.info` always answers, so that the frame of the page is there. */
function onlyInfo(before: (calls: number) => unknown): World['before'] {
  return async (path, calls) => {
    if (path !== 'system.info') await before(calls);
  };
}

function fail(): never {
  throw new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: 'Redis does not answer.' });
}

function forbid(): never {
  throw new TRPCError({ code: 'FORBIDDEN', message: 'This key may not read here.' });
}

/** Just before each change another one arrives, so the version that was seen is old. */
function quicker(world: World): World {
  const { before } = world;
  return {
    ...world,
    before: async (path, calls) => {
      await before(path, calls);
      if (!path.startsWith('flags.update') && !path.startsWith('rollouts.')) return;
      for (const flag of world.flags.values()) {
        world.flags.set(flag.key, {
          ...flag,
          version: flag.version + 1,
          lists: {
            ...flag.lists,
            block: { ...flag.lists.block, users: [...flag.lists.block.users, `somebody-${calls}`] },
          },
        });
      }
    },
  };
}
