import { setTimeout as sleep } from 'node:timers/promises';
import { TRPCClientError } from '@trpc/client';
import { createLiftgateClient, type LiftgateClient } from '@liftgate/server/client';
import { Failure } from './failure.ts';

export interface ServerOptions {
  readonly url: string;
  readonly key: string | undefined;
}

/** A Liftgate server; what goes wrong there becomes words and an exit code. */
export interface Server {
  readonly url: string;
  /** One call. Throws a Failure. */
  ask<T>(question: (client: LiftgateClient) => Promise<T>): Promise<T>;
  /** The same, but null where the thing asked for does not exist. */
  find<T>(question: (client: LiftgateClient) => Promise<T>): Promise<T | null>;
}

/** A server that has answered before is waited for: it may be starting anew. */
const ATTEMPTS = { first: 2, later: 9 };
const FIRST_PAUSE_MS = 100;

export function openServer({ url, key }: ServerOptions): Server {
  const client = createLiftgateClient({ url, key });
  let attempts = ATTEMPTS.first;
  const find = async <T>(question: (client: LiftgateClient) => Promise<T>): Promise<T | null> => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await question(client);
        attempts = ATTEMPTS.later;
        return answer;
      } catch (error) {
        if (!(error instanceof TRPCClientError)) throw error;
        const code = codeOf(error);
        if (code === 'NOT_FOUND') return notThere(error.message);
        const passing = code === undefined || code === 'SERVICE_UNAVAILABLE' || code === 'TOO_MANY_REQUESTS';
        if (!passing || attempt >= attempts) throw failureOf(error, code, url);
        await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  };
  return {
    url,
    find,
    async ask(question) {
      const answer = await find(question);
      if (answer === null)
        throw new Failure('server', `${url} does not know this. Is its version the same as ours?`);
      return answer;
    },
  };
}

/** An unknown environment is a mistake of the caller; an unknown flag or metric just is not there yet. */
function notThere(message: string): null {
  if (message.startsWith('no environment')) {
    throw new Failure('usage', `--environment: there is ${message}.`);
  }
  return null;
}

/** The server's code; undefined when no server answered. */
function codeOf(error: TRPCClientError<never>): string | undefined {
  const data: unknown = error.data;
  if (typeof data !== 'object' || data === null || !('code' in data)) return undefined;
  return String(data.code);
}

function failureOf(error: Error, code: string | undefined, url: string): Failure {
  if (code === 'UNAUTHORIZED')
    return new Failure('server', `${url} wants an API key: give --key or set LIFTGATE_KEY.`);
  if (code === 'FORBIDDEN') return new Failure('server', `--key: ${error.message}`);
  if (code === 'CONFLICT') return new Failure('conflict', error.message);
  if (code === undefined) return unreachable(url, error);
  return new Failure('server', `${url} answers: ${error.message}`);
}

export function unreachable(url: string, error: unknown): Failure {
  return new Failure(
    'server',
    `No Liftgate server answers at ${url} (${causeOf(error)}). Start one with npm start, or give --url.`,
  );
}

/** fetch says "fetch failed" and keeps what happened in its cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause === undefined || error.cause === error ? null : causeOf(error.cause);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return inner ?? code ?? error.message;
}
