import { momentsOf, type Moments } from '@liftgate/stats';

/** The three ways in which the vectors state one arm. */
export type ArmInput =
  | { readonly values: number[] }
  | Moments
  | { readonly n: number; readonly sum: number; readonly sum_sq: number };

/** Sums of doubles carry their rounding error with them; the cases that state them are chosen so that it does not matter. */
export function armMoments(arm: ArmInput): Moments {
  if ('values' in arm) return momentsOf(arm.values);
  if ('m2' in arm) return arm;
  const mean = arm.n === 0 ? 0 : arm.sum / arm.n;
  return { n: arm.n, mean, m2: arm.sum_sq - arm.sum * mean };
}
