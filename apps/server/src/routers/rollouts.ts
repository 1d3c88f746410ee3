import { z } from 'zod';
import { flagKeySchema, STAGE_SHARE, STAGES, type Flag, type Stage } from '@liftgate/flags';
import { changing, environmentInput, reading, router } from '../trpc.ts';
import { expectedVersionSchema, updateFlag } from './flags.ts';

export const rolloutsRouter = router({
  stages: reading
    .input(environmentInput)
    .query((): { stage: Stage; share: number }[] =>
      STAGES.map((stage) => ({ stage, share: STAGE_SHARE[stage] })),
    ),

  setStage: changing
    .input(
      environmentInput.extend({
        flag: flagKeySchema,
        stage: z.enum(STAGES),
        expectedVersion: expectedVersionSchema,
        reason: z.string().max(1_000).optional(),
      }),
    )
    .mutation(({ ctx, input }): Promise<Flag> => {
      const { environment, flag, expectedVersion, stage, reason } = input;
      const author = { by: ctx.caller.name, ...(reason === undefined ? {} : { reason }) };
      return updateFlag(ctx.services, { environment, key: flag, expectedVersion }, { stage }, author);
    }),
});
