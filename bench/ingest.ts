/**
 * Events per second from an HTTP client to the statistics, beside two ways people build this: four awaited Redis
 * commands per event, and one BullMQ job per event. All three count the same thing; only the first does it exactly once.
 * Run: npm run bench:ingest [events]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { createLiftgateClient } from '@liftgate/server/client';
import { startRedis } from '../scripts/redis.mjs';

const EVENTS = Number(process.argv[2] ?? 100_000);
const UNITS = Math.ceil(EVENTS / 5);
const PER_REQUEST = 1_000;

interface Subject {
  readonly name: string;
  readonly events: number;
  run(): Promise<void>;
}

const redis = await startRedis();
const client = new Redis(redis.url, { maxRetriesPerRequest: null });
try {
  const liftgate = await startLiftgate(redis.url);
  const rows: { name: string; perSecond: number }[] = [];
  for (const subject of [liftgate.subject, naive(client), jobPerEvent(redis.url)]) {
    const began = performance.now();
    await subject.run();
    rows.push({ name: subject.name, perSecond: (subject.events / (performance.now() - began)) * 1000 });
  }
  await liftgate.stop();
  const [ours] = rows;
  console.log(
    `load average ${loadavg()
      .map((load) => load.toFixed(2))
      .join(' ')}`,
  );
  for (const { name, perSecond } of rows) {
    const ratio = ours === undefined ? 1 : ours.perSecond / perSecond;
    console.log(
      `${name.padEnd(58)} ${Math.round(perSecond).toLocaleString('en-US').padStart(9)} events/s   ${ratio.toFixed(1)}x`,
    );
  }
} finally {
  client.disconnect();
  await redis.stop();
}

/** Server and worker as processes of their own; done when the worker has taken everything in. */
async function startLiftgate(redisUrl: string): Promise<{ subject: Subject; stop(): Promise<void> }> {
  const server = child('server', { REDIS_URL: redisUrl, LIFTGATE_PORT: '0', LIFTGATE_DEMO: '1' });
  const url = await messageOf(server, 'listening');
  const worker = child('worker', { REDIS_URL: redisUrl });
  await messageOf(worker, 'ready');
  const api = createLiftgateClient({ url });
  const environment = 'production';
  await api.flags.create.mutate({ environment, key: 'bench', stage: 'beta_50' });
  await api.metrics.create.mutate({ environment, key: 'amount', kind: 'sum', decimals: 2 });
  await api.experiments.create.mutate({
    environment,
    flag: 'bench',
    metrics: [{ metric: 'amount', role: 'goal' }],
  });
  const bodies = bodiesOf(Date.now());
  return {
    subject: {
      name: 'liftgate, HTTP to statistics, exactly once',
      events: EVENTS,
      async run() {
        const waiting = bodies.values();
        const send = async () => {
          for (const body of waiting) {
            const response = await fetch(`${url}/v1/events`, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body,
            });
            if (response.status !== 200) throw new Error(await response.text());
          }
        };
        await Promise.all([send(), send(), send(), send()]);
        for (;;) {
          const { events } = await api.system.progress.query();
          if (events >= EVENTS) break;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const { unexplained, total } = await api.system.balance.query({ environment });
        if (unexplained !== 0 || total.counted !== EVENTS)
          throw new Error(`counted ${total.counted} of ${EVENTS}, unexplained ${unexplained}`);
      },
    },
    async stop() {
      for (const process of [server, worker]) {
        process.kill('SIGTERM');
        await once(process, 'exit');
      }
    },
  };
}

function bodiesOf(now: number): string[] {
  const events = Array.from({ length: EVENTS }, (_, index) => {
    const unit = index % UNITS;
    const at = now - 60_000 + (index >= UNITS ? 1_000 : 0);
    const envelope = { id: `e${index}`, at, user: `user-${unit}` };
    return index < UNITS
      ? { ...envelope, kind: 'exposure', flag: 'bench', variant: unit % 2 === 0 ? 'control' : 'treatment' }
      : { ...envelope, kind: 'metric', metric: 'amount', value: (index % 5_000) / 100 };
  });
  const bodies: string[] = [];
  for (let from = 0; from < events.length; from += PER_REQUEST)
    bodies.push(JSON.stringify(events.slice(from, from + PER_REQUEST)));
  return bodies;
}

/** What most trackers do: per event a set of seen ids, a count, a sum and a sum of squares, each awaited. */
function naive(client: Redis): Subject {
  const events = Math.min(EVENTS, 20_000);
  return {
    name: 'four awaited Redis commands per event',
    events,
    async run() {
      for (let index = 0; index < events; index++) {
        const arm = index % 2 === 0 ? 'control' : 'treatment';
        const value = (index % 5_000) / 100;
        await client.sadd('naive:seen', `e${index}`);
        await client.hincrby(`naive:${arm}`, 'n', 1);
        await client.hincrbyfloat(`naive:${arm}`, 'sum', value);
        await client.hincrbyfloat(`naive:${arm}`, 'squares', value * value);
      }
    },
  };
}

/** A queue as the event path: one job per event, added in bulk, counted in memory. */
function jobPerEvent(url: string): Subject {
  const events = Math.min(EVENTS, 20_000);
  return {
    name: 'one BullMQ job per event, nothing stored',
    events,
    async run() {
      const connection = new Redis(url, { maxRetriesPerRequest: null });
      const queue = new Queue('bench', { connection, prefix: '{bench}' });
      const done = { jobs: 0 };
      const worker = new Worker('bench', () => Promise.resolve(void done.jobs++), {
        connection,
        prefix: '{bench}',
        concurrency: 50,
      });
      for (let from = 0; from < events; from += PER_REQUEST) {
        const jobs = Array.from({ length: Math.min(PER_REQUEST, events - from) }, (_, index) => ({
          name: 'event',
          data: { id: from + index, value: 1 },
          opts: { removeOnComplete: true },
        }));
        await queue.addBulk(jobs);
      }
      while (done.jobs < events) await new Promise((resolve) => setTimeout(resolve, 20));
      await worker.close();
      await queue.close();
      connection.disconnect();
    },
  };
}

function child(app: string, env: Record<string, string>) {
  const main = fileURLToPath(new URL(`../apps/${app}/dist/main.js`, import.meta.url));
  return fork(main, {
    env: { ...process.env, ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function messageOf(process: ReturnType<typeof child>, kind: string): Promise<string> {
  for (;;) {
    const [message] = (await once(process, 'message')) as [{ kind: string; url?: string }];
    if (message.kind === kind) return message.url ?? '';
  }
}
