import { setTimeout as sleep } from 'node:timers/promises';
import { balanceTotal, type Balance } from '@liftgate/attribution';
import { Failure } from '../failure.ts';
import type { Server } from '../server.ts';
import type { Sent } from './event-sender.ts';

const LOOK_EVERY_MS = 150;
const SETTLE_WITHIN_MS = 5_000;
/** Clocks of the server and of Redis may differ by this much. */
const CLOCKS_DIFFER_MS = 1_000;

/** The balance of the replay's source before anything is sent; what an earlier replay sent is let through first. */
export async function balanceBefore(server: Server, environment: string, flag: string): Promise<Balance> {
  const until = Date.now() + SETTLE_WITHIN_MS;
  while (Date.now() < until) {
    const { behind } = await server.ask((client) => client.system.progress.query());
    if (behind === 0) break;
    await sleep(LOOK_EVERY_MS);
  }
  return sourceBalance(server, environment, flag);
}

export async function sourceBalance(server: Server, environment: string, flag: string): Promise<Balance> {
  const { bySource } = await server.ask((client) => client.system.balance.query({ environment }));
  return bySource[`replay:${flag}`] ?? {};
}

/**
 * Waits until the workers have taken in everything that was accepted, and returns the balance then. Throws a Failure
 * when nothing moves any more for `waitSeconds`.
 */
export async function caughtUp(
  server: Server,
  options: { readonly environment: string; readonly flag: string; readonly waitSeconds: number },
  before: Balance,
  sent: Sent,
  onProgress: (taken: number) => void,
): Promise<Balance> {
  const sentAt = Date.now();
  let movedAt = sentAt;
  let last = '';
  for (;;) {
    const [progress, now] = await Promise.all([
      server.ask((client) => client.system.progress.query()),
      sourceBalance(server, options.environment, options.flag),
    ]);
    const taken = balanceTotal(now) - balanceTotal(before);
    onProgress(taken);
    // Enough deliveries are not enough: some may be duplicates that overtook an event still on its way.
    const nothingOfOursWaits =
      progress.behind === 0 || progress.lagMs + CLOCKS_DIFFER_MS < Date.now() - sentAt;
    if (taken >= sent.accepted && nothingOfOursWaits) return now;
    const state = `${taken} ${progress.events}`;
    if (state !== last) movedAt = Date.now();
    last = state;
    if (Date.now() - movedAt > options.waitSeconds * 1000) throw stalled(server, options, taken, sent);
    await sleep(LOOK_EVERY_MS);
  }
}

function stalled(
  server: Server,
  options: { waitSeconds: number },
  taken: number,
  { accepted }: Sent,
): Failure {
  return new Failure(
    'worker',
    [
      `No worker has taken in anything for ${options.waitSeconds} s: ${taken} of ${accepted} events are counted.`,
      'The others are stored and will be counted once a worker runs beside the server: npm start runs both.',
      `Then run the same command again (what is counted already stays counted once), or liftgate results --url ${server.url}.`,
    ].join('\n'),
  );
}
