import type { Redis } from 'ioredis';
import type { ExperimentResult } from '@liftgate/rollout';
import type { Keys } from './keys.ts';
import { resultPut } from './scripts.ts';

export interface ResultChange {
  readonly environment: string;
  readonly flag: string;
  readonly events: number;
}

/**
 * Keeps a result unless the stored one is newer: it has seen more events, or as many under a newer configuration. Tells
 * everybody when it is kept.
 */
export async function putResult(redis: Redis, keys: Keys, result: ExperimentResult): Promise<boolean> {
  const { environment, flag, events, configuration } = result;
  return resultPut(redis, keys.results(environment), {
    flag,
    events,
    configuration,
    json: JSON.stringify(result),
    channel: keys.resultChannel,
    message: `${environment}:${flag}:${events}`,
  });
}

export function parseResultChange(message: string): ResultChange | null {
  const [environment, flag, events] = message.split(':');
  return environment === undefined || flag === undefined
    ? null
    : { environment, flag, events: Number(events) };
}

export async function getResult(
  redis: Redis,
  keys: Keys,
  environment: string,
  flag: string,
): Promise<ExperimentResult | null> {
  return parseResult(await redis.hget(keys.results(environment), flag));
}

export async function listResults(
  redis: Redis,
  keys: Keys,
  environment: string,
): Promise<Map<string, ExperimentResult>> {
  const stored = await redis.hgetall(keys.results(environment));
  const results = new Map<string, ExperimentResult>();
  for (const [flag, text] of Object.entries(stored)) {
    const result = parseResult(text);
    if (result !== null) results.set(flag, result);
  }
  return results;
}

/** The worker wrote it from its own types; the numbers in front order results. */
function parseResult(text: string | null): ExperimentResult | null {
  return text === null ? null : (JSON.parse(text.slice(text.indexOf(':') + 1)) as ExperimentResult);
}
