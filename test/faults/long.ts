// The fault tests for as long as one likes, with everything at once: workers killed, stopped and started, Redis killed
// and restarted, connections cut in the middle of answers, batches sent again, in random order and at random times.
//
//   npx tsx --conditions=@liftgate/source test/faults/long.ts [minutes = 10] [seed = now]
//
// After each round everything that was ever sent is compared with a recomputation from it, to the last digit. It ends
// with code 1 at the first difference and says the seed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../support/processes.ts';
import { cuttingProxy } from './support/cutting-proxy.ts';
import { dice } from './support/random.ts';
import { expectTruth, openSystem, sendAll } from './support/system.ts';
import { traffic, type SentEvent } from './support/traffic.ts';

const minutes = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const random = dice(seed);
const system = await openSystem();
const endsAt = Date.now() + minutes * 60_000;
const faults = { killed: 0, stopped: 0, redisKilled: 0, cut: 0 };
const sent: SentEvent[] = [];
console.log(`seed ${seed}, ${minutes} minutes`);

/** It may have been killed meanwhile. */
function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // gone
  }
}

try {
  for (let round = 1; Date.now() < endsAt; round++) {
    const proxy = await cuttingProxy(system.redis.port, random, { least: 5_000, most: 400_000 });
    const through = `redis://127.0.0.1:${proxy.port}`;
    const workers: Running[] = [];
    const start = async (): Promise<void> => {
      // Behind the proxy even the start may be cut; then somebody else starts.
      const worker = await system.worker({}, random.roll() < 0.5 ? through : undefined).catch(() => null);
      if (worker !== null) workers.push(worker);
    };
    await Promise.all([start(), start(), start()]);
    const events = traffic({ seed: seed + round, events: 5_000, endsAt: Date.now() });
    sent.push(...events);
    const sending = Promise.all([
      sendAll(system.server.url, events, { batch: random.between(20, 200), pauseMs: random.between(0, 40) }),
      sendAll(system.server.url, random.shuffled(events).slice(0, 2_000), { batch: 70, pauseMs: 30 }),
    ]);
    for (let fault = 0; fault < 6; fault++) {
      await sleep(random.between(100, 1_500));
      const kind = random.roll();
      if (kind < 0.5) {
        await workers.shift()?.kill9();
        faults.killed += 1;
        await start();
      } else if (kind < 0.75) {
        const pid = workers[0]?.pid;
        if (pid === undefined) continue;
        process.kill(pid, 'SIGSTOP');
        setTimeout(() => goOn(pid), random.between(500, 6_000));
        faults.stopped += 1;
        workers.push(...workers.splice(0, 1));
      } else {
        await system.redis.kill9();
        await sleep(random.between(50, 800));
        await system.redis.restart();
        faults.redisKilled += 1;
      }
    }
    await sending;
    faults.cut += proxy.cuts;
    proxy.spare();
    if (workers.length === 0) await start();
    await sleep(6_500); // whoever was stopped goes on
    await expectTruth(system.client, sent);
    console.log(`round ${round}: ${sent.length} events exact; so far ${JSON.stringify(faults)}`);
    await Promise.all(workers.map((worker) => worker.kill9()));
    await proxy.close();
  }
} catch (error) {
  console.error(`seed ${seed}:`, error);
  process.exitCode = 1;
} finally {
  await system.stop();
}
