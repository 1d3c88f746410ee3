import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { EventInput } from '@liftgate/attribution';
import { DEMO_ENVIRONMENT } from './history.ts';

const MOST_EVENTS = 1_000;
const IN_FLIGHT = 3;
const ATTEMPTS = 8;

const answerSchema = z.object({
  accepted: z.number(),
  rejected: z.array(z.object({ message: z.string() })),
});

/**
 * Sends histories through the server's front door. All events of one person are in one request, so that they arrive in
 * the order of time however many requests are under way. Returns how many events were accepted.
 */
export async function postEvents(
  url: string,
  people: readonly (readonly EventInput[])[],
  signal: AbortSignal,
): Promise<number> {
  const batches = batchesOf(people);
  let accepted = 0;
  const sendNext = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift())
      accepted += await post(url, batch, signal);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendNext));
  return accepted;
}

function batchesOf(people: readonly (readonly EventInput[])[]): EventInput[][] {
  const batches: EventInput[][] = [];
  let batch: EventInput[] = [];
  for (const events of people) {
    if (batch.length + events.length > MOST_EVENTS) {
      batches.push(batch);
      batch = [];
    }
    batch.push(...events);
  }
  return [...batches, batch].filter(({ length }) => length > 0);
}

async function post(url: string, events: readonly EventInput[], signal: AbortSignal): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    let problem: string;
    try {
      const response = await fetch(new URL('/v1/events', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-liftgate-environment': DEMO_ENVIRONMENT },
        body: JSON.stringify(events),
        signal,
      });
      const answer = answerSchema.safeParse(await response.json());
      if (answer.success) {
        const { accepted, rejected } = answer.data;
        if (rejected[0] !== undefined)
          throw new Error(`the server refuses demo events: ${rejected[0].message}`);
        return accepted;
      }
      problem = `HTTP ${response.status}`;
    } catch (error) {
      if (signal.aborted || !(error instanceof TypeError)) throw error;
      problem = error.message;
    }
    if (attempt === ATTEMPTS) throw new Error(`the server does not take the demo's events: ${problem}`);
    await sleep(100 * 2 ** attempt, undefined, { signal });
  }
}
