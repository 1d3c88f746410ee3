import { initTRPC, TRPCError } from '@trpc/server';
import { z, ZodError } from 'zod';
import { environmentKeySchema } from '@liftgate/flags';
import { explain, StorageError, type KeyScope } from '@liftgate/storage';
import { mayUse, type Caller } from './auth.ts';
import type { Services } from './services.ts';
import { valueAt, withValue } from './shown-value.ts';

export interface Context {
  readonly services: Services;
  readonly caller: Caller | null;
  /** Why it is not known who is calling: the store did not answer. */
  readonly authenticationProblem?: unknown;
  readonly requestId: string;
}

/** What a CONFLICT answer carries. */
export interface Conflict {
  readonly expectedVersion: number;
  readonly currentVersion: number | null;
}

/** A mutation that came too late: somebody else changed the object first. */
export class ConflictError extends Error {
  readonly conflict: Conflict;

  constructor(message: string, conflict: Conflict) {
    super(message);
    this.name = 'ConflictError';
    this.conflict = conflict;
  }
}

const t = initTRPC.context<Context>().create({
  isDev: false,
  allowOutsideOfServer: false,
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 30_000 } },
  errorFormatter({ shape, error, ctx, input }) {
    const { cause } = error;
    return {
      ...shape,
      // What went wrong inside stays inside; the request id finds it in the log.
      message: error.code === 'INTERNAL_SERVER_ERROR' ? 'internal error' : messageOf(error, input),
      data: {
        code: shape.data.code,
        httpStatus: shape.data.httpStatus,
        path: shape.data.path,
        requestId: ctx?.requestId ?? null,
        fields: cause instanceof ZodError ? z.treeifyError(cause) : null,
        conflict: cause instanceof ConflictError ? cause.conflict : null,
      },
    };
  },
});

/** Larger ones are refused before they are read whole. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

function messageOf({ code, message, cause }: TRPCError, input: unknown): string {
  if (code === 'PAYLOAD_TOO_LARGE') return `body: must hold at most ${MAX_BODY_BYTES / 1024 / 1024} MB`;
  // In the body or the URL: nothing else is parsed as JSON before a procedure runs.
  if (code === 'PARSE_ERROR' || cause instanceof SyntaxError) return `input: is no JSON (${message})`;
  if (!(cause instanceof ZodError)) return message;
  return cause.issues
    .map((issue) => `${issue.path.map(String).join('.') || 'input'}: ${issueText(issue, input)}`)
    .join('; ');
}

function issueText({ code, message, path }: ZodError['issues'][number], input: unknown): string {
  const value = valueAt(path, input);
  // A key too many is named already; what is not in the input was put together from it.
  return code === 'unrecognized_keys' || value === undefined ? message : withValue(message, value);
}

export const router = t.router;

/** Turns what the floors below throw into the answer a client can act on. */
const base = t.procedure.use(async ({ next }) => {
  const result = await next();
  if (result.ok || result.error.code !== 'INTERNAL_SERVER_ERROR') return result;
  const { cause } = result.error;
  if (cause instanceof ZodError) throw new TRPCError({ code: 'BAD_REQUEST', cause });
  if (cause instanceof ConflictError)
    throw new TRPCError({ code: 'CONFLICT', message: cause.message, cause });
  const storage = storageProblem(cause);
  if (storage?.code === 'broken_object')
    throw new TRPCError({ code: 'PRECONDITION_FAILED', message: storage.message, cause: storage });
  if (storage !== null)
    throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message: storage.message, cause: storage });
  return result;
});

function storageProblem(cause: unknown): StorageError | null {
  const explained = explain(cause);
  return explained.code === 'failed' ? null : explained;
}

/** For everybody with any key. */
export const anyone = base.use(({ ctx, next }) => {
  if (ctx.authenticationProblem !== undefined) throw ctx.authenticationProblem;
  if (ctx.caller === null) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'an API key is needed' });
  return next({ ctx: { ...ctx, caller: ctx.caller } });
});

/** What every procedure of an environment is given. Each one's own input extends it and refuses other keys. */
export const environmentInput = z.strictObject({ environment: environmentKeySchema });
const inEnvironment = z.object(environmentInput.shape);

function withScope(scope: KeyScope) {
  return anyone.input(inEnvironment).use(async ({ ctx, input, next }) => {
    if (!mayUse(ctx.caller, scope, input.environment)) {
      throw new TRPCError({
        code: 'FORBIDDEN',
        message: `needs a key of scope ${scope} for ${input.environment}; this one is ${ctx.caller.scope} for ${ctx.caller.environment ?? 'every environment'}`,
      });
    }
    const watch = await ctx.services.environments.watch(input.environment);
    if (watch === null)
      throw new TRPCError({ code: 'NOT_FOUND', message: `no environment "${input.environment}"` });
    return next({ ctx: { ...ctx, watch } });
  });
}

/** Reads of one environment. */
export const reading = withScope('client');
/** Sending events. */
export const sending = withScope('server');
/** Changes of one environment. */
export const changing = withScope('admin');
