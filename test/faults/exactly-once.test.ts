import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startServer, type Running } from '../support/processes.ts';
import { cuttingProxy } from './support/cutting-proxy.ts';
import { dice } from './support/random.ts';
import { caughtUp, expectTruth, openSystem, sendAll, type System } from './support/system.ts';
import { traffic, type SentEvent } from './support/traffic.ts';

// Real processes, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

// Every test here compares with a recomputation from all events sent so far, to the last digit.
let system: System;
let sent: SentEvent[] = [];
let workers: Running[] = [];

beforeAll(async () => {
  system = await openSystem();
});
beforeEach(() => {
  workers = [];
});
afterEach(() => Promise.all(workers.map((worker) => worker.kill9())));
afterAll(() => system.stop());

async function startWorkers(count: number): Promise<void> {
  workers.push(...(await Promise.all(Array.from({ length: count }, () => system.worker()))));
}

function newEvents(seed: number, events: number): SentEvent[] {
  const fresh = traffic({ seed, events, endsAt: Date.now() });
  sent = [...sent, ...fresh];
  return fresh;
}

test('three workers share the streams and count everything once', async () => {
  await startWorkers(3);
  const events = newEvents(1, 3_000);
  await sendAll(system.server.url, events, { batch: 150 });
  await sendAll(system.server.url, events.slice(0, 1_000), { batch: 90 }); // and a third of it again
  await expectTruth(system.client, sent);
});

test('workers killed at random points lose nothing and count nothing twice', async () => {
  const { between } = dice(2);
  const events = newEvents(2, 4_000);
  await startWorkers(2);
  const sending = sendAll(system.server.url, events, { batch: 40, pauseMs: 15 });
  for (let kill = 0; kill < 4; kill++) {
    await sleep(between(200, 800));
    await workers.shift()?.kill9();
    await startWorkers(1);
  }
  await sending;
  await expectTruth(system.client, sent);
});

test('a worker that slept past its lease finds its commits refused', async () => {
  await startWorkers(1);
  const [sleeper] = workers;
  if (sleeper === undefined) throw new Error('no worker');
  const sending = sendAll(system.server.url, newEvents(3, 4_000), { batch: 40, pauseMs: 50 });
  await sleep(500);
  process.kill(sleeper.pid, 'SIGSTOP');
  await startWorkers(1); // takes over once the lease of 3 s is out
  await sleep(3_800);
  process.kill(sleeper.pid, 'SIGCONT');
  await sending;
  await expectTruth(system.client, sent);
});

test('a worker that slept while another came and went goes on where that one stopped', async () => {
  await startWorkers(1);
  const [sleeper] = workers;
  if (sleeper === undefined) throw new Error('no worker');
  const events = newEvents(6, 1_500);
  await sendAll(system.server.url, events.slice(0, 500));
  await caughtUp(system.client);
  process.kill(sleeper.pid, 'SIGSTOP');
  await startWorkers(1);
  await sendAll(system.server.url, events.slice(500, 1_000));
  await caughtUp(system.client);
  await workers.pop()?.stop();
  process.kill(sleeper.pid, 'SIGCONT');
  await sendAll(system.server.url, events.slice(1_000));
  await expectTruth(system.client, sent);
});

test('a Redis that is killed and restarted has lost nothing that it had answered', async () => {
  await startWorkers(2);
  const sending = sendAll(system.server.url, newEvents(4, 3_000), { batch: 50, pauseMs: 30 });
  for (let kill = 0; kill < 2; kill++) {
    await sleep(700);
    await system.redis.kill9();
    await sleep(300);
    await system.redis.restart();
  }
  await sending;
  await expectTruth(system.client, sent);
});

test('answers that are lost on the way, after what they answer has happened, change nothing', async () => {
  const proxy = await cuttingProxy(system.redis.port, dice(5), { least: 2_000, most: 100_000 });
  try {
    // Their very start may be cut, too: then again.
    const through = `redis://127.0.0.1:${proxy.port}`;
    for (let attempt = 0; workers.length < 2 && attempt < 20; attempt++) {
      const started = await system.worker({}, through).catch(() => null);
      if (started !== null) workers.push(started);
    }
    const server = await startServer(through).catch(() => system.server);
    await sendAll(server.url, newEvents(5, 3_000), { batch: 40, pauseMs: 20 });
    await sleep(1_000);
    expect(proxy.cuts).toBeGreaterThan(10);
    proxy.spare();
    await expectTruth(system.client, sent);
    if (server !== system.server) await server.kill9();
  } finally {
    await proxy.close();
  }
});
