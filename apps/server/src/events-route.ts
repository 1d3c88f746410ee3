import express, { Router, type Request, type RequestHandler, type Response } from 'express';
import { ENVIRONMENT_KEY, FLAG_KEY } from '@liftgate/flags';
import { explain } from '@liftgate/storage';
import { mayUse, type Caller } from './auth.ts';
import { DEFAULT_ENVIRONMENT } from './environments.ts';
import type { Services } from './services.ts';
import { sendError, sendStorageError } from './http-error.ts';

const MAX_BODY_BYTES = 5 * 1024 * 1024;
const MAX_EVENTS = 10_000;
const MAX_DEPTH = 16;
/** Another encoding would make different ids look the same. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * `POST /v1/events`: a JSON array or NDJSON of events, gzip accepted. The good events of a batch are stored before the
 * answer, the bad ones are listed by position with the field and the reason: 200 when all are good, 207 when some are,
 * 400 when none is. Sending the same events again is harmless: they have ids.
 */
export function eventsRoute(services: Services): Router {
  const router = Router();
  const readBody: RequestHandler = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: true });
  // First who is asking, then the body: strangers do not fill the memory.
  router.post('/v1/events', async (request, response, next) => {
    const caller = await services.authenticate(request);
    if (caller === null)
      return sendError(response, 401, 'unauthorized', 'an API key of scope server is needed');
    const target = await targetOf(request, caller, services);
    if ('problem' in target) return sendError(response, target.status, target.code, target.problem);
    return readBody(request, response, (error?: unknown) => {
      if (error !== undefined) return next(error);
      const parsed = parseBody(request);
      if ('problem' in parsed) return sendError(response, parsed.status, parsed.code, parsed.problem);
      return void recordAndAnswer(services, parsed.items, target, response);
    });
  });
  router.all('/v1/events', (_request, response) => {
    response.setHeader('allow', 'POST');
    sendError(response, 405, 'method_not_allowed', 'use POST');
  });
  return router;
}

interface Target {
  readonly environment: string;
  readonly source: string;
}
interface Problem {
  readonly status: number;
  readonly code: string;
  readonly problem: string;
}

async function recordAndAnswer(
  services: Services,
  items: readonly unknown[],
  target: Target,
  response: Response,
): Promise<void> {
  try {
    const recorded = await services.record(items, target.environment, target.source);
    if (recorded === null)
      return sendError(response, 404, 'unknown_environment', `no environment "${target.environment}"`);
    const { accepted, refused } = recorded;
    const status = refused.length === 0 ? 200 : accepted > 0 ? 207 : 400;
    response.status(status).json({ accepted, rejected: refused });
  } catch (error) {
    sendStorageError(response, explain(error));
  }
}

async function targetOf(request: Request, caller: Caller, services: Services): Promise<Target | Problem> {
  const environment = request.get('x-liftgate-environment') ?? caller.environment ?? DEFAULT_ENVIRONMENT;
  if (!ENVIRONMENT_KEY.test(environment)) {
    return {
      status: 400,
      code: 'invalid',
      problem: `x-liftgate-environment: not an environment key, got ${JSON.stringify(environment.slice(0, 80))}`,
    };
  }
  if (!mayUse(caller, 'server', environment)) {
    return {
      status: 403,
      code: 'forbidden',
      problem: `needs a key of scope server for ${environment}; this one is ${caller.scope} for ${caller.environment ?? 'every environment'}`,
    };
  }
  const source = request.get('x-liftgate-source') ?? 'http';
  if (source === 'http') return { environment, source };
  const flag = source.startsWith('replay:') ? source.slice('replay:'.length) : '';
  if (FLAG_KEY.test(flag)) {
    const watch = await services.environments.watch(environment);
    const known = watch?.current().flag.has(flag) || (await watch?.refresh())?.flag.has(flag);
    if (known === true) return { environment, source };
  }
  return {
    status: 400,
    code: 'invalid',
    problem: `x-liftgate-source: must be "http" or "replay:" and a flag of ${environment}, got ${JSON.stringify(source.slice(0, 140))}`,
  };
}

function parseBody(request: Request): { readonly items: readonly unknown[] } | Problem {
  let text: string;
  try {
    text = Buffer.isBuffer(request.body) ? UTF8.decode(request.body) : '';
  } catch {
    return { status: 400, code: 'invalid', problem: 'body: must be UTF-8' };
  }
  const type = (request.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-ndjson' || type === 'application/ndjson')
    return limited(
      text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map(parseLine),
    );
  if (type !== 'application/json') {
    return {
      status: 415,
      code: 'unsupported_media_type',
      problem: `content-type: must be application/json or application/x-ndjson, got ${JSON.stringify(type)}`,
    };
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    return {
      status: 400,
      code: 'malformed_json',
      problem: `body: ${error instanceof Error ? error.message : 'not JSON'}`,
    };
  }
  if (!Array.isArray(body))
    return { status: 400, code: 'invalid', problem: 'body: must be a JSON array of events' };
  return limited(body);
}

function limited(items: readonly unknown[]): { readonly items: readonly unknown[] } | Problem {
  if (items.length > MAX_EVENTS) {
    return {
      status: 413,
      code: 'too_many_events',
      problem: `body: must hold at most ${MAX_EVENTS} events, got ${items.length}`,
    };
  }
  return { items: items.map((item) => (deeperThan(item, MAX_DEPTH) ? 'nested too deeply' : item)) };
}

/** A line that is not JSON becomes an event that cannot be valid, so that it is refused by its position. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line.slice(0, 200);
  }
}

function deeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((one) => deeperThan(one, levels - 1));
}
