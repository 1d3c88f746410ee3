import { randomBytes } from 'node:crypto';
import { configStore, connect, openInstallation, openRedis, type ConnectOptions } from '@liftgate/storage';
import { startAnalysisJob } from './analysis-job.ts';
import { openConfigurations } from './configurations.ts';
import { startConsumer } from './consumer.ts';
import { readEnv, type Env } from './env.ts';

const STOP_WITHIN_MS = 8_000;

async function main(env: Env): Promise<void> {
  const worker = `worker-${process.pid}-${randomBytes(3).toString('hex')}`;
  const redis = await connect(env.REDIS_URL, { connectionName: worker });
  const installation = await openInstallation(redis, { partitions: env.LIFTGATE_PARTITIONS });
  const open = (purpose: string, options: ConnectOptions) => {
    const connection = openRedis(env.REDIS_URL, { connectionName: `${worker}-${purpose}`, ...options });
    connection.on('error', () => undefined);
    return connection;
  };
  // The watches subscribe again themselves.
  const subscriber = open('changes', { maxRetriesPerRequest: null, autoResubscribe: false });
  const reader = open('reader', {});
  // BullMQ blocks for as long as it likes.
  const jobs = open('jobs', { maxRetriesPerRequest: null, answerTimeoutMs: null });
  const store = configStore(redis, installation.keys);
  const configurations = await openConfigurations({ redis, subscriber }, installation, store);
  const consumer = startConsumer({ redis, reader }, installation, configurations, worker);
  const analysis = startAnalysisJob(
    { redis, connection: jobs },
    installation,
    configurations,
    env.LIFTGATE_ANALYSIS_INTERVAL_MS,
  );
  console.log(`liftgate ${worker} runs`);
  process.send?.({ kind: 'ready' });

  stopOnSignal(async () => {
    // Each by itself: with Redis away there is nothing to give up, and that is no reason to end in disorder.
    await Promise.allSettled([analysis.stop(), consumer.stop()]);
    await configurations.close();
    for (const connection of [jobs, reader, subscriber]) connection.disconnect();
    await redis.quit().catch(() => redis.disconnect());
  });
}

function stopOnSignal(stopNow: () => Promise<void>): void {
  let stopping = false;
  const begin = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    void stopNow().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', begin);
  process.on('SIGINT', begin);
  process.on('disconnect', begin);
}

try {
  await main(readEnv(process.env));
} catch (error) {
  console.error(`liftgate worker cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
