import type { IncomingMessage } from 'node:http';
import type { Redis } from 'ioredis';
import { findApiKey, type ApiKey, type Installation, type KeyScope } from '@liftgate/storage';

/** Who is asking, and for which environment the key is good (null: all). */
export interface Caller {
  readonly name: string;
  readonly scope: KeyScope;
  readonly environment: string | null;
}

export const SESSION_COOKIE = 'liftgate_session';
const DEMO_CALLER: Caller = { name: 'demo', scope: 'admin', environment: null };
const RANK: Readonly<Record<KeyScope, number>> = { client: 0, server: 1, admin: 2 };

export type Authenticate = (request: IncomingMessage) => Promise<Caller | null>;

/** Finds the caller of a request: anybody in the loopback demo, else the owner of the key it carries. */
export function authenticator(redis: Redis, installation: Installation, demo: boolean): Authenticate {
  return async (request) => {
    if (demo) return DEMO_CALLER;
    const secret = secretOf(request);
    if (secret === null) return null;
    const key = await findApiKey(redis, installation.keys, secret);
    return key === null ? null : callerOf(key);
  };
}

function callerOf({ name, scope, environment }: ApiKey): Caller {
  return { name, scope, environment };
}

/** The key in `Authorization: Bearer`, `X-API-Key` or the session cookie. */
export function secretOf(request: IncomingMessage): string | null {
  const { authorization, cookie } = request.headers;
  const [, bearer] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  const header = request.headers['x-api-key'];
  if (typeof header === 'string') return header;
  const session = cookie?.split('; ').find((part) => part.startsWith(`${SESSION_COOKIE}=`));
  // A key is made of characters that a cookie holds as they are.
  return session === undefined ? null : session.slice(SESSION_COOKIE.length + 1);
}

export function mayUse(caller: Caller, scope: KeyScope, environment?: string): boolean {
  const inEnvironment =
    environment === undefined || caller.environment === null || caller.environment === environment;
  return RANK[caller.scope] >= RANK[scope] && inEnvironment;
}

/**
 * Another site's page may not use a browser that can reach us: a request with an Origin must come from our own, and in
 * the demo, which asks for no key, the Host must be a loopback name (else a rebound DNS name would do).
 */
export function foreignOrigin(request: IncomingMessage, demo: boolean): string | null {
  const host = request.headers.host ?? '';
  if (demo && !/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host))
    return `Host "${host}" is not the loopback`;
  const { origin } = request.headers;
  if (origin === undefined) return null;
  return hostOf(origin) === host ? null : `Origin "${origin}" is another site`;
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}
