import type { IntegerSums } from '@liftgate/stats';

/** Exact sums of one arm in one epoch. Values are integers of 10^-decimals of their metric. */
export interface ArmEvidence {
  readonly variant: string;
  /** Units that met the variant: the n of every metric that counts every unit. */
  readonly exposed: bigint;
  /** By metric key: sums over the units with at least one event of it (n is how many those are). */
  readonly metrics: Readonly<Record<string, IntegerSums>>;
}

export interface EpochEvidence {
  readonly epoch: number;
  readonly arms: readonly ArmEvidence[];
}

/** The same sums for the units first exposed on one day (UTC, `2026-11-24`). */
export interface DayEvidence extends EpochEvidence {
  readonly day: string;
}

export interface Evidence {
  readonly environment: string;
  readonly flag: string;
  readonly phase: number;
  readonly epochs: readonly EpochEvidence[];
  readonly days: readonly DayEvidence[];
  /** Units that met two variants: left out of everything. */
  readonly quarantined: number;
  /** How many events the consumers had taken in, over all flags: grows with every one, orders two readings. */
  readonly events: number;
}
