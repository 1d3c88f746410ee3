import * as fc from 'fast-check';
import {
  changeFlag,
  createFlag,
  type Flag,
  type FlagChange,
  type NewFlag,
  type Stage,
} from '@liftgate/flags';

export const NOW = new Date('2026-11-24T10:00:00.000Z');
export const LATER = new Date('2026-11-25T10:00:00.000Z');

export function aFlag(more: Partial<NewFlag> = {}): Flag {
  return createFlag({ key: 'checkout', environment: 'production', ...more }, NOW);
}

export function changed(flag: Flag, change: FlagChange): Flag {
  return changeFlag(flag, change, LATER);
}

/** Two to five arms of any weights; the control is any of them. */
export const anyArms = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.double({ min: 0.01, max: 1_000, noNaN: true })), {
    minLength: 2,
    maxLength: 5,
  })
  .chain((weights) =>
    fc.record({
      variants: fc.constant(weights.map((weight, n) => ({ name: `v${n}`, value: `v${n}`, weight }))),
      control: fc.integer({ min: 0, max: weights.length - 1 }).map((n) => `v${n}`),
    }),
  )
  .map((arms): Partial<NewFlag> => ({ type: 'string', ...arms }));

export const RAMP: readonly Stage[] = ['disabled', 'internal', 'beta_10', 'beta_25', 'beta_50', 'ga'];
