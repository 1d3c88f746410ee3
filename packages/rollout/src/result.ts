import type { MetricDirection, MetricKind, MetricUnit } from '@liftgate/stats';
import type { MetricRole } from './experiment.ts';

/** A closed interval [lower, upper]; null where the data leave that side open. */
export type ResultInterval = readonly [number | null, number | null];

/** How a person reads the always-valid interval, given which way is good. */
export type Reading = 'better' | 'worse' | 'not_sure' | 'not_enough';

/** What the statistics say of one experiment: plain JSON, no NaN, always with its interval or the reason why not. */
export interface ExperimentResult {
  readonly flag: string;
  readonly environment: string;
  readonly phase: number;
  readonly analysedAt: string;
  /** Events taken in by the consumers when this was computed: a later result has at least as many. */
  readonly events: number;
  /** The state of the configuration it was computed under. */
  readonly configuration: number;
  readonly alpha: number;
  readonly control: string;
  readonly variants: readonly VariantResult[];
  readonly quarantined: number;
  readonly split: SplitResult;
  readonly metrics: readonly MetricResult[];
}

export interface VariantResult {
  readonly variant: string;
  readonly exposed: number;
  /** The planned share of the analysed units, over the epochs so far; 0 to 1. */
  readonly plannedShare: number;
}

/** The sample ratio check. `mismatch`: the sequential p is below 0.001, nothing may be claimed. */
export type SplitResult =
  | { readonly status: 'no_units' }
  | {
      readonly status: 'ok' | 'mismatch';
      readonly observed: Readonly<Record<string, number>>;
      readonly expected: Readonly<Record<string, number>>;
      /** Pearson's test for one final look; null when epochs with different plans cannot be one table. */
      readonly chiSquare: { readonly statistic: number; readonly df: number; readonly p: number } | null;
      /** Valid however often one looks. */
      readonly sequential: { readonly logBayesFactor: number; readonly p: number };
    };

export interface MetricResult {
  readonly metric: string;
  readonly name: string;
  readonly kind: MetricKind;
  readonly direction: MetricDirection;
  readonly unit: MetricUnit;
  readonly role: MetricRole;
  readonly arms: readonly ArmResult[];
  /** One per treatment. */
  readonly comparisons: readonly Comparison[];
}

export interface ArmResult {
  readonly variant: string;
  readonly n: number;
  /** Null where n is 0 (mean) or below 2 (sd). */
  readonly mean: number | null;
  readonly sd: number | null;
  /** Exact decimals, as text: no rounding, so two runs can be compared to the last digit. */
  readonly sum: string;
  readonly sumOfSquares: string;
}

export type Comparison =
  | {
      readonly status: 'ok';
      readonly treatment: string;
      readonly reading: Reading;
      /** Treatment − control, in the metric's unit. */
      readonly absolute: {
        readonly estimate: number;
        readonly se: number;
        /** Valid for one look planned in advance (Welch). */
        readonly fixed: {
          readonly statistic: number;
          readonly df: number;
          readonly p: number;
          readonly interval: ResultInterval;
        };
        /** Valid however often one looks (confidence sequence). */
        readonly alwaysValid: { readonly p: number; readonly interval: ResultInterval };
      };
      /** (treatment − control) / |control|; null where the control mean is 0 or cannot be told from it. */
      readonly relative: {
        readonly lift: number;
        readonly fixed: ResultInterval | null;
        readonly alwaysValid: ResultInterval | null;
      } | null;
      /** For proportions within one epoch: pooled z (Fisher where cells are small) and Newcombe's interval. */
      readonly proportion: {
        readonly test: 'pooled_z' | 'fisher';
        readonly p: number;
        readonly interval: ResultInterval;
      } | null;
      /** By the day units joined: the estimate over everybody who had joined by then. */
      readonly series: readonly SeriesPoint[];
    }
  | {
      readonly status: 'insufficient_data' | 'zero_variance' | 'invalid_input';
      readonly treatment: string;
      readonly reading: 'not_enough';
      readonly reason: string;
      readonly series: readonly SeriesPoint[];
    };

export interface SeriesPoint {
  readonly day: string;
  readonly exposed: number;
  readonly lift: number;
  /** The always-valid interval of the lift. */
  readonly interval: ResultInterval;
}
