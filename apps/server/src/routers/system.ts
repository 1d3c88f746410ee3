import { tracked } from '@trpc/server';
import { z } from 'zod';
import type { KeyScope } from '@liftgate/storage';
import {
  liveWorkers,
  readBalance,
  readProgress,
  serverInfo,
  type EnvironmentBalance,
  type Progress,
  type ServerInfo,
  type WorkerSeen,
} from '@liftgate/storage';
import { DEFAULT_ENVIRONMENT } from '../environments.ts';
import { changeFeed } from '../change-feed.ts';
import { anyone, environmentInput, reading, router } from '../trpc.ts';

export const VERSION = '0.1.0';

export interface SystemInfo {
  readonly version: string;
  readonly demo: boolean;
  readonly environments: readonly { readonly key: string; readonly name: string; readonly demo: boolean }[];
  readonly defaultEnvironment: string;
  readonly role: KeyScope;
}

export interface SystemHealth {
  readonly redis: ServerInfo & { readonly roundTripMs: number };
  readonly workers: readonly WorkerSeen[];
  readonly progress: Progress;
  readonly balance: EnvironmentBalance;
  /** Stored objects that cannot be read, with the reason. */
  readonly broken: readonly { readonly kind: string; readonly key: string; readonly message: string }[];
}

export const systemRouter = router({
  info: anyone.query(async ({ ctx }): Promise<SystemInfo> => {
    const { services, caller } = ctx;
    const all = await services.environments.list();
    const mine = caller.environment === null ? all : all.filter((key) => key === caller.environment);
    return {
      version: VERSION,
      demo: services.demo,
      environments: mine.map((key) => ({ key, name: nameOf(key), demo: key === 'demo' })),
      defaultEnvironment:
        services.demo && mine.includes('demo')
          ? 'demo'
          : (mine.find((key) => key === DEFAULT_ENVIRONMENT) ?? mine[0] ?? DEFAULT_ENVIRONMENT),
      role: caller.scope,
    };
  }),

  health: reading.input(environmentInput).query(async ({ ctx, input }): Promise<SystemHealth> => {
    const { redis, installation } = ctx.services;
    const started = performance.now();
    await redis.ping();
    const roundTripMs = performance.now() - started;
    const now = new Date();
    const [info, workers, progress, balance, snapshot] = await Promise.all([
      serverInfo(redis),
      liveWorkers(redis, installation.keys),
      readProgress(redis, installation, now),
      readBalance(redis, installation, input.environment),
      ctx.watch.refresh(),
    ]);
    return { redis: { ...info, roundTripMs }, workers, progress, balance, broken: snapshot.broken };
  }),

  /** Where the events of the environment ended: received = everything accounted for + unexplained (0). */
  balance: reading
    .input(environmentInput)
    .query(({ ctx, input }): Promise<EnvironmentBalance> =>
      readBalance(ctx.services.redis, ctx.services.installation, input.environment),
    ),

  /** How far the workers are behind the streams. */
  progress: anyone.query(({ ctx }): Promise<Progress> =>
    readProgress(ctx.services.redis, ctx.services.installation, new Date()),
  ),

  /** Every change in the environment, as it happens. After a reconnect the client reads again what it shows. */
  changes: reading
    // What a client adds when it connects again.
    .input(environmentInput.extend({ lastEventId: z.string().max(64).nullish() }))
    .subscription(async function* ({ ctx, input, signal }) {
      let sequence = 0;
      const until = signal ?? new AbortController().signal;
      for await (const change of changeFeed(ctx.services.changes, input.environment, until)) {
        yield tracked(`${Date.now()}-${sequence++}`, change);
      }
    }),
});

function nameOf(environment: string): string {
  return environment.charAt(0).toUpperCase() + environment.slice(1);
}
