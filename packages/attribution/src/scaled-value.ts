import type { MetricKind } from '@liftgate/stats';

/** A scaled value fits a double exactly. */
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

export type ScaledValue =
  | { readonly status: 'ok'; readonly scaled: bigint }
  | { readonly status: 'value_out_of_range' | 'value_not_allowed'; readonly message: string };

/**
 * The value as an integer of 10^-decimals: the shortest decimal text of the double, rounded half to even. So 0.1 + 0.2
 * at six decimals is exactly 300000.
 */
export function scaledValue(
  value: number,
  metric: { readonly key: string; readonly kind: MetricKind; readonly decimals: number },
): ScaledValue {
  if (!Number.isFinite(value)) return notAllowed(`value must be a finite number, got ${value}`);
  if (metric.kind === 'proportion' && value !== 0 && value !== 1) {
    return notAllowed(`value of the proportion "${metric.key}" must be 0 or 1, got ${value}`);
  }
  if (metric.kind === 'count' && (value < 0 || !Number.isInteger(value))) {
    return notAllowed(
      `value of the count "${metric.key}" must be a whole number of at least 0, got ${value}`,
    );
  }
  const scaled = scale(value, metric.decimals);
  if (scaled > LARGEST || scaled < -LARGEST) {
    return {
      status: 'value_out_of_range',
      message: `value of "${metric.key}" must be within ±${largestText(metric.decimals)} at ${metric.decimals} decimals, got ${value}`,
    };
  }
  return { status: 'ok', scaled };
}

function largestText(decimals: number): string {
  const digits = LARGEST.toString();
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function notAllowed(message: string): ScaledValue {
  return { status: 'value_not_allowed', message };
}

function scale(value: number, decimals: number): bigint {
  if (Number.isInteger(value)) return BigInt(value) * 10n ** BigInt(decimals);
  const [mantissa = '', exponent = '0'] = value.toString().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = decimals + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  return divideHalfEven(digits, 10n ** BigInt(-shift));
}

/** numerator / divisor rounded to the nearest integer, halves to the even one. The divisor is positive. */
export function divideHalfEven(numerator: bigint, divisor: bigint): bigint {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  const quotient = size / divisor;
  const twice = (size % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}
