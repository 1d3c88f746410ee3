import { around, probabilityPositive } from './dollars.ts';
import { fiellerRatio, shiftSet, type FiellerSet } from './fieller.ts';
import {
  complainUnlessFinite,
  complainUnlessNotNegative,
  complainUnlessOpenUnit,
  DEFAULT_ALPHA,
  firstComplaint,
  type Interval,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { normalIsf } from './normal-distribution.ts';

export type ReturnOnInvestment =
  | {
      readonly status: 'ok';
      /** Value over cost, minus one: 0.5 is fifty percent. */
      readonly roi: number;
      readonly seDelta: number;
      readonly intervalDelta: Interval;
      /** Decides: stays right when the cost is uncertain, and says "unbounded" when it may be nothing. */
      readonly fieller: FiellerSet;
      readonly netUsd: number;
      readonly netInterval: Interval;
      /** P(value > cost). */
      readonly probabilityPositive: number;
    }
  | { readonly status: 'zero_cost'; readonly roi: null }
  | InvalidInput;

/** Return on investment of independent value and cost estimates, both in dollars over the same period. */
export function returnOnInvestment(input: {
  readonly valueUsd: number;
  readonly valueSeUsd: number;
  readonly costUsd: number;
  readonly costSeUsd?: number;
  readonly alpha?: number;
}): ReturnOnInvestment {
  const { valueUsd, valueSeUsd, costUsd, costSeUsd = 0, alpha = DEFAULT_ALPHA } = input;
  const invalid = firstComplaint(
    complainUnlessFinite('valueUsd', valueUsd),
    complainUnlessNotNegative('valueSeUsd', valueSeUsd),
    complainUnlessNotNegative('costUsd', costUsd),
    complainUnlessNotNegative('costSeUsd', costSeUsd),
    complainUnlessOpenUnit('alpha', alpha),
  );
  if (invalid) return invalid;
  const ratio = valueUsd / costUsd;
  if (costUsd === 0 || !Number.isFinite(ratio)) return { status: 'zero_cost', roi: null };
  const z = normalIsf(alpha / 2);
  const seDelta = Math.hypot(valueSeUsd / costUsd, (ratio * costSeUsd) / costUsd);
  const netUsd = valueUsd - costUsd;
  const netSe = Math.hypot(valueSeUsd, costSeUsd);
  const set = fiellerRatio(
    {
      numerator: valueUsd,
      denominator: costUsd,
      varianceOfNumerator: valueSeUsd * valueSeUsd,
      varianceOfDenominator: costSeUsd * costSeUsd,
    },
    z,
  );
  return unlessOverflow({
    status: 'ok' as const,
    roi: ratio - 1,
    seDelta,
    intervalDelta: around(ratio - 1, z * seDelta),
    fieller: shiftSet(set, -1),
    netUsd,
    netInterval: around(netUsd, z * netSe),
    probabilityPositive: probabilityPositive(netUsd, netSe),
  });
}
