import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { ZodError } from 'zod';
import { flagSchema, type Flag } from '@liftgate/flags';
import { experimentSchema, parseMetric, type Experiment } from '@liftgate/rollout';
import type { Metric } from '@liftgate/stats';
import type { Keys } from './keys.ts';
import { StorageError } from './connect.ts';
import { configPut } from './scripts.ts';

/** The objects people configure, by kind. Each has a version of its own, the whole configuration has another. */
export interface ConfigObjects {
  readonly flag: Flag;
  readonly metric: Metric;
  readonly experiment: Experiment;
}
export type ConfigKind = keyof ConfigObjects;
export const CONFIG_KINDS: readonly ConfigKind[] = ['flag', 'metric', 'experiment'];

const parsers: { readonly [Kind in ConfigKind]: (value: unknown) => ConfigObjects[Kind] } = {
  flag: (value) => flagSchema.parse(value),
  metric: parseMetric,
  experiment: (value) => experimentSchema.parse(value),
};

/** Identifies a state of the configuration: the nonce tells two states apart that a failover gave the same number. */
export interface ConfigStamp {
  readonly number: number;
  readonly nonce: string;
}

export interface ConfigSnapshot {
  readonly environment: string;
  readonly stamp: ConfigStamp;
  readonly flag: ReadonlyMap<string, Flag>;
  readonly metric: ReadonlyMap<string, Metric>;
  readonly experiment: ReadonlyMap<string, Experiment>;
  /** Stored objects that cannot be read, with the reason. */
  readonly broken: readonly { readonly kind: ConfigKind; readonly key: string; readonly message: string }[];
}

export interface ConfigChange<Kind extends ConfigKind = ConfigKind> {
  readonly stamp: ConfigStamp;
  readonly kind: Kind;
  readonly environment: string;
  readonly key: string;
  readonly object: ConfigObjects[Kind];
}

export type PutResult<T> =
  | { readonly status: 'stored'; readonly object: T; readonly stamp: ConfigStamp }
  | { readonly status: 'conflict'; readonly present: T | null };

export interface ConfigStore {
  environments(): Promise<string[]>;
  addEnvironment(environment: string): Promise<void>;
  stamp(): Promise<ConfigStamp>;
  countEnvironments(): Promise<number>;
  get<Kind extends ConfigKind>(
    kind: Kind,
    environment: string,
    key: string,
  ): Promise<ConfigObjects[Kind] | null>;
  list<Kind extends ConfigKind>(kind: Kind, environment: string): Promise<ConfigObjects[Kind][]>;
  /** Stores an object whose version is one above `expectedVersion` (0: it must not exist yet). */
  put<Kind extends ConfigKind>(
    kind: Kind,
    environment: string,
    object: ConfigObjects[Kind],
    expectedVersion: number,
  ): Promise<PutResult<ConfigObjects[Kind]>>;
  snapshot(environment: string): Promise<ConfigSnapshot>;
}

export function configStore(redis: Redis, keys: Keys): ConfigStore {
  return {
    async environments() {
      return (await redis.smembers(keys.environments)).sort();
    },

    async addEnvironment(environment) {
      // Asked first: a Redis whose memory is full refuses writes, and what exists must open all the same.
      if ((await redis.sismember(keys.environments, environment)) === 0)
        await redis.sadd(keys.environments, environment);
    },

    countEnvironments: () => redis.scard(keys.environments),

    async stamp() {
      return parseStamp(await redis.get(keys.configVersion));
    },

    async get(kind, environment, key) {
      const stored = await redis.hget(keys.config(kind, environment), key);
      return stored === null ? null : parseOrSay(kind, environment, key, stored);
    },

    async list(kind, environment) {
      const stored = await redis.hgetall(keys.config(kind, environment));
      return Object.keys(stored)
        .sort()
        .flatMap((key) => readOrSkip(kind, stored[key] ?? ''));
    },

    async put(kind, environment, object, expectedVersion) {
      const reply = await configPut(
        redis,
        { hash: keys.config(kind, environment), version: keys.configVersion },
        {
          key: keyOf(kind, object),
          expectedVersion,
          value: `${object.version}:${JSON.stringify(object)}`,
          nonce: randomBytes(6).toString('base64url'),
          channel: keys.configChannel,
          kind,
          environment,
        },
      );
      if (reply.stored) return { status: 'stored', object, stamp: parseStamp(reply.stamp) };
      if (reply.present === '') return { status: 'conflict', present: null };
      const present = parseOrSay(kind, environment, keyOf(kind, object), reply.present);
      return { status: 'conflict', present };
    },

    async snapshot(environment) {
      const { stamp, hashes } = await readAtOneMoment(redis, keys, environment);
      const broken: ConfigSnapshot['broken'][number][] = [];
      const read = <Kind extends ConfigKind>(kind: Kind): Map<string, ConfigObjects[Kind]> => {
        const objects = new Map<string, ConfigObjects[Kind]>();
        for (const [key, text] of Object.entries(hashes[kind])) {
          try {
            objects.set(key, parseStored(kind, text));
          } catch (error) {
            broken.push({ kind, key, message: messageOf(error) });
          }
        }
        return objects;
      };
      return {
        environment,
        stamp,
        flag: read('flag'),
        metric: read('metric'),
        experiment: read('experiment'),
        broken,
      };
    },
  };
}

/**
 * All objects of an environment as they were at one moment: read between two looks at the version, again if it moved.
 * Not by MULTI, which a full memory refuses even for reads: no provider could start then.
 */
async function readAtOneMoment(
  redis: Redis,
  keys: Keys,
  environment: string,
): Promise<{ stamp: ConfigStamp; hashes: Record<ConfigKind, Record<string, string>> }> {
  for (;;) {
    // Sent together and answered in this order.
    const [before, flag, metric, experiment, after] = await Promise.all([
      redis.get(keys.configVersion),
      redis.hgetall(keys.config('flag', environment)),
      redis.hgetall(keys.config('metric', environment)),
      redis.hgetall(keys.config('experiment', environment)),
      redis.get(keys.configVersion),
    ]);
    if (before === after) return { stamp: parseStamp(before), hashes: { flag, metric, experiment } };
  }
}

/** An experiment has the key of its flag. */
export function keyOf<Kind extends ConfigKind>(_kind: Kind, object: ConfigObjects[Kind]): string {
  return 'flag' in object ? object.flag : object.key;
}

export function parseStamp(text: string | null | undefined): ConfigStamp {
  const [number = '0', nonce = ''] = (text || '0:').split(':');
  return { number: Number(number), nonce };
}

export function sameStamp(a: ConfigStamp, b: ConfigStamp): boolean {
  return a.number === b.number && a.nonce === b.nonce;
}

function parseStored<Kind extends ConfigKind>(kind: Kind, stored: string): ConfigObjects[Kind] {
  return parsers[kind](JSON.parse(stored.slice(stored.indexOf(':') + 1)));
}

/** For callers that need this one object: what is wrong with it, not what is wrong with them. */
function parseOrSay<Kind extends ConfigKind>(
  kind: Kind,
  environment: string,
  key: string,
  stored: string,
): ConfigObjects[Kind] {
  try {
    return parseStored(kind, stored);
  } catch (error) {
    throw new StorageError(
      'broken_object',
      `the stored ${kind} "${key}" of ${environment} cannot be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** One line: which field and why. */
function messageOf(error: unknown): string {
  if (error instanceof ZodError) {
    return error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

function readOrSkip<Kind extends ConfigKind>(kind: Kind, stored: string): ConfigObjects[Kind][] {
  try {
    return [parseStored(kind, stored)];
  } catch {
    return [];
  }
}

/** A published change: number:nonce:kind:environment:key:version:json. Null when it is not one of ours. */
export function parseChange(message: string): ConfigChange | null {
  const parts = message.split(':', 5);
  const [number, nonce, kind, environment, key] = parts;
  if (nonce === undefined || environment === undefined || key === undefined) return null;
  if (kind !== 'flag' && kind !== 'metric' && kind !== 'experiment') return null;
  const object = message.slice(parts.join(':').length + 1);
  return {
    stamp: { number: Number(number), nonce },
    kind,
    environment,
    key,
    object: parseStored(kind, object),
  };
}
