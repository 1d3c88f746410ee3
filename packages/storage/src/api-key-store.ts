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
): Promise<{ secret: string; key: ListedApiKey }> {
  const { secret, stored } = newKey(key, now);
  const hash = hashOf(secret);
  await redis.hset(keys.apiKeys, hash, JSON.stringify(stored));
  return { secret, key: { id: idOf(hash), ...stored } };
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

/** A key as one may show it: without its secret. The id names it for revoking. */
export interface ListedApiKey extends ApiKey {
  readonly id: string;
}

/** Every key of the installation, the oldest first. */
export async function listApiKeys(redis: Redis, keys: Keys): Promise<ListedApiKey[]> {
  const stored = await redis.hgetall(keys.apiKeys);
  return Object.entries(stored)
    .map(([hash, text]) => ({ id: idOf(hash), ...apiKeySchema.parse(JSON.parse(text)) }))
    .sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
}

/** Ends a key at once, everywhere: keys are looked up at every request. False when no key has this id. */
export async function revokeApiKey(redis: Redis, keys: Keys, id: string): Promise<boolean> {
  const hashes = await redis.hkeys(keys.apiKeys);
  const hash = hashes.find((one) => idOf(one) === id);
  return hash !== undefined && (await redis.hdel(keys.apiKeys, hash)) === 1;
}

/** 72 bits of the hash: enough to name a key, too few to be one. */
function idOf(hash: string): string {
  return hash.slice(0, 12);
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
