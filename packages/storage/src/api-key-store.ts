import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { environmentKeySchema } from '@liftgate/flags';
import type { Keys } from './keys.ts';
import { apiKeyFirst } from './scripts.ts';

/** `client` may read flags, `server` also sends events, `admin` may change everything. */
export const KEY_SCOPES = ['client', 'server', 'admin'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

const apiKeySchema = z.strictObject({
  name: z.string().min(1).max(200),
  scope: z.enum(KEY_SCOPES),
  /** The environment it is good for; null for all of them. */
  environment: environmentKeySchema.nullable(),
  createdAt: z.iso.datetime(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

/** Makes a key. The secret is returned once; only its hash is stored. */
export async function createApiKey(
  redis: Redis,
  keys: Keys,
  key: Omit<ApiKey, 'createdAt'>,
  now: Date,
): Promise<{ secret: string; key: ApiKey }> {
  const { secret, stored } = newKey(key, now);
  await redis.hset(keys.apiKeys, hashOf(secret), JSON.stringify(stored));
  return { secret, key: stored };
}

/** Makes the first key of an installation, good for everything. Null when there is a key already. */
export async function createFirstKey(redis: Redis, keys: Keys, now: Date): Promise<string | null> {
  const { secret, stored } = newKey({ name: 'first admin', scope: 'admin', environment: null }, now);
  return (await apiKeyFirst(redis, keys.apiKeys, hashOf(secret), JSON.stringify(stored))) ? secret : null;
}

function newKey(key: Omit<ApiKey, 'createdAt'>, now: Date): { secret: string; stored: ApiKey } {
  const secret = `lg_${key.scope}_${randomBytes(24).toString('base64url')}`;
  return { secret, stored: apiKeySchema.parse({ ...key, createdAt: now.toISOString() }) };
}

export async function findApiKey(redis: Redis, keys: Keys, secret: string): Promise<ApiKey | null> {
  const stored = await redis.hget(keys.apiKeys, hashOf(secret));
  return stored === null ? null : apiKeySchema.parse(JSON.parse(stored));
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
