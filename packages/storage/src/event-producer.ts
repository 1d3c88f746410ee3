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

/** One entry for the stream of one partition, numbered for good. */
export interface PreparedEntry {
  readonly producer: string;
  readonly partition: number;
  readonly sequence: number;
  readonly payload: string;
}

export interface EventProducer {
  /** Numbers deliveries as entries of their partitions' streams. What is prepared must be sent until it is taken. */
  prepare(deliveries: readonly OutgoingDelivery[]): readonly PreparedEntry[];
  /** Writes entries; the same ones again are applied once. Resolves once Redis has taken all of them; else throws. */
  send(entries: readonly PreparedEntry[]): Promise<void>;
  /** Prepares and sends once, for callers that leave trying again to theirs. */
  append(deliveries: readonly OutgoingDelivery[]): Promise<void>;
}

/** A stream entry holds at most this many events, so that one commit stays short. */
const MAX_EVENTS_PER_ENTRY = 500;

/**
 * One producer per process start: its random id and a sequence number per partition let the consumer drop an entry
 * that arrives twice. Events of one `prepare` for one partition become one entry (or several of at most 500 events).
 */
export function eventProducer(redis: Redis, installation: Installation): EventProducer {
  let producer = newProducerId();
  const sequences = new Map<number, number>();

  const prepare = (deliveries: readonly OutgoingDelivery[]): PreparedEntry[] =>
    [...payloadsByPartition(installation, deliveries)].flatMap(([partition, payloads]) =>
      payloads.map((payload) => {
        const sequence = (sequences.get(partition) ?? 0) + 1;
        sequences.set(partition, sequence);
        return { producer, partition, sequence, payload };
      }),
    );

  const send = async (entries: readonly PreparedEntry[]): Promise<void> => {
    const pipeline = redis.pipeline();
    for (const { producer, partition, sequence, payload } of entries) {
      const stream = installation.keys.stream(partition);
      pipeline.xadd(stream, '*', 'p', producer, 's', String(sequence), 'd', payload);
    }
    const replies = (await pipeline.exec()) ?? [];
    for (const [error] of replies) if (error !== null) throw error;
  };

  return {
    prepare,
    send,
    async append(deliveries) {
      const entries = prepare(deliveries);
      try {
        await send(entries);
      } catch (error) {
        // Numbers that never arrive are a gap that consumers would have to remember for as long as this id is in use.
        if (entries[0]?.producer === producer) {
          producer = newProducerId();
          sequences.clear();
        }
        throw error;
      }
    },
  };
}

function newProducerId(): string {
  return randomBytes(8).toString('base64url');
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
