import { murmur3 } from './murmur3.ts';
import { treatmentsOf, type Flag } from './flag.ts';

/** Units fall into this many buckets of equal size: a share is honoured to a thousandth of a percent. */
export const BUCKETS = 100_000;

/** The bucket in [0, BUCKETS) of a unit: a pure function of salt and unit, never stored. */
export function bucketOf(salt: string, unit: string): number {
  // Multiply and shift, exactly: hash · BUCKETS < 2^53. The colon cannot occur in a salt.
  return Math.floor((murmur3(`${salt}:${unit}`) * BUCKETS) / 2 ** 32);
}

/** A run of buckets that is served one variant. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  readonly variant: string;
  /** Whether its units are part of the experiment. */
  readonly analysed: boolean;
}

type Allocation = Pick<Flag, 'variants' | 'control' | 'stage' | 'share' | 'holdback'>;

/**
 * The slices of a flag's allocation, in bucket order. Buckets in no slice get the control and are not analysed.
 *
 * Each arm has a fixed window, treatments first and the control last, as wide as its weight; a share fills every
 * window from its left edge. With two equal arms and share c: treatment [0, c), control [½, ½ + c). So growing the
 * share moves no unit between arms, and both arms grow alike.
 *
 * At 100 % the treatments keep their windows, the control keeps the holdback (its oldest units), and the rest of the
 * control's window is served the first treatment without being analysed: those units have been control before.
 * Of every treatment the same fraction as of the control is analysed, its oldest units: units that join an arm later
 * than those of the other would be of another kind. Without a holdback nobody is analysed.
 */
export function slicesOf(flag: Allocation): Slice[] {
  const arms = windowsOf(flag);
  if (flag.share <= 0) return [];
  if (flag.share >= 1) return fullSlices(flag, arms);
  const control = arms.find((arm) => arm.variant === flag.control);
  const treated = BUCKETS - (control ? control.to - control.from : 0);
  const fill = Math.min(1, (flag.share * BUCKETS) / treated);
  return arms.map((arm) => ({
    from: arm.from,
    to: arm.from + Math.round((arm.to - arm.from) * fill),
    variant: arm.variant,
    analysed: true,
  }));
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly variant: string;
}

function windowsOf(flag: Allocation): Window[] {
  const control = flag.variants.filter((variant) => variant.name === flag.control);
  const ordered = [...treatmentsOf(flag), ...control];
  const total = ordered.reduce((sum, variant) => sum + variant.weight, 0);
  let before = 0;
  return ordered.map((variant) => {
    const from = Math.round((before / total) * BUCKETS);
    before += variant.weight;
    return { from, to: Math.round((before / total) * BUCKETS), variant: variant.name };
  });
}

function fullSlices(flag: Allocation, arms: readonly Window[]): Slice[] {
  const first = treatmentsOf(flag)[0]?.name ?? flag.control;
  const control = arms.find((arm) => arm.variant === flag.control);
  const fill = control ? Math.min(1, (flag.holdback * BUCKETS) / (control.to - control.from)) : 0;
  return arms
    .flatMap((arm): Slice[] => {
      const kept = arm.from + Math.round((arm.to - arm.from) * fill);
      const rest = arm.variant === flag.control ? first : arm.variant;
      return [
        { ...arm, to: kept, analysed: true },
        { from: kept, to: arm.to, variant: rest, analysed: false },
      ];
    })
    .filter((slice) => slice.to > slice.from);
}

/** Analysed buckets per variant: what the split check expects, relative to each other. */
export function expectedWeights(flag: Allocation): Record<string, number> {
  const weights = Object.fromEntries(flag.variants.map((variant) => [variant.name, 0]));
  for (const slice of slicesOf(flag)) {
    if (slice.analysed) weights[slice.variant] = (weights[slice.variant] ?? 0) + slice.to - slice.from;
  }
  return weights;
}
