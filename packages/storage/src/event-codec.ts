import { z } from 'zod';
import { environmentKeySchema } from '@liftgate/flags';

/**
 * What travels through a partition's stream: one entry is one batch of one producer, its payload the events of one
 * environment and source. Units and event ids are hashes already. Version 1:
 * [1, environment, source, [[unit, id, at, "x", flag, phase, epoch, variant, forced] | [unit, id, at, "m", metric, value]…]]
 */
export type StreamEvent =
  | {
      readonly kind: 'exposure';
      readonly unit: string;
      readonly id: string;
      readonly at: number;
      readonly flag: string;
      readonly phase: number;
      readonly epoch: number;
      readonly variant: string;
      /** A list decided the variant: served, never analysed. */
      readonly forced: boolean;
    }
  | {
      readonly kind: 'metric';
      readonly unit: string;
      readonly id: string;
      readonly at: number;
      readonly metric: string;
      readonly value: number;
    };

export interface StreamBatch {
  readonly environment: string;
  readonly source: string;
  readonly events: readonly StreamEvent[];
}

/** As `shortHash` makes it: 64 bits, of which the address is made. */
const hashSchema = z.string().regex(/^[A-Za-z0-9_-]{11}$/);
/** What a date can hold. */
const timeSchema = z.int().min(-8.64e15).max(8.64e15);
const exposureSchema = z.tuple([
  hashSchema,
  hashSchema,
  timeSchema,
  z.literal('x'),
  z.string().max(128),
  z.int().positive(),
  z.int().positive(),
  z.string().max(128),
  z.union([z.literal(0), z.literal(1)]),
]);
const metricSchema = z.tuple([
  hashSchema,
  hashSchema,
  timeSchema,
  z.literal('m'),
  z.string().max(128),
  z.number(),
]);
const batchSchema = z.tuple([
  z.literal(1),
  environmentKeySchema,
  z.string().regex(/^[A-Za-z0-9._:-]{1,160}$/),
  z.array(z.union([exposureSchema, metricSchema])),
]);

export function encodeBatch(batch: StreamBatch): string {
  return JSON.stringify([1, batch.environment, batch.source, batch.events.map(encodeEvent)]);
}

function encodeEvent(event: StreamEvent): unknown[] {
  return event.kind === 'exposure'
    ? [
        event.unit,
        event.id,
        event.at,
        'x',
        event.flag,
        event.phase,
        event.epoch,
        event.variant,
        event.forced ? 1 : 0,
      ]
    : [event.unit, event.id, event.at, 'm', event.metric, event.value];
}

/** Null when the payload is not a batch: the consumer puts it among the dead letters. */
export function decodeBatch(payload: string): StreamBatch | null {
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    return null;
  }
  const parsed = batchSchema.safeParse(json);
  if (!parsed.success) return null;
  const [, environment, source, events] = parsed.data;
  return {
    environment,
    source,
    events: events.map((fields): StreamEvent => {
      const [unit, id, at] = fields;
      if (fields[3] === 'm') return { kind: 'metric', unit, id, at, metric: fields[4], value: fields[5] };
      const [, , , , flag, phase, epoch, variant, forced] = fields;
      return { kind: 'exposure', unit, id, at, flag, phase, epoch, variant, forced: forced === 1 };
    }),
  };
}
