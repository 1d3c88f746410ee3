import type { Redis } from 'ioredis';
import { analyse } from '@liftgate/rollout';
import {
  explain,
  listResults,
  putResult,
  readEvidence,
  readProgress,
  type ConfigSnapshot,
  type Installation,
} from '@liftgate/storage';
import type { Configurations } from './configurations.ts';

/** A result is written anew after this long even when nothing has changed, to show that somebody is looking. */
const REFRESH_MS = 15_000;

/**
 * Analyses every experiment up to now and stores the results; run again on the same evidence it changes nothing but
 * the time. Returns how many results were stored.
 */
export async function analyseAll(
  redis: Redis,
  installation: Installation,
  configurations: Configurations,
  signal: AbortSignal | undefined,
): Promise<number> {
  await configurations.refresh();
  const progress = await readProgress(redis, installation, new Date());
  let stored = 0;
  for (const snapshot of configurations.all()) {
    const results = await listResults(redis, installation.keys, snapshot.environment);
    for (const flag of snapshot.experiment.keys()) {
      if (signal?.aborted) return stored;
      const last = results.get(flag);
      if (
        last !== undefined &&
        last.events === progress.events &&
        !isOld(last.analysedAt) &&
        last.configuration === snapshot.stamp.number
      )
        continue;
      try {
        if (await analyseOne(redis, installation, snapshot, flag)) stored++;
      } catch (error) {
        // One experiment that cannot be analysed does not keep the others from it; a store that is away does.
        if (explain(error).code !== 'failed') throw error;
        console.error(`analysis of ${snapshot.environment}/${flag}:`, error);
      }
    }
  }
  return stored;
}

function isOld(analysedAt: string): boolean {
  return Date.now() - Date.parse(analysedAt) > REFRESH_MS;
}

async function analyseOne(
  redis: Redis,
  installation: Installation,
  snapshot: ConfigSnapshot,
  key: string,
): Promise<boolean> {
  const flag = snapshot.flag.get(key);
  const experiment = snapshot.experiment.get(key);
  if (flag === undefined || experiment === undefined) return false;
  const evidence = await readEvidence(redis, installation, {
    environment: snapshot.environment,
    flag: key,
    phase: flag.phase,
  });
  const result = analyse({
    flag,
    experiment,
    metrics: [...snapshot.metric.values()],
    evidence,
    configuration: snapshot.stamp.number,
    now: new Date(),
  });
  return putResult(redis, installation.keys, result);
}
