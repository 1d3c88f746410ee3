import type { TargetBand } from './target.ts';
import type { ValueFunction } from './value-function.ts';

/** A feature of the original guide with its money: what one unit is worth, and what it was promised to bring a year. */
export interface ValuePreset {
  readonly flag: string;
  readonly name: string;
  readonly valueFunction: Unversioned<ValueFunction>;
  /** The metric before the feature, and where it should go: for the modelled comparison. */
  readonly baseline: number;
  readonly target: number;
  readonly band: TargetBand;
}

/** A value function before somebody has taken it on. */
type Unversioned<Fn> = Fn extends unknown ? Omit<Fn, 'version' | 'owner' | 'since'> : never;

const exactly = (rate: number) => ({ low: rate, mode: rate, high: rate });

export const PHASE_3: readonly ValuePreset[] = [
  {
    flag: 'realtime_intelligence',
    name: 'Real-time intelligence',
    valueFunction: {
      kind: 'time_saved',
      metric: 'response_time',
      timeUnit: 'seconds',
      rate: exactly(50),
      currency: 'USD',
    },
    baseline: 900,
    target: 30,
    band: { lowUsd: 75_000, highUsd: 120_000 },
  },
  {
    flag: 'property_intelligence',
    name: 'Property intelligence',
    valueFunction: { kind: 'per_point', metric: 'satisfaction', rate: exactly(5_000), currency: 'USD' },
    baseline: 0.88,
    target: 0.93,
    band: { lowUsd: 45_000, highUsd: 60_000 },
  },
  {
    flag: 'churn_prevention',
    name: 'Churn prevention',
    valueFunction: { kind: 'avoided_event', metric: 'churned', rate: exactly(3_000), currency: 'USD' },
    baseline: 0.35,
    target: 0.2,
    band: { lowUsd: 55_000, highUsd: 80_000 },
  },
  {
    flag: 'ai_coaching',
    name: 'AI coaching',
    valueFunction: {
      kind: 'time_saved',
      metric: 'training_time',
      timeUnit: 'hours',
      rate: exactly(75),
      currency: 'USD',
    },
    baseline: 40,
    target: 20,
    band: { lowUsd: 60_000, highUsd: 90_000 },
  },
];

/** The guide's total. Its four bands add up to $235K–350K; the total is kept as it was promised. */
export const PHASE_3_TOTAL: TargetBand = { lowUsd: 265_000, highUsd: 440_000 };
