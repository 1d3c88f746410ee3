import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Delivery } from '@liftgate/attribution';
import { encodeBatch, type StreamEvent } from './event-codec.ts';
import type { Installation } from './installation.ts';
import { shortHash, unitAddress } from './unit-hash.ts';

/** A delivery and whether a list decided its variant. */
export interface OutgoingDelivery extends Delivery {
  readonly forced: boolean;
}

export interface EventProducer {
  readonly id: string;
  /** Writes deliveries to their partitions' streams. Resolves once Redis has taken all of them; else throws. */
  append(deliveries: readonly OutgoingDelivery[]): Promise<void>;
}

/** A stream entry holds at most this many events, so that one commit stays short. */
const MAX_EVENTS_PER_ENTRY = 500;

/**
 * One producer per process start: its random id and a sequence number per partition let the consumer drop an entry
 * that arrives twice. Events of one `append` for one partition become one entry (or several of at most 500 events).
 */
export function eventProducer(redis: Redis, installation: Installation): EventProducer {
  const id = randomBytes(8).toString('base64url');
  const sequences = new Map<number, number>();

  return {
    id,
    async append(deliveries) {
      const pipeline = redis.pipeline();
      for (const [partition, payloads] of payloadsByPartition(installation, deliveries)) {
        for (const payload of payloads) {
          const sequence = (sequences.get(partition) ?? 0) + 1;
          sequences.set(partition, sequence);
          pipeline.xadd(
            installation.keys.stream(partition),
            '*',
            'p',
            id,
            's',
            String(sequence),
            'd',
            payload,
          );
        }
      }
      const replies = (await pipeline.exec()) ?? [];
      for (const [error] of replies) if (error !== null) throw error;
    },
  };
}

function payloadsByPartition(
  installation: Installation,
  deliveries: readonly OutgoingDelivery[],
): Map<number, string[]> {
  const batches = new Map<number, Map<string, StreamEvent[]>>();
  for (const delivery of deliveries) {
    const { event } = delivery;
    const address = unitAddress(installation, event.environment, delivery.unitName, delivery.unit);
    const group = `${event.environment}\n${event.source}`;
    const groups = batches.get(address.partition) ?? new Map<string, StreamEvent[]>();
    batches.set(address.partition, groups);
    const events = groups.get(group) ?? [];
    groups.set(group, events);
    events.push(streamEvent(delivery, address.field));
  }
  const payloads = new Map<number, string[]>();
  for (const [partition, groups] of batches) {
    const encoded: string[] = [];
    for (const [group, events] of groups) {
      const [environment = '', source = ''] = group.split('\n');
      for (let from = 0; from < events.length; from += MAX_EVENTS_PER_ENTRY) {
        encoded.push(
          encodeBatch({ environment, source, events: events.slice(from, from + MAX_EVENTS_PER_ENTRY) }),
        );
      }
    }
    payloads.set(partition, encoded);
  }
  return payloads;
}

function streamEvent({ event, forced }: OutgoingDelivery, unit: string): StreamEvent {
  const id = shortHash(event.id);
  if (event.kind === 'metric')
    return { kind: 'metric', unit, id, at: event.at, metric: event.metric, value: event.value };
  const { at, flag, phase, epoch, variant } = event;
  return { kind: 'exposure', unit, id, at, flag, phase, epoch, variant, forced };
}
