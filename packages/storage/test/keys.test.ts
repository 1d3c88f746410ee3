import slotOf from 'cluster-key-slot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openInstallation, type Keys } from '@liftgate/storage';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());

async function keysFor(partitions: number): Promise<Keys> {
  return (await openInstallation(server.client(), { partitions, prefix: `test-${partitions}` })).keys;
}

// A cluster of n masters as `redis-cli --cluster create` makes it: equal ranges of slots.
test.each([
  [16, 3],
  [16, 6],
  [32, 3],
  [32, 6],
])('%i partitions lie evenly over %i masters', async (partitions, masters) => {
  const keys = await keysFor(partitions);
  const loads = Array.from({ length: masters }, () => 0);
  for (let p = 0; p < partitions; p++) {
    const master = Math.floor((slotOf(keys.stream(p)) * masters) / 16_384);
    loads[master] = (loads[master] ?? 0) + 1;
  }
  expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
});

test('everything of a partition lies in one slot, and partitions lie in different ones', async () => {
  const keys = await keysFor(32);
  const slots = Array.from({ length: 32 }, (_, p) => {
    const all = [
      keys.stream(p),
      keys.meta(p),
      keys.owner(p),
      keys.producers(p),
      keys.balance(p),
      keys.deadLetters(p),
      keys.units(p, 0),
      keys.units(p, 1_023),
      keys.statistics(p, 'production/checkout#1'),
      keys.days(p, 'production/{odd}#1'),
    ];
    const [slot, ...others] = new Set(all.map((key) => slotOf(key)));
    expect(others).toEqual([]);
    return slot;
  });
  expect(new Set(slots).size).toBe(32);
});

test('what one configuration script touches lies in one slot', async () => {
  const keys = await keysFor(32);
  const all = [keys.config('flag', 'production'), keys.config('metric', 'staging'), keys.configVersion];
  expect(new Set(all.map((key) => slotOf(key))).size).toBe(1);
});
