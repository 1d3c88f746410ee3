import type { Interval } from './input.ts';
import type { SequenceLook } from './confidence-sequence.ts';

/** What all looks together say: an always-valid p only falls, an always-valid interval only narrows. */
export interface RunningEvidence {
  readonly p: number;
  readonly interval: Interval;
  /** Earlier and later intervals exclude each other: the effect moved, or an assumption broke. `interval` is then the latest. */
  readonly conflicting: boolean;
}

/** No evidence: every effect that a double can hold is still possible. */
const NOTHING_KNOWN: RunningEvidence = {
  p: 1,
  interval: [-Number.MAX_VALUE, Number.MAX_VALUE],
  conflicting: false,
};

/**
 * Adds a look to the evidence so far (null before the first). A look whose p is no probability or whose interval is none says nothing and
 * changes nothing; evidence so far that is like that is forgotten. While nothing is known p is 1 and the interval is all doubles.
 */
export function withLook(before: RunningEvidence | null, look: SequenceLook): RunningEvidence {
  const known = before !== null && isSound(before) ? before : null;
  return isSound(look) ? narrowed(known, look) : (known ?? NOTHING_KNOWN);
}

function isSound({ p, interval: [lower, upper] }: Pick<RunningEvidence, 'p' | 'interval'>): boolean {
  return p >= 0 && p <= 1 && Number.isFinite(lower) && Number.isFinite(upper) && lower <= upper;
}

function narrowed(before: RunningEvidence | null, look: SequenceLook): RunningEvidence {
  if (before === null) return { p: look.p, interval: look.interval, conflicting: false };
  const lower = Math.max(before.interval[0], look.interval[0]);
  const upper = Math.min(before.interval[1], look.interval[1]);
  const conflicting = before.conflicting || lower > upper;
  return {
    p: Math.min(before.p, look.p),
    interval: conflicting ? look.interval : [lower, upper],
    conflicting,
  };
}

/** Units per arm and non-zero units in total before an asymptotic statement is made. Exact processes need none. */
export const BURN_IN = { unitsPerArm: 30, nonZeroUnits: 10 } as const;

export type BurnIn =
  | { readonly ready: true }
  | { readonly ready: false; readonly unitsNeeded: number; readonly nonZeroUnitsNeeded: number };

/**
 * Whether normal approximations may be used yet. Without it a badly tuned sequence had 6.6 % false positives at a nominal 5 %, with it 3.6 %.
 * `unitsNeeded` is for the smaller arm.
 */
export function burnIn(counts: {
  readonly control: number;
  readonly treatment: number;
  readonly nonZero: number;
}): BurnIn {
  const unitsNeeded = missing(BURN_IN.unitsPerArm, Math.min(counts.control, counts.treatment));
  const nonZeroUnitsNeeded = missing(BURN_IN.nonZeroUnits, counts.nonZero);
  return unitsNeeded === 0 && nonZeroUnitsNeeded === 0
    ? { ready: true }
    : { ready: false, unitsNeeded, nonZeroUnitsNeeded };
}

/** How many of `needed` are not there yet; a count that is not one is none. */
function missing(needed: number, count: number): number {
  return count > 0 ? Math.max(0, needed - count) : needed;
}
