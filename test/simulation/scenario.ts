import { quantileRanks, typeSevenQuantile } from '@liftgate/stats';
import type { Random } from './random.ts';

/** What one simulated experiment came to: yes and no as 1 and 0, counts, estimates. */
export type Outcome = Readonly<Record<string, number>>;

export interface Scenario {
  readonly name: string;
  /** Runs in the full table. */
  readonly runs: number;
  /** Runs in the test suite, where a fiftieth is too few to tell a doubled error rate and more cost little. */
  readonly briefRuns?: number;
  simulate(random: Random): Outcome;
  readonly rows: readonly RowRule[];
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly target: string;
  readonly measured: number;
  readonly monteCarloError: number;
  readonly unit: '%' | 'units' | 'hours' | 'points' | '';
  readonly holds: boolean;
}

export interface RowRule {
  readonly what: string;
  readonly unit: Row['unit'];
  readonly target: string;
  /** Inclusive bounds of the measured value. */
  readonly atLeast?: number;
  readonly atMost?: number;
  measure(outcomes: readonly Outcome[]): Measured;
}

interface Measured {
  readonly measured: number;
  readonly monteCarloError: number;
}

/** The table's line for these outcomes; `slack` Monte-Carlo errors are forgiven, for short runs. */
export function rowOf(rule: RowRule, outcomes: readonly Outcome[], slack = 0): Row {
  const { measured, monteCarloError } = rule.measure(outcomes);
  const room = slack * monteCarloError;
  const holds =
    measured >= (rule.atLeast ?? -Infinity) - room && measured <= (rule.atMost ?? Infinity) + room;
  return { what: rule.what, target: rule.target, unit: rule.unit, measured, monteCarloError, holds };
}

/** Share of runs with a 1 under the key, in percent. */
export function percentOf(key: string): (outcomes: readonly Outcome[]) => Measured {
  return (outcomes) => {
    const share = sum(outcomes, key) / outcomes.length;
    // With no event in n runs the error is that of one event, not 0.
    const spread = Math.max(share * (1 - share), 1 / outcomes.length);
    return { measured: 100 * share, monteCarloError: 100 * Math.sqrt(spread / outcomes.length) };
  };
}

/** The q-quantile of a count, with the half-width of its distribution-free 68 % interval as error. */
export function quantileOfKey(key: string, q: number): (outcomes: readonly Outcome[]) => Measured {
  return (outcomes) => {
    const sorted = outcomes.map((outcome) => outcome[key] ?? Infinity).sort((a, b) => a - b);
    const ranks = quantileRanks(sorted.length, q, 0.32);
    const low = ranks.status === 'ok' ? (sorted[Math.max(0, ranks.lowerRank - 1)] ?? 0) : 0;
    const high = ranks.status === 'ok' ? (sorted[Math.min(sorted.length, ranks.upperRank) - 1] ?? 0) : 0;
    return { measured: typeSevenQuantile(sorted, q), monteCarloError: (high - low) / 2 };
  };
}

/** The mean of a value over the runs, times a scale. */
export function meanOfKey(key: string, scale = 1): (outcomes: readonly Outcome[]) => Measured {
  return (outcomes) => {
    const mean = sum(outcomes, key) / outcomes.length;
    const squares = outcomes.reduce((total, outcome) => total + ((outcome[key] ?? 0) - mean) ** 2, 0);
    const error = Math.sqrt(squares / (outcomes.length - 1) / outcomes.length);
    return { measured: scale * mean, monteCarloError: scale * error };
  };
}

function sum(outcomes: readonly Outcome[], key: string): number {
  return outcomes.reduce((total, outcome) => total + (outcome[key] ?? 0), 0);
}
