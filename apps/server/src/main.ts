import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createApiKey, createFirstKey } from '@liftgate/storage';
import { createApp } from './app.ts';
import { readEnv, type Env } from './env.ts';
import { openServices, type Services } from './services.ts';

const STOP_WITHIN_MS = 5_000;

async function main(env: Env): Promise<void> {
  const services = await openServices({
    redisUrl: env.REDIS_URL,
    demo: env.LIFTGATE_DEMO,
    partitions: env.LIFTGATE_PARTITIONS,
  });
  await printFirstKey(services, env.LIFTGATE_NEW_ADMIN_KEY);
  const dashboard =
    env.LIFTGATE_DASHBOARD_DIR ?? fileURLToPath(new URL('../../dashboard/dist', import.meta.url));
  const server = createServer(createApp(services, dashboard));
  server.listen(env.LIFTGATE_PORT, env.LIFTGATE_HOST);
  await once(server, 'listening');
  const url = urlOf(env.LIFTGATE_HOST, server);
  console.log(`liftgate server listens at ${url}`);
  process.send?.({ kind: 'listening', url });
  stopOnSignal(() => stop(server, services));
}

/** Outside the demo nobody gets in without a key, so the first start makes one and says it once; another if asked. */
async function printFirstKey(
  { redis, installation: { keys }, demo }: Services,
  another: boolean,
): Promise<void> {
  if (demo) return;
  const now = new Date();
  const first = await createFirstKey(redis, keys, now);
  if (first !== null) console.log(`the first admin key, shown this once: ${first}`);
  else if (another) {
    const { secret } = await createApiKey(
      redis,
      keys,
      { name: 'made at a start', scope: 'admin', environment: null },
      now,
    );
    console.log(`another admin key, shown this once: ${secret}`);
  }
}

function urlOf(host: string, server: Server): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function stop(server: Server, services: Services): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  // Subscriptions stay open by nature: they are cut once answers in flight had their moment.
  setTimeout(() => server.closeAllConnections(), 500).unref();
  await closed;
  await services.close();
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
  console.error(`liftgate server cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
