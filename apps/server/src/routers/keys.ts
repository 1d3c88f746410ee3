import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { environmentKeySchema } from '@liftgate/flags';
import { createApiKey, KEY_SCOPES, listApiKeys, revokeApiKey, type ListedApiKey } from '@liftgate/storage';
import { mayUse, type Caller } from '../auth.ts';
import { anyone, router } from '../trpc.ts';

/** API keys. Whoever administers one environment sees and makes the keys of that one only. */
export const keysRouter = router({
  list: anyone.query(async ({ ctx }): Promise<{ keys: ListedApiKey[] }> => {
    requireAdmin(ctx.caller, ctx.caller.environment);
    const { redis, installation } = ctx.services;
    const keys = await listApiKeys(redis, installation.keys);
    return { keys: keys.filter(({ environment }) => reaches(ctx.caller, environment)) };
  }),

  /** Makes a key. Its secret is in this answer and nowhere else. */
  create: anyone
    .input(
      z.strictObject({
        name: z.string().min(1).max(200),
        scope: z.enum(KEY_SCOPES),
        /** Null: for every environment. */
        environment: environmentKeySchema.nullable(),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<{ secret: string; key: ListedApiKey }> => {
      requireAdmin(ctx.caller, input.environment);
      const { redis, installation, environments } = ctx.services;
      if (input.environment !== null && !(await environments.list()).includes(input.environment)) {
        throw new TRPCError({
          code: 'BAD_REQUEST',
          message: `environment: there is no environment "${input.environment}"`,
        });
      }
      return createApiKey(redis, installation.keys, input, new Date());
    }),

  /** Ends a key; from the next request on nobody gets in with it. */
  revoke: anyone
    .input(z.strictObject({ id: z.string().min(1).max(64) }))
    .mutation(async ({ ctx, input }): Promise<{ id: string }> => {
      requireAdmin(ctx.caller, ctx.caller.environment);
      const { redis, installation } = ctx.services;
      const keys = await listApiKeys(redis, installation.keys);
      const key = keys.find(({ id, environment }) => id === input.id && reaches(ctx.caller, environment));
      if (key === undefined) throw new TRPCError({ code: 'NOT_FOUND', message: `no key "${input.id}"` });
      const everywhere = keys.filter(({ scope, environment }) => scope === 'admin' && environment === null);
      if (everywhere.length === 1 && everywhere[0]?.id === key.id) {
        throw new TRPCError({
          code: 'BAD_REQUEST',
          message: `id: "${input.id}" is the last admin key for every environment; make another one first`,
        });
      }
      await revokeApiKey(redis, installation.keys, key.id);
      return { id: key.id };
    }),
});

function reaches(caller: Caller, environment: string | null): boolean {
  return caller.environment === null || caller.environment === environment;
}

function requireAdmin(caller: Caller, environment: string | null): void {
  if (mayUse(caller, 'admin') && reaches(caller, environment)) return;
  throw new TRPCError({
    code: 'FORBIDDEN',
    message: `needs an admin key for ${environment ?? 'every environment'}; this one is ${caller.scope} for ${caller.environment ?? 'every environment'}`,
  });
}
