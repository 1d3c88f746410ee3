import type { Redis } from 'ioredis';
import { serverInfo, type EventProducer, type PreparedEntry } from '@liftgate/storage';
import type { EventSink } from './backend.ts';

export interface RetainingSender extends EventSink {
  close(): void;
}

interface Retained {
  readonly entries: readonly PreparedEntry[];
  readonly bytes: number;
  readonly takenAt: number;
}

const TRY_AGAIN_MS = 500;

/**
 * Sends entries, and keeps what Redis has taken for a while: a Redis that crashes may have answered before the entries
 * were in its append-only file (fsync once a second). When the server behind the connection is a new one, what is kept
 * is sent again under the same numbers, so that consumers drop what did survive. The clock of keeping stands still
 * while it is not known that the server is still the same.
 */
export async function retainingSender(
  redis: Redis,
  producer: EventProducer,
  limits: { readonly retainMs: number; readonly retainBytes: number },
): Promise<RetainingSender> {
  let server = (await serverInfo(redis)).runId;
  let sameServer = true;
  let closed = false;
  let checking: Promise<void> | undefined;
  let retained: Retained[] = [];
  let bytes = 0;

  const retain = (entries: readonly PreparedEntry[]) => {
    const size = entries.reduce((sum, entry) => sum + 2 * entry.payload.length, 0);
    const now = performance.now();
    retained.push({ entries, bytes: size, takenAt: now });
    bytes += size;
    let expired = 0;
    for (const batch of retained) {
      const old = sameServer && batch.takenAt < now - limits.retainMs;
      if (!old && bytes <= limits.retainBytes) break;
      bytes -= batch.bytes;
      expired++;
    }
    retained = retained.slice(expired);
  };
  const check = async () => {
    const { runId } = await serverInfo(redis);
    if (runId !== server) {
      await producer.send(retained.flatMap((batch) => batch.entries));
      const takenAt = performance.now();
      retained = retained.map((batch) => ({ ...batch, takenAt }));
      server = runId;
    }
    sameServer = true;
  };
  const settle = async () => {
    if (sameServer) return;
    checking ??= check().finally(() => {
      checking = undefined;
    });
    await checking;
  };
  const settleSoon = () => {
    settle().catch(() => {
      if (!closed) setTimeout(settleSoon, TRY_AGAIN_MS).unref();
    });
  };
  const onClose = () => {
    sameServer = false;
  };
  redis.on('close', onClose);
  redis.on('ready', settleSoon);

  return {
    prepare(deliveries) {
      // Only what is analysed gets here; a list never decides it.
      const entries = producer.prepare(deliveries.map((delivery) => ({ ...delivery, forced: false })));
      return {
        async send() {
          await producer.send(entries);
          retain(entries);
        },
      };
    },
    settle,
    close() {
      closed = true;
      redis.off('close', onClose);
      redis.off('ready', settleSoon);
    },
  };
}
