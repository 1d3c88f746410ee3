import { z } from 'zod';
import { environmentKeySchema } from '@liftgate/flags';
import type { Backend } from './backend.ts';
import { redisBackend } from './redis-backend.ts';

export interface LiftgateProviderOptions {
  /** `redis://user:password@host:6379` of the installation. */
  readonly redisUrl?: string | undefined;
  /** Default `production`. */
  readonly environment?: string | undefined;
  /** The prefix of the installation's keys; default `liftgate`. */
  readonly prefix?: string | undefined;
  /** `initialize` fails after this long without flags (and goes on trying in the background); default 5000. */
  readonly initTimeoutMs?: number | undefined;
  /** The provider is in error when changes have not arrived for this long; default 5000. */
  readonly errorAfterMs?: number | undefined;
  /** `onClose` gives unsent events this long; default 2000. */
  readonly closeTimeoutMs?: number | undefined;
  /** `auto` (default): every evaluation that is part of an experiment; `manual`: `expose()` only; `off`: never. */
  readonly exposures?: 'auto' | 'manual' | 'off' | undefined;
  /** So many units are remembered as exposed, at least half of them at any time; default 100,000. */
  readonly exposureMemory?: number | undefined;
  /** Events that wait at most; beyond, the oldest is dropped and counted. Default 10,000. */
  readonly bufferLimit?: number | undefined;
  /** Bytes that waiting events take at most, estimated; default 8 MiB. */
  readonly bufferBytes?: number | undefined;
  /** An event waits at most this long for others to be sent with; default 20. */
  readonly lingerMs?: number | undefined;
  /** Events sent at once at most; default 500. */
  readonly batchSize?: number | undefined;
  /** Events that Redis has taken are kept this long, to send them again should it crash and forget them; default 5000. */
  readonly retainMs?: number | undefined;
  /** In place of Redis. */
  readonly backend?: (() => Backend) | undefined;
}

const milliseconds = z.number().min(0).max(86_400_000);
const optionsSchema = z.strictObject({
  redisUrl: z
    .string()
    .regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://')
    .optional(),
  environment: environmentKeySchema.default('production'),
  prefix: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[^{}\s]+$/, 'must not hold braces or spaces')
    .default('liftgate'),
  initTimeoutMs: milliseconds.default(5_000),
  errorAfterMs: milliseconds.default(5_000),
  closeTimeoutMs: milliseconds.default(2_000),
  exposures: z.enum(['auto', 'manual', 'off']).default('auto'),
  exposureMemory: z.int().min(2).max(10_000_000).default(100_000),
  bufferLimit: z.int().min(1).max(10_000_000).default(10_000),
  bufferBytes: z
    .int()
    .min(1_000)
    .default(8 * 1024 * 1024),
  lingerMs: milliseconds.default(20),
  batchSize: z.int().min(1).max(10_000).default(500),
  retainMs: milliseconds.default(5_000),
  backend: z.custom<() => Backend>((value) => typeof value === 'function', 'must be a function').optional(),
});

export type Options = Omit<z.output<typeof optionsSchema>, 'backend' | 'redisUrl'> & {
  readonly openBackend: () => Backend;
};

/** The options with everything filled in. Throws an error that names the option. */
export function parseOptions(input: LiftgateProviderOptions): Options {
  const parsed = optionsSchema.safeParse(input);
  if (!parsed.success) throw new TypeError(`LiftgateProvider: ${z.prettifyError(parsed.error)}`);
  const { backend, redisUrl, ...options } = parsed.data;
  if (backend !== undefined) return { ...options, openBackend: backend };
  if (redisUrl === undefined) throw new TypeError('LiftgateProvider: the option redisUrl is missing');
  const { environment, prefix, retainMs, bufferBytes } = options;
  return {
    ...options,
    openBackend: () =>
      redisBackend({ url: redisUrl, environment, prefix, retainMs, retainBytes: bufferBytes }),
  };
}
