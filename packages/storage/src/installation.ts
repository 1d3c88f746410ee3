import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { StorageError } from './connect.ts';
import { keysOf, type Keys } from './keys.ts';

/** What is fixed when an installation is made. */
export interface Installation {
  readonly keys: Keys;
  readonly partitions: number;
  /** Unit states per partition are spread over this many hashes. */
  readonly buckets: number;
  /** Unit ids are stored only as hashes keyed with this. */
  readonly unitSecret: string;
}

export const DEFAULT_PARTITIONS = 32;
const BUCKETS = 1_024;
const FIELDS = ['partitions', 'buckets', 'unitSecret'] as const;

/** Reads the installation, or makes it when Redis holds none. Throws when `partitions` differs from what it has. */
export async function openInstallation(
  redis: Redis,
  options: { readonly partitions?: number | undefined; readonly prefix?: string | undefined } = {},
): Promise<Installation> {
  const { prefix = 'liftgate' } = options;
  const key = keysOf(1, prefix).installation;
  // Read first: a Redis whose memory is full refuses writes, and the workers that empty it must start all the same.
  let stored = await redis.hmget(key, ...FIELDS);
  if (stored.includes(null)) {
    await redis.hsetnx(key, 'partitions', String(options.partitions ?? DEFAULT_PARTITIONS));
    await redis.hsetnx(key, 'buckets', String(BUCKETS));
    await redis.hsetnx(key, 'unitSecret', randomBytes(32).toString('base64url'));
    stored = await redis.hmget(key, ...FIELDS);
  }
  const [partitions, buckets, unitSecret] = stored;
  if (partitions == null || buckets == null || unitSecret == null) {
    throw new StorageError('failed', `the installation record ${key} is incomplete`);
  }
  if (options.partitions !== undefined && Number(partitions) !== options.partitions) {
    throw new StorageError(
      'partitions_differ',
      `this installation has ${partitions} partitions and was asked for ${options.partitions}: the number is fixed when it is made, so unset LIFTGATE_PARTITIONS or set it to ${partitions}`,
    );
  }
  return {
    keys: keysOf(Number(partitions), prefix),
    partitions: Number(partitions),
    buckets: Number(buckets),
    unitSecret,
  };
}
