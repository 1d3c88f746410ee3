import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import {
  changeFlag,
  createFlag,
  evaluate,
  flagChangeSchema,
  flagKeySchema,
  newFlagSchema,
  type Author,
  type Evaluation,
  type Flag,
  type FlagChange,
} from '@liftgate/flags';
import type { Services } from '../services.ts';
import { changing, ConflictError, environmentInput, reading, router } from '../trpc.ts';

const flagRef = environmentInput.extend({ key: flagKeySchema });
/** The version the change was made against: another one in the store is a conflict. */
export const expectedVersionSchema = z.int().positive();

export const flagsRouter = router({
  list: reading
    .input(environmentInput)
    .query(async ({ ctx }): Promise<{ flags: Flag[]; version: number }> => {
      const snapshot = await ctx.watch.refresh();
      const flags = [...snapshot.flag.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
      return { flags, version: snapshot.stamp.number };
    }),

  get: reading
    .input(flagRef)
    .query(({ ctx, input }): Promise<Flag> => requireFlag(ctx.services, input.environment, input.key)),

  create: changing.input(newFlagSchema).mutation(async ({ ctx, input }): Promise<Flag> => {
    const flag = createFlag(input, new Date());
    const put = await ctx.services.store.put('flag', input.environment, flag, 0);
    if (put.status === 'stored') return put.object;
    throw new ConflictError(`flag "${flag.key}" exists in ${input.environment} already`, {
      expectedVersion: 0,
      currentVersion: put.present?.version ?? null,
    });
  }),

  update: changing
    .input(
      flagRef.extend({
        expectedVersion: expectedVersionSchema,
        change: flagChangeSchema.omit({ stage: true }),
      }),
    )
    .mutation(({ ctx, input }): Promise<Flag> =>
      updateFlag(ctx.services, input, input.change, { by: ctx.caller.name }),
    ),

  /** What a context would get now; records nothing. */
  evaluate: reading
    .input(flagRef.extend({ context: z.record(z.string().max(256), z.json()) }))
    .query(async ({ ctx, input }): Promise<Evaluation> =>
      evaluate(await requireFlag(ctx.services, input.environment, input.key), input.context),
    ),
});

export async function requireFlag(services: Services, environment: string, key: string): Promise<Flag> {
  const flag = await services.store.get('flag', environment, key);
  if (flag === null)
    throw new TRPCError({ code: 'NOT_FOUND', message: `no flag "${key}" in ${environment}` });
  return flag;
}

/** Changes a flag by compare-and-set: made against another version than the stored one, it changes nothing. */
export async function updateFlag(
  services: Services,
  ref: { environment: string; key: string; expectedVersion: number },
  change: FlagChange,
  author: Author,
): Promise<Flag> {
  const flag = await requireFlag(services, ref.environment, ref.key);
  const conflict = (currentVersion: number | null) =>
    new ConflictError(
      `flag "${ref.key}" is at version ${currentVersion}, the change was made against ${ref.expectedVersion}`,
      {
        expectedVersion: ref.expectedVersion,
        currentVersion,
      },
    );
  if (flag.version !== ref.expectedVersion) throw conflict(flag.version);
  const next = changeFlag(flag, change, new Date(), author);
  if (next === flag) return flag;
  const put = await services.store.put('flag', ref.environment, next, ref.expectedVersion);
  if (put.status === 'conflict') throw conflict(put.present?.version ?? null);
  return put.object;
}
