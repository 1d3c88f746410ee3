import { createLiftgateClient } from '@liftgate/server/client';
import { readEnv } from './env.ts';
import { features } from './features.ts';
import { randomFrom } from './random.ts';
import { seed } from './seed.ts';
import { startTraffic, type Traffic } from './traffic.ts';

const STOP_WITHIN_MS = 900;

const stopping = new AbortController();
let traffic: Traffic | undefined;

const stop = () => {
  if (stopping.signal.aborted) return;
  stopping.abort();
  setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
  void (traffic?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('disconnect', stop);

try {
  const { LIFTGATE_URL: url, REDIS_URL: redisUrl } = readEnv(process.env);
  const seeded = await seed(createLiftgateClient({ url }), url, features, stopping.signal);
  process.send?.({ kind: 'seeded', ...seeded });
  const startedAt = new Date();
  traffic = await startTraffic({ redisUrl, features, random: randomFrom(startedAt.getTime()), startedAt });
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(`the demo cannot go on: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
