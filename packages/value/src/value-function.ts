import { z } from 'zod';

/**
 * Terms. A **value function** says what one unit of a metric's effect is worth. The **effect** is treatment minus
 * concurrent control, per unit, in the metric's unit. **Annual value** is the effect over a year's eligible units, in
 * dollars, with its interval. A dollar is **measured** (effect seen beside a concurrent control, price agreed),
 * **modelled** (seen against a static baseline) or **claimed** (neither). **Proven** is the lower always-valid bound.
 */

/** An assumption with its range: what people agree on, and what the careful and the bold among them would say. */
export const rangeSchema = z
  .strictObject({ low: z.number(), mode: z.number(), high: z.number() })
  .refine(({ low, mode, high }) => low <= mode && mode <= high, 'must be ordered: low ≤ mode ≤ high');
export type Range = z.infer<typeof rangeSchema>;

const TIME_UNITS_PER_HOUR = { milliseconds: 3_600_000, seconds: 3_600, minutes: 60, hours: 1 } as const;
const timeUnits = Object.keys(TIME_UNITS_PER_HOUR) as [TimeUnit, ...TimeUnit[]];
export type TimeUnit = keyof typeof TIME_UNITS_PER_HOUR;

const common = {
  metric: z.string().min(1).max(128),
  /** Grows by one with every change; results name the version they were computed with. */
  version: z.int().positive(),
  owner: z.string().max(200),
  since: z.iso.date(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD'),
};

export const valueFunctionSchema = z.discriminatedUnion('kind', [
  /** Dollars for each one of the metric: 1 when the metric is dollars already. */
  z.strictObject({ ...common, kind: z.literal('per_unit'), rate: rangeSchema }),
  /** Dollars an hour, for every hour less. */
  z.strictObject({
    ...common,
    kind: z.literal('time_saved'),
    timeUnit: z.enum(timeUnits),
    rate: rangeSchema,
  }),
  /** Dollars for each event that does not happen. */
  z.strictObject({ ...common, kind: z.literal('avoided_event'), rate: rangeSchema }),
  /** Dollars a year for each percentage point of the whole population: not multiplied by units. */
  z.strictObject({ ...common, kind: z.literal('per_point'), rate: rangeSchema }),
]);
export type ValueFunction = z.infer<typeof valueFunctionSchema>;

/** Whether the value grows with the number of units, or is one figure for the whole population. */
export function scalesWithUnits(fn: ValueFunction): boolean {
  return fn.kind !== 'per_point';
}

/**
 * Dollars for an effect of +1 in the metric's unit (per unit of a year, or for the whole population), at one rate.
 * Negative where less is better. A `per_point` metric is a proportion in [0, 1], so +1 is a hundred points.
 */
export function dollarsPerEffect(fn: ValueFunction, rate: number): number {
  switch (fn.kind) {
    case 'per_unit':
      return rate;
    case 'time_saved':
      return -rate / TIME_UNITS_PER_HOUR[fn.timeUnit];
    case 'avoided_event':
      return -rate;
    case 'per_point':
      return rate * 100;
  }
}
