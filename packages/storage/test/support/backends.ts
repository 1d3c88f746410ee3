import { createRequire } from 'node:module';
import type { Redis } from 'ioredis';
import { openRedis } from '@liftgate/storage';
import { startTestRedis, type TestRedis } from '../../../../test/support/redis.ts';

/** Somewhere the configuration can be kept: the same suite runs on each. */
export interface Backend {
  readonly redis: Redis;
  readonly subscriber: Redis;
  /** Null where there is no server to kill. */
  readonly server: TestRedis | null;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export async function realRedis(): Promise<Backend> {
  const server = await startTestRedis();
  const redis = openRedis(server.url);
  const subscriber = openRedis(server.url, { maxRetriesPerRequest: null, autoResubscribe: false });
  for (const connection of [redis, subscriber]) connection.on('error', () => undefined);
  return {
    redis,
    subscriber,
    server,
    flush: async () => void (await redis.flushall()),
    async stop() {
      redis.disconnect();
      subscriber.disconnect();
      await server.stop();
    },
  };
}

/** ioredis-mock has no types of its own and knows none of what a shebang line asks for. */
export async function mockRedis(): Promise<Backend> {
  const Mock = createRequire(import.meta.url)('ioredis-mock') as new () => Redis;
  // The mock is an ioredis by its behaviour, not by its class: the part the config store uses is compared with a real
  // Redis by running this very suite on both.
  const redis = new Mock();
  const evaluate = redis.eval.bind(redis) as (source: string, ...rest: unknown[]) => Promise<unknown>;
  Object.assign(redis, {
    eval: (source: string, ...rest: unknown[]) => evaluate(source.replace(/^#!.*\n/, ''), ...rest),
  });
  const subscriber = new Mock();
  return {
    redis,
    subscriber,
    server: null,
    flush: async () => void (await redis.flushall()),
    async stop() {
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}
