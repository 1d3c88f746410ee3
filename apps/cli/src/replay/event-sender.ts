import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { z } from 'zod';
import type { EventInput } from '@liftgate/attribution';
import { Failure } from '../failure.ts';
import { unreachable } from '../server.ts';

/** Sends events in batches, a few at a time, and tries again until each batch has been answered. */
export interface EventSender {
  /** Resolves when there is room for more. The line is where the event comes from. */
  add(event: EventInput, line: number): Promise<void>;
  /** Resolves when everything has been answered. */
  finish(): Promise<Sent>;
  readonly sent: Sent;
}

export interface Sent {
  /** Events, each counted once however often its batch had to be sent. */
  readonly events: number;
  readonly accepted: number;
  readonly refused: number;
}

export interface SenderOptions {
  readonly url: string;
  readonly key: string | undefined;
  readonly environment: string;
  readonly flag: string;
  /** Batches under way at once. With one, events arrive in the order they were added. */
  readonly inFlight: number;
  readonly onRefused: (refused: { readonly line: number; readonly message: string }) => void;
}

const MOST_EVENTS = 1_000;
const MOST_BYTES = 900_000;
const GIVE_UP_AFTER_MS = 60_000;
const LONGEST_PAUSE_MS = 5_000;
const ANSWER_WITHIN_MS = 30_000;

const answerSchema = z.object({
  accepted: z.int().min(0),
  rejected: z.array(z.object({ index: z.int().min(0), message: z.string() })),
});
const errorSchema = z.object({ error: z.object({ message: z.string() }) });

interface Batch {
  readonly lines: readonly number[];
  readonly body: string;
}

export function eventSender(options: SenderOptions): EventSender {
  const sent = { events: 0, accepted: 0, refused: 0 };
  const inFlight = new Set<Promise<void>>();
  let failure: unknown;
  let parts: string[] = [];
  let lines: number[] = [];
  let bytes = 0;

  const post = async ({ lines, body }: Batch): Promise<void> => {
    const answer = await deliver(options, body);
    sent.accepted += answer.accepted;
    sent.refused += answer.rejected.length;
    // A row is refused once, though each of its events may be.
    const refused = new Map(
      answer.rejected.toReversed().map(({ index, message }) => [lines[index] ?? 0, message]),
    );
    for (const [line, message] of refused) options.onRefused({ line, message });
  };
  const flush = async (): Promise<void> => {
    if (parts.length === 0) return;
    const posting = post({ lines, body: parts.join('') })
      .catch((error: unknown) => void (failure ??= error))
      .finally(() => inFlight.delete(posting));
    inFlight.add(posting);
    parts = [];
    lines = [];
    bytes = 0;
    if (inFlight.size >= options.inFlight) await Promise.race(inFlight);
    if (failure !== undefined) throw failure;
  };
  return {
    sent,
    async add(event, line) {
      const text = `${JSON.stringify(event)}\n`;
      const size = Buffer.byteLength(text);
      if (parts.length >= MOST_EVENTS || bytes + size > MOST_BYTES) await flush();
      parts.push(text);
      lines.push(line);
      bytes += size;
      sent.events++;
    },
    async finish() {
      await flush();
      await Promise.all(inFlight);
      if (failure !== undefined) throw failure;
      return sent;
    },
  };
}

/** One batch, until it is answered. The server may take it more than once when an answer gets lost: it has ids. */
async function deliver(options: SenderOptions, text: string): Promise<z.infer<typeof answerSchema>> {
  const url = new URL('/v1/events', options.url);
  const packed = isLoopback(url) ? null : await promisify(gzip)(text, { level: 1 });
  const request = {
    method: 'POST',
    headers: {
      'content-type': 'application/x-ndjson',
      'x-liftgate-environment': options.environment,
      'x-liftgate-source': `replay:${options.flag}`,
      ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      ...(packed === null ? {} : { 'content-encoding': 'gzip' }),
    },
    body: packed ?? text,
  };
  const begun = Date.now();
  for (let attempt = 0; ; attempt++) {
    let problem: Failure;
    let pauseMs = Math.min(LONGEST_PAUSE_MS, 100 * 2 ** attempt) * (0.5 + Math.random() / 2);
    try {
      const response = await fetch(url, { ...request, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
      const body: unknown = await response.json().catch(() => null);
      const answer = answerSchema.safeParse(body);
      if (answer.success) return answer.data;
      problem = answered(options.url, response.status, body);
      const again = response.status === 429 || response.status >= 500;
      if (!again) throw problem;
      pauseMs = Math.max(pauseMs, retryAfterMs(response));
    } catch (error) {
      if (error instanceof Failure) throw error;
      problem = unreachable(options.url, error);
    }
    if (Date.now() - begun > GIVE_UP_AFTER_MS) throw problem;
    await sleep(pauseMs);
  }
}

function answered(url: string, status: number, body: unknown): Failure {
  const said = errorSchema.safeParse(body);
  const words = said.success ? said.data.error.message : 'it does not say why';
  if (status === 401)
    return new Failure('server', `${url} wants an API key: give --key or set LIFTGATE_KEY.`);
  if (status === 403) return new Failure('server', `--key: ${words}`);
  return new Failure('server', `${url} does not take the events (HTTP ${status}): ${words}`);
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.min(seconds, 30) * 1000 : 0;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
