import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import {
  configStore,
  connect,
  countRefused,
  eventProducer,
  openInstallation,
  openRedis,
  parseChange,
  parseResultChange,
  type ConfigStore,
  type EventProducer,
  type Installation,
} from '@liftgate/storage';
import { authenticator, type Authenticate } from './auth.ts';
import { openEnvironments, type Environments } from './environments.ts';
import { ingest, namesUnknown, type Ingested } from './ingest.ts';

/** A change that dashboards want to hear of. */
export interface Change {
  readonly environment: string;
  readonly kind: 'flag' | 'metric' | 'experiment' | 'result';
  readonly key: string;
  readonly version: number;
}

/** Everything that request handlers use, opened once and closed in reverse. */
export interface Services {
  readonly redis: Redis;
  readonly installation: Installation;
  readonly store: ConfigStore;
  readonly environments: Environments;
  readonly authenticate: Authenticate;
  readonly changes: EventEmitter<{ change: [Change] }>;
  readonly demo: boolean;
  readonly startedAt: Date;
  /** Checks events and writes the good ones; resolves once they are stored. Null: no such environment. */
  record(items: readonly unknown[], environment: string, source: string): Promise<Ingested | null>;
  close(): Promise<void>;
}

export async function openServices(options: {
  readonly redisUrl: string;
  readonly demo: boolean;
  readonly partitions?: number | undefined;
}): Promise<Services> {
  const redis = await connect(options.redisUrl, { connectionName: 'liftgate-server' });
  const installation = await openInstallation(redis, { partitions: options.partitions });
  const subscriber = openRedis(options.redisUrl, {
    maxRetriesPerRequest: null,
    autoResubscribe: false,
    connectionName: 'liftgate-server-changes',
  });
  subscriber.on('error', () => undefined);
  const store = configStore(redis, installation.keys);
  const changes = new EventEmitter<{ change: [Change] }>();
  changes.setMaxListeners(0);
  relay(subscriber, installation, changes);
  const hear = () => subscriber.subscribe(installation.keys.configChannel, installation.keys.resultChannel);
  await hear();
  // After every later connection too; should that fail, the connection is lost again and so is this try.
  subscriber.on('ready', () => void hear().catch(() => undefined));
  const environments = await openEnvironments({ redis, subscriber }, installation, store);
  const producer = eventProducer(redis, installation);

  return {
    redis,
    installation,
    store,
    environments,
    authenticate: authenticator(redis, installation, options.demo),
    changes,
    demo: options.demo,
    startedAt: new Date(),
    record: (items, environment, source) =>
      record({ redis, installation, environments, producer }, items, environment, source),
    async close() {
      await environments.close();
      subscriber.disconnect();
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}

async function record(
  services: {
    readonly redis: Redis;
    readonly installation: Installation;
    readonly environments: Environments;
    readonly producer: EventProducer;
  },
  items: readonly unknown[],
  environment: string,
  source: string,
): Promise<Ingested | null> {
  const watch = await services.environments.watch(environment);
  if (watch === null) return null;
  const check = () => ingest(items, { environment, source, snapshot: watch.current(), now: new Date() });
  let result = check();
  if (namesUnknown(result.refused)) {
    // The change feed may be a moment behind whoever made the flag or metric.
    await watch.refresh();
    result = check();
  }
  if (result.deliveries.length > 0) await services.producer.append(result.deliveries);
  if (result.refused.length > 0) {
    const reasons = new Map<string, number>();
    for (const { reason } of result.refused) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    await countRefused(services.redis, services.installation, environment, reasons);
  }
  return result;
}

function relay(subscriber: Redis, { keys }: Installation, changes: EventEmitter<{ change: [Change] }>): void {
  subscriber.on('message', (channel: string, message: string) => {
    const change = channel === keys.resultChannel ? resultChange(message) : configChange(message);
    if (change !== null) changes.emit('change', change);
  });
}

function resultChange(message: string): Change | null {
  const change = parseResultChange(message);
  return (
    change && { environment: change.environment, kind: 'result', key: change.flag, version: change.events }
  );
}

function configChange(message: string): Change | null {
  try {
    const change = parseChange(message);
    return (
      change && {
        environment: change.environment,
        kind: change.kind,
        key: change.key,
        version: change.object.version,
      }
    );
  } catch {
    return null;
  }
}
