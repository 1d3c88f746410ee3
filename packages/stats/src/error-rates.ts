import { complainUnlessOpenUnit } from './input.ts';

/** What a plan promises: α of a false claim, power to find the effect, on one side or two. */
export interface ErrorRates {
  readonly alpha?: number;
  readonly power?: number;
  readonly sides?: 1 | 2;
}

export function rates({ alpha = 0.05, power = 0.8 }: ErrorRates) {
  return { alpha, power };
}

export function complaintsAboutRates(input: ErrorRates): readonly (string | null)[] {
  const { alpha, power } = rates(input);
  return [complainUnlessOpenUnit('alpha', alpha), complainUnlessOpenUnit('power', power)];
}
