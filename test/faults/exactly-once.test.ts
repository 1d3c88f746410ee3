import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Running } from '../support/processes.ts';
import { cuttingProxy } from './support/cutting-proxy.ts';
import { dice } from './support/random.ts';
import { caughtUp, expectTruth, openSystem, sendAll, type System } from './support/system.ts';
import { traffic } from './support/traffic.ts';

// Every test here compares with a recomputation from the events that were sent, to the last digit.
let system: System | undefined;
afterEach(async () => {
  await system?.stop();
  system = undefined;
});

test('three workers share the streams and count everything once', async () => {
  system = await openSystem();
  await Promise.all([system.worker(), system.worker(), system.worker()]);
  const events = traffic({ seed: 1, events: 6_000, endsAt: Date.now() });
  await sendAll(system.server.url, events, { batch: 150 });
  await sendAll(system.server.url, events.slice(0, 2_000), { batch: 90 }); // and a third of it again
  await expectTruth(system.client, events);
});

test('workers killed at random points lose nothing and count nothing twice', async () => {
  system = await openSystem();
  const { between } = dice(2);
  const events = traffic({ seed: 2, events: 8_000, endsAt: Date.now() });
  let workers: Running[] = await Promise.all([system.worker(), system.worker()]);
  const sending = sendAll(system.server.url, events, { batch: 40, pauseMs: 15 });
  for (let kill = 0; kill < 5; kill++) {
    await sleep(between(200, 900));
    const [victim, ...others] = workers;
    await victim?.kill9();
    workers = [...others, await system.worker()];
  }
  await sending;
  await expectTruth(system.client, events);
});

test('a worker that slept past its lease finds its commits refused', async () => {
  system = await openSystem();
  const events = traffic({ seed: 3, events: 6_000, endsAt: Date.now() });
  const sleeper = await system.worker();
  const sending = sendAll(system.server.url, events, { batch: 50, pauseMs: 40 });
  await sleep(500);
  process.kill(sleeper.pid, 'SIGSTOP');
  await system.worker(); // takes over once the lease of 3 s is out
  await sleep(3_800);
  process.kill(sleeper.pid, 'SIGCONT');
  await sending;
  await expectTruth(system.client, events);
});

test('a Redis that is killed and restarted has lost nothing that it had answered', async () => {
  system = await openSystem();
  const events = traffic({ seed: 4, events: 6_000, endsAt: Date.now() });
  await Promise.all([system.worker(), system.worker()]);
  const sending = sendAll(system.server.url, events, { batch: 50, pauseMs: 20 });
  for (let kill = 0; kill < 2; kill++) {
    await sleep(800);
    await system.redis.kill9();
    await sleep(300);
    await system.redis.restart();
  }
  await sending;
  await expectTruth(system.client, events);
});

test('answers that are lost on the way, after what they answer has happened, change nothing', async () => {
  system = await openSystem();
  const events = traffic({ seed: 5, events: 6_000, endsAt: Date.now() });
  const proxy = await cuttingProxy(system.redis.port, dice(5), { least: 2_000, most: 120_000 });
  try {
    // Two, so that each also takes over what the other lost.
    const through = `redis://127.0.0.1:${proxy.port}`;
    const starting = [system.worker({}, through), system.worker({}, through)];
    const started = await Promise.allSettled(starting);
    if (started.every(({ status }) => status === 'rejected')) await system.worker({}, through);
    await sendAll(system.server.url, events, { batch: 50, pauseMs: 20 });
    await sleep(1_500);
    expect(proxy.cuts).toBeGreaterThan(10);
    proxy.spare();
    await caughtUp(system.client);
    await expectTruth(system.client, events);
  } finally {
    await proxy.close();
  }
});
