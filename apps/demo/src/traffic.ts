import { OpenFeature, type Client } from '@openfeature/server-sdk';
import { LiftgateProvider } from '@liftgate/openfeature-provider';
import type { Feature } from './features.ts';
import { DEMO_ENVIRONMENT } from './history.ts';
import { draw } from './outcome.ts';
import type { Random } from './random.ts';

export interface Traffic {
  stop(): Promise<void>;
}

/** On average this long between two people. */
const PAUSE_MS = 900;
/** A metric that takes days in the history takes seconds here. */
const SHORTEST_MS = 200;
const LONGEST_MS = 4_000;

/**
 * A small application that uses the features: nothing but the OpenFeature SDK and our provider. People come by, the
 * flag decides what they get, and what they do is tracked. Whoever changes a flag sees it here within a second.
 */
export async function startTraffic(options: {
  readonly redisUrl: string;
  readonly features: readonly Feature[];
  readonly random: Random;
  readonly startedAt: Date;
}): Promise<Traffic> {
  const { features, random } = options;
  await OpenFeature.setProviderAndWait(
    new LiftgateProvider({ redisUrl: options.redisUrl, environment: DEMO_ENVIRONMENT }),
  );
  const client = OpenFeature.getClient();
  const timers = new Set<NodeJS.Timeout>();
  let people = 0;

  const later = (delayMs: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timers.add(timer);
  };
  const next = () => {
    const feature = features[Math.floor(random() * features.length)];
    // A start of its own gives ids of its own: the same person is not seen for the first time twice.
    const user = `lead-${options.startedAt.getTime().toString(36)}-${people++}`;
    if (feature !== undefined) void comeBy(client, feature, user, random, later);
    later(-Math.log(1 - random()) * PAUSE_MS, next);
  };
  next();
  return {
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      await OpenFeature.close();
    },
  };
}

async function comeBy(
  client: Client,
  feature: Feature,
  user: string,
  random: Random,
  later: (delayMs: number, act: () => void) => void,
): Promise<void> {
  const context = { targetingKey: user };
  const treated = await client.getBooleanValue(feature.key, false, context);
  for (const metric of feature.metrics) {
    const value = draw(metric.outcome, treated, random);
    if (value === 0 && metric.kind !== 'mean') continue;
    const delayMs = SHORTEST_MS + random() * (LONGEST_MS - SHORTEST_MS);
    later(delayMs, () => client.track(metric.key, context, { value }));
  }
}
