import { unstable_localLink, type TRPCLink } from '@trpc/client';
import { TRPCError, initTRPC, tracked, type AnyRouter, type inferRouterOutputs } from '@trpc/server';
import {
  changeFlag,
  createFlag,
  type Flag,
  type FlagChange,
  type NewFlag,
  type Stage,
} from '@liftgate/flags';
import type { Experiment, ExperimentResult, Verdict } from '@liftgate/rollout';
import type { AppRouter, Change, SystemHealth } from '@liftgate/server';
import type { Metric } from '@liftgate/stats';

/**
 * The server's contract, served from memory: `/dev/states` and the browser tests run the real pages against it, in
 * states that a healthy server does not show on request.
 */
export interface Item {
  readonly flag: Flag;
  readonly experiment: Experiment;
  readonly result: ExperimentResult | null;
  readonly verdict: Verdict;
}

export interface World {
  readonly flags: Map<string, Flag>;
  readonly items: Map<string, Item>;
  readonly metrics: readonly Metric[];
  readonly changes: EventTarget;
  readonly role: 'admin' | 'server' | 'client';
  readonly health: SystemHealth;
  readonly demo: boolean;
  readonly now: () => Date;
  /** Runs before each answer: waits, throws, or lets it pass. */
  readonly before: (path: string, calls: number) => Promise<void>;
  readonly calls: Map<string, number>;
  version: number;
}

class ConflictCause extends Error {
  readonly currentVersion: number;
  readonly expectedVersion: number;
  constructor(currentVersion: number, expectedVersion: number) {
    super('conflict');
    this.currentVersion = currentVersion;
    this.expectedVersion = expectedVersion;
  }
}

const t = initTRPC.context<World>().create({
  isDev: false,
  // It runs in the browser, in /dev/states.
  allowOutsideOfServer: true,
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    data: {
      ...shape.data,
      requestId: 'req_7f3a91c2',
      ...(error.cause instanceof ConflictCause
        ? {
            conflict: {
              currentVersion: error.cause.currentVersion,
              expectedVersion: error.cause.expectedVersion,
            },
          }
        : {}),
    },
  }),
});

const procedure = t.procedure.use(async ({ ctx, path, next }) => {
  const calls = (ctx.calls.get(path) ?? 0) + 1;
  ctx.calls.set(path, calls);
  await ctx.before(path, calls);
  return next();
});
const write = procedure.use(({ ctx, next }) => {
  if (ctx.role !== 'admin') throw new TRPCError({ code: 'FORBIDDEN', message: 'This key may only read.' });
  return next();
});

interface InEnvironment {
  environment: string;
}
const as =
  <T>() =>
  (value: unknown): T =>
    value as T;

export const fixtureRouter = t.router({
  flags: t.router({
    list: procedure.input(as<InEnvironment>()).query(({ ctx }) => ({
      flags: [...ctx.flags.values()],
      version: ctx.version,
    })),
    get: procedure
      .input(as<InEnvironment & { key: string }>())
      .query(({ ctx, input }) => flagOf(ctx, input.key)),
    create: write.input(as<NewFlag>()).mutation(({ ctx, input }) => {
      if (ctx.flags.has(input.key)) {
        throw new TRPCError({ code: 'BAD_REQUEST', message: `There is already a flag "${input.key}".` });
      }
      const flag = createFlag(input, ctx.now());
      return store(ctx, flag);
    }),
    update: write
      .input(as<InEnvironment & { key: string; expectedVersion: number; change: FlagChange }>())
      .mutation(({ ctx, input }) =>
        store(ctx, nextVersion(ctx, input.key, input.expectedVersion, input.change)),
      ),
  }),
  rollouts: t.router({
    setStage: write
      .input(as<InEnvironment & { flag: string; stage: Stage; expectedVersion: number; reason?: string }>())
      .mutation(({ ctx, input }) => {
        return store(ctx, nextVersion(ctx, input.flag, input.expectedVersion, { stage: input.stage }));
      }),
  }),
  experiments: t.router({
    list: procedure.input(as<InEnvironment>()).query(({ ctx }) => ({ experiments: [...ctx.items.values()] })),
    get: procedure.input(as<InEnvironment & { flag: string }>()).query(({ ctx, input }): Item => {
      const item = ctx.items.get(input.flag);
      if (item === undefined)
        throw new TRPCError({ code: 'NOT_FOUND', message: `No experiment "${input.flag}".` });
      return item;
    }),
  }),
  metrics: t.router({
    list: procedure.input(as<InEnvironment>()).query(({ ctx }) => ({ metrics: ctx.metrics })),
  }),
  system: t.router({
    info: procedure.query(({ ctx }) => ({
      demo: ctx.demo,
      version: '0.1.0',
      environments: [
        { key: 'production', name: 'Production', demo: false },
        { key: 'staging', name: 'Staging', demo: false },
      ],
      defaultEnvironment: 'production',
      role: ctx.role,
    })),
    health: procedure.input(as<InEnvironment>()).query(({ ctx }): SystemHealth => ctx.health),
    changes: t.procedure
      .input(as<InEnvironment & { lastEventId?: string | null }>())
      .subscription(async function* ({ ctx, signal }) {
        await unhurried(ctx.before('system.changes', 1));
        const queue: Change[] = [];
        let wake: (() => void) | undefined;
        const onChange = (event: Event) => {
          queue.push((event as CustomEvent<Change>).detail);
          wake?.();
        };
        ctx.changes.addEventListener('change', onChange);
        try {
          for (;;) {
            if (signal?.aborted === true) return;
            const change = queue.shift();
            if (change === undefined) {
              await new Promise<void>((resolve) => {
                wake = resolve;
                signal?.addEventListener('abort', () => resolve(), { once: true });
              });
            } else {
              yield tracked(String(change.version), change);
            }
          }
        } finally {
          ctx.changes.removeEventListener('change', onChange);
        }
      }),
  }),
});

type Outputs<Router extends AnyRouter> = inferRouterOutputs<Router>;

/** A link that answers from the world. What it answers must be what the server would have answered. */
export function fixtureLink(world: World): TRPCLink<AppRouter> {
  return unstable_localLink({ router: fixtureRouter, createContext: async () => world });
}

/** Does not compile when the fixtures stop being what the server sends. */
export type FixturesFit = Fits<
  Outputs<typeof fixtureRouter>['flags'],
  Pick<Outputs<AppRouter>['flags'], 'list' | 'get' | 'create' | 'update'>
> &
  Fits<Outputs<typeof fixtureRouter>['rollouts'], Pick<Outputs<AppRouter>['rollouts'], 'setStage'>> &
  Fits<
    Outputs<typeof fixtureRouter>['experiments'],
    Pick<Outputs<AppRouter>['experiments'], 'list' | 'get'>
  > &
  Fits<
    Outputs<typeof fixtureRouter>['system'],
    Pick<Outputs<AppRouter>['system'], 'info' | 'health' | 'changes'>
  >;
type Fits<Given extends Wanted, Wanted> = Given;

/** A refused stream is asked for again at once; over the network that takes a moment, here it would never end. */
async function unhurried(opening: Promise<void>): Promise<void> {
  try {
    await opening;
  } catch (error) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    throw error;
  }
}

function flagOf(world: World, key: string): Flag {
  const flag = world.flags.get(key);
  if (flag === undefined) throw new TRPCError({ code: 'NOT_FOUND', message: `No flag "${key}".` });
  return flag;
}

function nextVersion(world: World, key: string, expectedVersion: number, change: FlagChange): Flag {
  const flag = flagOf(world, key);
  if (flag.version !== expectedVersion) {
    throw new TRPCError({
      code: 'CONFLICT',
      message: `"${key}" is at version ${flag.version}, not ${expectedVersion}.`,
      cause: new ConflictCause(flag.version, expectedVersion),
    });
  }
  return changeFlag(flag, change, world.now());
}

function store(world: World, flag: Flag): Flag {
  world.flags.set(flag.key, flag);
  const item = world.items.get(flag.key);
  if (item !== undefined) world.items.set(flag.key, { ...item, flag });
  world.version += 1;
  const detail: Change = {
    kind: 'flag',
    environment: flag.environment,
    key: flag.key,
    version: world.version,
  };
  world.changes.dispatchEvent(new CustomEvent('change', { detail }));
  return flag;
}
