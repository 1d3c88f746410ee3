import { TRPCClientError } from '@trpc/client';

/** What went wrong, in the kinds that a page answers differently. */
export type Problem =
  | {
      readonly kind: 'not_found' | 'unauthorized' | 'forbidden' | 'unreachable';
      readonly message: string;
      readonly requestId?: string;
    }
  | {
      readonly kind: 'invalid';
      readonly message: string;
      readonly fields: unknown;
      readonly requestId?: string;
    }
  | {
      readonly kind: 'conflict';
      readonly message: string;
      readonly currentVersion: number | null;
      readonly requestId?: string;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly requestId?: string };

interface ErrorData {
  readonly code?: string;
  readonly requestId?: string | null;
  readonly fields?: unknown;
  readonly conflict?: { readonly currentVersion?: number | null } | null;
}

export function problemOf(error: unknown): Problem {
  if (!(error instanceof TRPCClientError)) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  const data = error.data as ErrorData | null | undefined;
  // An answer that is not tRPC's (or none at all): the server is away, or something stands in front of it.
  if (data?.code === undefined) return { kind: 'unreachable', message: error.message };
  const id = data.requestId == null ? {} : { requestId: data.requestId };
  switch (data.code) {
    case 'NOT_FOUND':
      return { kind: 'not_found', message: error.message, ...id };
    case 'UNAUTHORIZED':
      return { kind: 'unauthorized', message: error.message, ...id };
    case 'FORBIDDEN':
      return { kind: 'forbidden', message: error.message, ...id };
    case 'BAD_REQUEST':
      return { kind: 'invalid', message: error.message, fields: data.fields, ...id };
    case 'CONFLICT':
      return {
        kind: 'conflict',
        message: error.message,
        currentVersion: data.conflict?.currentVersion ?? null,
        ...id,
      };
    default:
      return { kind: 'failed', message: error.message, ...id };
  }
}

/** The messages of zod's error tree for one field, `lists.allow.users` style. */
export function fieldMessages(fields: unknown, path: readonly string[]): readonly string[] {
  let node = fields as { errors?: unknown; properties?: Record<string, unknown> } | undefined;
  for (const part of path) node = node?.properties?.[part] as typeof node;
  if (!Array.isArray(node?.errors)) return [];
  return node.errors.filter((message): message is string => typeof message === 'string');
}
