import { router } from './trpc.ts';
import { environmentsRouter } from './routers/environments.ts';
import { experimentsRouter } from './routers/experiments.ts';
import { flagsRouter } from './routers/flags.ts';
import { keysRouter } from './routers/keys.ts';
import { metricsRouter } from './routers/metrics.ts';
import { rolloutsRouter } from './routers/rollouts.ts';
import { systemRouter } from './routers/system.ts';

export const appRouter = router({
  environments: environmentsRouter,
  experiments: experimentsRouter,
  flags: flagsRouter,
  keys: keysRouter,
  metrics: metricsRouter,
  rollouts: rolloutsRouter,
  system: systemRouter,
});
export type AppRouter = typeof appRouter;
