import { randomBytes } from 'node:crypto';
import { configStore, connect, openInstallation, openRedis } from '@liftgate/storage';
import { startAnalysisJob } from './analysis-job.ts';
import { openConfigurations } from './configurations.ts';
import { startConsumer } from './consumer.ts';
import { readEnv, type Env } from './env.ts';

const STOP_WITHIN_MS = 8_000;

async function main(env: Env): Promise<void> {
  const worker = `worker-${process.pid}-${randomBytes(3).toString('hex')}`;
  const redis = await connect(env.REDIS_URL, { connectionName: worker });
  const installation = await openInstallation(redis, { partitions: env.LIFTGATE_PARTITIONS });
  const open = (purpose: string, maxRetriesPerRequest: number | null) => {
    const connection = openRedis(env.REDIS_URL, {
      maxRetriesPerRequest,
      connectionName: `${worker}-${purpose}`,
    });
    connection.on('error', () => undefined);
    return connection;
  };
  const subscriber = open('changes', null);
  const reader = open('reader', 1);
  const jobs = open('jobs', null);
  const store = configStore(redis, installation.keys);
  const configurations = await openConfigurations({ redis, subscriber }, installation, store);
  const consumer = startConsumer({ redis, reader }, installation, configurations, worker);
  const analysis = await startAnalysisJob(
    { redis, connection: jobs },
    installation,
    configurations,
    env.LIFTGATE_ANALYSIS_INTERVAL_MS,
  );
  console.log(`liftgate ${worker} runs`);
  process.send?.({ kind: 'ready' });

  stopOnSignal(async () => {
    await analysis.stop();
    await consumer.stop();
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
