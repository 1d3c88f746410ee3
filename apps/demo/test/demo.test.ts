// The demo through the real server, worker and Redis.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLiftgateClient, type LiftgateClient } from '@liftgate/server/client';
import { eventually } from '../../../test/support/eventually.ts';
import {
  startDemo,
  startServer,
  startWorker,
  type Running,
  type RunningServer,
} from '../../../test/support/processes.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';

const environment = 'demo';

describe('the demo', () => {
  let redis: TestRedis;
  let server: RunningServer;
  let worker: Running;
  let client: LiftgateClient;
  beforeAll(async () => {
    redis = await startTestRedis();
    server = await startServer(redis.url);
    worker = await startWorker(redis.url);
    client = createLiftgateClient({ url: server.url });
  });
  afterAll(async () => {
    await worker?.stop();
    await server?.stop();
    await redis?.stop();
  });

  it(
    'shows a different verdict for each feature, goes on live, and stops at once',
    { timeout: 240_000 },
    async () => {
      const demo = await startDemo(redis.url, server.url);
      expect(demo.flags).toBe(6);
      const states = await Promise.all(
        [
          'realtime_intelligence',
          'property_intelligence',
          'churn_prevention',
          'ai_coaching',
          'smart_follow_up_texts',
        ].map(async (flag) => (await client.experiments.analyse.query({ environment, flag })).verdict.state),
      );
      expect(states).toEqual(['ready', 'learning', 'split_wrong', 'shipped', 'guardrail_broken']);
      const balance = await client.system.balance.query({ environment });
      expect(balance.unexplained).toBe(0);
      expect(Object.keys(balance.bySource['http'] ?? {})).toEqual(['counted']);

      await eventually(async () => {
        const { bySource } = await client.system.balance.query({ environment });
        return (bySource['provider']?.counted ?? 0) > 0;
      });
      const before = performance.now();
      await demo.stop();
      expect((await demo.ended).code).toBe(0);
      expect(performance.now() - before).toBeLessThan(5_000);
    },
  );

  it(
    'started again it makes nothing twice, and leaves alone what people changed',
    { timeout: 240_000 },
    async () => {
      const flag = await client.flags.get.query({ environment, key: 'smart_follow_up_texts' });
      const changed = await client.rollouts.setStage.mutate({
        environment,
        flag: flag.key,
        stage: 'internal',
        expectedVersion: flag.version,
      });
      const { bySource } = await client.system.balance.query({ environment });
      const demo = await startDemo(redis.url, server.url);
      await demo.stop();
      expect((await client.system.balance.query({ environment })).bySource['http']).toEqual(bySource['http']);
      expect(await client.flags.get.query({ environment, key: flag.key })).toEqual(changed);
    },
  );
});
