import { probabilityPositive } from './normal.ts';

/** What a feature was promised to be worth a year. */
export interface TargetBand {
  readonly lowUsd: number;
  readonly highUsd: number;
}

export type TargetReading =
  /** Even the lower always-valid bound reaches the band. */
  | 'validated'
  /** The estimate reaches it, its lower bound does not yet. */
  | 'on_track'
  /** The estimate is below it, and may still reach it. */
  | 'short'
  /** Even the upper always-valid bound is below it. */
  | 'out_of_reach';

export interface TargetResult {
  readonly reading: TargetReading;
  readonly probabilityReached: number;
  readonly sentence: string;
}

/** How an annual value stands to its target, judged by the interval that stays valid however often one looks. */
export function againstTarget(
  value: {
    readonly valueUsd: number;
    readonly seUsd: number;
    readonly alwaysValid: readonly [number | null, number | null];
  },
  target: TargetBand,
): TargetResult {
  const [lower, upper] = value.alwaysValid;
  const probabilityReached = probabilityPositive(value.valueUsd - target.lowUsd, value.seUsd);
  const say = (reading: TargetReading, sentence: string): TargetResult => ({
    reading,
    probabilityReached,
    sentence,
  });
  const goal = thousands(target.lowUsd);
  if (lower !== null && lower >= target.lowUsd)
    return say('validated', `Validated: at least ${thousands(lower)} a year, the target was ${goal}.`);
  if (upper !== null && upper < target.lowUsd)
    return say('out_of_reach', `Target out of reach: at most ${thousands(upper)} a year, below ${goal}.`);
  if (value.valueUsd >= target.lowUsd)
    return say(
      'on_track',
      `On track: ${thousands(value.valueUsd)} a year so far, not yet certain to reach ${goal}.`,
    );
  return say('short', `Short: ${thousands(value.valueUsd)} a year so far, the target is ${goal}.`);
}

/** Dollars in thousands with three digits: $75K, $1.2K, −$12K. */
export function thousands(usd: number): string {
  const minus = usd < 0 ? '\u2212' : '';
  const size = Math.abs(usd);
  if (size < 1_000) return `${minus}$${Math.round(size)}`;
  const [scaled, letter] = size >= 999_500 ? [size / 1e6, 'M'] : [size / 1e3, 'K'];
  return `${minus}$${Number(scaled.toPrecision(3))}${letter}`;
}
