import { z } from 'zod';
import { environmentKeySchema, flagKeySchema, HALF_A_CHARACTER, unitIdSchema } from '@liftgate/flags';

/**
 * Terms. An **exposure** says that a unit met a variant of a flag; a **metric event** carries one value of a metric.
 * **Attribution** joins them: a metric event counts for every experiment the unit had met by then. Each event ends in
 * exactly one **disposition**; together they are the **balance**, which leaves nothing unexplained.
 */

export const MAX_EVENT_ID_LENGTH = 128;
const MAX_UNITS = 8;

const eventIdSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_EVENT_ID_LENGTH, `must hold at most ${MAX_EVENT_ID_LENGTH} characters`)
  .refine((id) => !HALF_A_CHARACTER.test(id), 'must not hold half a surrogate pair');

/** The last millisecond a Date can hold; beyond it there is no day to count on. */
const LARGEST_TIME = 8.64e15;

/** Milliseconds since 1970 or an ISO 8601 text with time zone. */
const WRONG_TIME = 'must be milliseconds since 1970 or an ISO 8601 time with zone';
const timeSchema = z
  .union(
    [
      z.int(WRONG_TIME).min(-LARGEST_TIME, WRONG_TIME).max(LARGEST_TIME, WRONG_TIME),
      z.iso.datetime({ offset: true, error: WRONG_TIME }),
    ],
    WRONG_TIME,
  )
  .transform((at) => (typeof at === 'number' ? at : Date.parse(at)));

const envelope = {
  /** The sender's id of this event: sent twice, it counts once. */
  id: eventIdSchema,
  at: timeSchema,
  environment: environmentKeySchema.optional(),
  user: unitIdSchema.optional(),
  tenant: unitIdSchema.optional(),
  /** Ids of other attributes that a flag may randomise, by name. */
  units: z.record(z.string().min(1).max(128), unitIdSchema).optional(),
};

/** An exposure as it arrives. The epoch and phase default to the flag's present ones. */
export const exposureInputSchema = z.strictObject({
  ...envelope,
  kind: z.literal('exposure'),
  flag: flagKeySchema,
  variant: z.string().min(1).max(128),
  epoch: z.int().positive().optional(),
  phase: z.int().positive().optional(),
});

/** A metric event as it arrives. The value defaults to 1, which counts one. */
export const metricEventInputSchema = z.strictObject({
  ...envelope,
  kind: z.literal('metric'),
  metric: flagKeySchema,
  value: z.number().default(1),
});

export const eventInputSchema = z
  .discriminatedUnion('kind', [exposureInputSchema, metricEventInputSchema])
  .refine((event) => Object.keys(unitsOf(event)).length <= MAX_UNITS, `must name at most ${MAX_UNITS} units`);
export type EventInput = z.infer<typeof eventInputSchema>;

/** All unit ids an event carries, by unit name. */
export function unitsOf(event: {
  user?: string | undefined;
  tenant?: string | undefined;
  units?: Record<string, string> | undefined;
}): Record<string, string> {
  return {
    ...event.units,
    ...(event.user === undefined ? {} : { user: event.user }),
    ...(event.tenant === undefined ? {} : { tenant: event.tenant }),
  };
}

interface Envelope {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly environment: string;
  /** Who sent it: `http`, `provider`, `trpc` or `replay:<flag>`; the balance is kept by source. */
  readonly source: string;
  /** Every unit id the event names, for list checks. */
  readonly units: Readonly<Record<string, string>>;
}

/** A valid exposure with everything filled in. */
export interface Exposure extends Envelope {
  readonly kind: 'exposure';
  readonly flag: string;
  readonly variant: string;
  readonly epoch: number;
  readonly phase: number;
}

/** A valid metric event with everything filled in. */
export interface MetricEvent extends Envelope {
  readonly kind: 'metric';
  readonly metric: string;
  readonly value: number;
}

export type LiftgateEvent = Exposure | MetricEvent;

/** One event on its way to the state of one unit. An event that names two randomised units is delivered to both. */
export interface Delivery {
  readonly unitName: string;
  readonly unit: string;
  readonly event: LiftgateEvent;
}
