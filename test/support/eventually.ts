import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until it holds; generous, because machines under test are slow. */
export async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`still not so after ${withinMs} ms: ${holds.toString()}`);
    await sleep(50);
  }
}
