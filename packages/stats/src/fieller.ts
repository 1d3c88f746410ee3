/** The confidence set of a ratio of two means. In an exclusive set everything from `below` to `above` is rejected, the rest is not. */
export type FiellerSet =
  | { readonly kind: 'interval'; readonly interval: readonly [number, number]; readonly g: number }
  | { readonly kind: 'exclusive'; readonly below: number; readonly above: number; readonly g: number }
  | { readonly kind: 'unbounded'; readonly g: number };

export interface RatioParts {
  readonly numerator: number;
  readonly denominator: number;
  readonly varianceOfNumerator: number;
  readonly varianceOfDenominator: number;
  /** Covariance of the two estimates; 0 for independent arms. */
  readonly covariance?: number;
}

/**
 * The set of ratios r = numerator/denominator with (numerator − r·denominator)² ≤ k²·Var(numerator − r·denominator).
 * Exact for normal estimates with known variances, whatever the denominator's noise; g = k²·var(denominator)/denominator² ≥ 1 means that
 * the denominator is not distinguishable from 0 and the set is not an interval. Source: Fieller (1954).
 * Arithmetic under the lifts, not checked: for finite parts, a denominator that is not 0, variances of at least 0, and squares and products of
 * these that a double can hold. Elsewhere a bound or g may be NaN or infinite, and the analyses answer `invalid_input`.
 */
export function fiellerRatio(parts: RatioParts, k: number): FiellerSet {
  const { numerator: y, denominator: x, varianceOfNumerator: vy, varianceOfDenominator: vx } = parts;
  const covariance = parts.covariance ?? 0;
  const square = k * k;
  const g = (square * vx) / (x * x);
  const a = x * x - square * vx;
  const b = x * y - square * covariance;
  const c = y * y - square * vy;
  const discriminant =
    square * (vy * a + y * y * vx - 2 * x * y * covariance + square * covariance * covariance);
  if (a === 0 || !(discriminant > 0)) {
    if (a > 0) return { kind: 'interval', interval: [b / a, b / a], g };
    return { kind: 'unbounded', g };
  }
  const q = b + (b < 0 ? -1 : 1) * Math.sqrt(discriminant);
  const [low, high] = ordered(q / a, q === 0 ? 0 : c / q);
  if (!Number.isFinite(low) || !Number.isFinite(high)) return { kind: 'unbounded', g };
  return a > 0
    ? { kind: 'interval', interval: [low, high], g }
    : { kind: 'exclusive', below: low, above: high, g };
}

/** The set of lifts sign·(r − 1) that belongs to a set of ratios r; sign is that of the baseline. */
export function liftSet(set: FiellerSet, sign: number): FiellerSet {
  return mapSet(set, (r) => sign * (r - 1));
}

/** The set moved by an amount. */
export function shiftSet(set: FiellerSet, amount: number): FiellerSet {
  return mapSet(set, (r) => r + amount);
}

/** The set multiplied by a factor. */
export function scaleSet(set: FiellerSet, factor: number): FiellerSet {
  return mapSet(set, (r) => factor * r);
}

function mapSet(set: FiellerSet, map: (r: number) => number): FiellerSet {
  if (set.kind === 'unbounded') return set;
  if (set.kind === 'interval') {
    const [low, high] = set.interval;
    return { ...set, interval: ordered(map(low), map(high)) };
  }
  const [below, above] = ordered(map(set.below), map(set.above));
  return { ...set, below, above };
}

function ordered(a: number, b: number): readonly [number, number] {
  return a <= b ? [a, b] : [b, a];
}
