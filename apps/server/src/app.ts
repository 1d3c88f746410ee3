import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import compression from 'compression';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { explain, liveWorkers } from '@liftgate/storage';
import { foreignOrigin } from './auth.ts';
import { eventsRoute } from './events-route.ts';
import { handleError, sendError } from './http-error.ts';
import { appRouter } from './router.ts';
import type { Services } from './services.ts';
import { sessionRoute } from './session-route.ts';
import { MAX_BODY_BYTES, type Context } from './trpc.ts';

const MAX_BATCH = 20;

/** The HTTP face: tRPC, events, health, and the dashboard's files when there are any. */
export function createApp(services: Services, dashboardDir: string | undefined): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          baseUri: ["'none'"],
          objectSrc: ["'none'"],
          frameAncestors: ["'none'"],
          formAction: ["'self'"],
          imgSrc: ["'self'", 'data:'],
        },
      },
      strictTransportSecurity: false,
    }),
  );
  app.use((request, response, next) => {
    const problem = foreignOrigin(request, services.demo);
    if (problem === null) return next();
    return sendError(response, 403, 'forbidden', problem);
  });
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    const problems = await readinessProblems(services);
    response
      .status(problems.length === 0 ? 200 : 503)
      .json({ status: problems.length === 0 ? 'ready' : 'not_ready', problems });
  });
  app.use(eventsRoute(services));
  app.use(sessionRoute(services));
  app.use(
    '/trpc',
    createExpressMiddleware({
      router: appRouter,
      allowMethodOverride: true,
      maxBodySize: MAX_BODY_BYTES,
      maxBatchSize: MAX_BATCH,
      createContext: async ({ req }): Promise<Context> => {
        const requestId = randomUUID();
        try {
          return { services, caller: await services.authenticate(req), requestId };
        } catch (error) {
          // Thrown here it would be answered as a bug; the procedure knows what it means.
          return { services, caller: null, authenticationProblem: error, requestId };
        }
      },
      responseMeta: ({ errors }) =>
        errors.some((error) => error.code === 'SERVICE_UNAVAILABLE')
          ? { headers: new Headers([['retry-after', '1']]) }
          : {},
      onError({ error, path, ctx }) {
        if (error.code === 'INTERNAL_SERVER_ERROR')
          console.error(`${ctx?.requestId ?? '-'} ${path ?? '-'}:`, error.cause ?? error);
      },
    }),
  );
  if (dashboardDir !== undefined && existsSync(dashboardDir)) serveDashboard(app, dashboardDir);
  app.use((_request, response) => sendError(response, 404, 'not_found', 'nothing here'));
  app.use(handleError);
  return app;
}

async function readinessProblems({ redis, installation }: Services): Promise<string[]> {
  try {
    await redis.ping();
    const workers = await liveWorkers(redis, installation.keys);
    return workers.length === 0
      ? ['no worker has been seen: events are stored, but not counted until one runs']
      : [];
  } catch (error) {
    return [explain(error).message];
  }
}

/** Hashed files for ever, the page itself never; every other path is the page, which routes by itself. */
function serveDashboard(app: Express, directory: string): void {
  // Files only: an event stream must not wait in a compressor.
  app.use(compression());
  app.use(
    '/assets',
    express.static(join(directory, 'assets'), { immutable: true, maxAge: '365d', fallthrough: false }),
  );
  app.use(express.static(directory, { index: false }));
  app.get(/^\/(?!trpc|v1|ofrep|session|assets).*/, (request, response, next) => {
    if (!request.accepts('html')) return next();
    response.setHeader('cache-control', 'no-cache');
    return response.sendFile(join(directory, 'index.html'));
  });
}
