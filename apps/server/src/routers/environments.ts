import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { environmentKeySchema } from '@liftgate/flags';
import { mayUse } from '../auth.ts';
import { anyone, router } from '../trpc.ts';

/** Every process watches each of them. */
const MAX_ENVIRONMENTS = 100;

export const environmentsRouter = router({
  /** Makes an environment; making it twice changes nothing. */
  create: anyone
    .input(z.strictObject({ key: environmentKeySchema }))
    .mutation(async ({ ctx, input }): Promise<{ key: string }> => {
      if (!mayUse(ctx.caller, 'admin') || ctx.caller.environment !== null) {
        throw new TRPCError({ code: 'FORBIDDEN', message: 'needs an admin key for every environment' });
      }
      const present = await ctx.services.environments.list();
      if (!present.includes(input.key) && present.length >= MAX_ENVIRONMENTS) {
        throw new TRPCError({
          code: 'BAD_REQUEST',
          message: `key: there are ${present.length} environments already, and at most ${MAX_ENVIRONMENTS} are kept`,
        });
      }
      await ctx.services.store.addEnvironment(input.key);
      return { key: input.key };
    }),
});
