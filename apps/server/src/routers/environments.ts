import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { environmentKeySchema } from '@liftgate/flags';
import { mayUse } from '../auth.ts';
import { anyone, router } from '../trpc.ts';

export const environmentsRouter = router({
  /** Makes an environment; making it twice changes nothing. */
  create: anyone
    .input(z.object({ key: environmentKeySchema }))
    .mutation(async ({ ctx, input }): Promise<{ key: string }> => {
      if (!mayUse(ctx.caller, 'admin') || ctx.caller.environment !== null) {
        throw new TRPCError({ code: 'FORBIDDEN', message: 'needs an admin key for every environment' });
      }
      await ctx.services.store.addEnvironment(input.key);
      return { key: input.key };
    }),
});
