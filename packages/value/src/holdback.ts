import { normalCdf, normalPdf } from './normal.ts';

/** One more day of holding back a part of the population, in dollars. */
export interface HoldbackDay {
  /** What the held-back units miss in a day, at the estimate; negative when the feature hurts. */
  readonly withheldUsd: number;
  /** What one more day of measuring is expected to save: the chance of being wrong times what that costs, less the same after the day. */
  readonly informationUsd: number;
  readonly release: boolean;
}

/**
 * Whether a holdback still earns its keep. The value of a year is known as N(value, se²); deciding "keep" costs the
 * expected loss E[max(−value, 0)] over the horizon. One more day shrinks se to se·√(n/(n+day)), and with it that loss
 * (the value of perfect information is an upper bound of what measuring can still bring).
 */
export function holdbackDay(input: {
  readonly annualValueUsd: number;
  readonly seUsd: number;
  /** The share held back, in (0, 1). */
  readonly holdback: number;
  /** Days of measuring behind the present estimate. */
  readonly daysMeasured: number;
  /** For how many years the decision will stand. */
  readonly horizonYears: number;
}): HoldbackDay {
  const { annualValueUsd, seUsd, holdback, daysMeasured, horizonYears } = input;
  const withheldUsd = (annualValueUsd / 365) * holdback;
  const after = seUsd * Math.sqrt(daysMeasured / (daysMeasured + 1));
  // What one more day can move the estimate by: the part of the error that goes away.
  const moveSd = Math.sqrt(Math.max(0, seUsd * seUsd - after * after));
  const informationUsd = horizonYears * expectedGain(annualValueUsd, moveSd);
  return { withheldUsd, informationUsd, release: withheldUsd > informationUsd };
}

/** E[max(0, X)] − max(0, E X) for X ~ N(mean, sd²): what it is worth to see X before choosing between X and 0. */
function expectedGain(mean: number, sd: number): number {
  if (sd === 0) return 0;
  const z = Math.abs(mean) / sd;
  return Math.max(0, sd * (normalPdf(z) - z * normalCdf(-z)));
}
