import { isOpenUnit } from './input.ts';
import { normalIsf } from './normal-distribution.ts';

/**
 * c*(α) = −W₋₁(−α²/e) − 1, the c = τ²·information at which the two-sided normal mixture is narrowest; for one-sided use c*(2α).
 * It solves c − ln(1 + c) = −2 ln α, found by Newton from the right, where the function is convex. 0 for α outside (0, 1).
 * Source: Howard, Ramdas, McAuliffe and Sekhon (2021), section 3.5.
 */
export function cStar(alpha: number): number {
  if (!isOpenUnit(alpha)) return 0;
  const target = -2 * Math.log(alpha);
  let c = target + 2 * Math.sqrt(target) + 1;
  for (let step = 0; step < 100; step++) {
    const next = c - ((c - Math.log1p(c) - target) * (1 + c)) / c;
    if (!(Math.abs(next - c) > 1e-16 * c)) return next;
    c = next;
  }
  return c;
}

/** −2 ln α + ln(1 − 2 ln α): the approximation of c* that GrowthBook and Eppo use, for comparison with them. */
export function cStarApproximation(alpha: number): number {
  if (!isOpenUnit(alpha)) return 0;
  const target = -2 * Math.log(alpha);
  return target + Math.log1p(target);
}

/** Information that is never there. */
const NEVER = Number.MAX_VALUE;

/**
 * Information 1/se² at which a fixed-horizon two-sided test has `power` to find `minimumEffect` (in the metric's unit). The largest double,
 * which no data reach, where no information is enough (an effect of 0) or the input is unusable.
 */
export function informationFor(input: {
  readonly alpha: number;
  readonly power?: number;
  readonly minimumEffect: number;
}): number {
  const { alpha, power = 0.8, minimumEffect } = input;
  const z = (normalIsf(alpha / 2) + normalIsf(1 - power)) / minimumEffect;
  const information = z * z;
  return Number.isFinite(information) ? information : NEVER;
}

/**
 * τ² = c*(α)/I* in the metric's unit squared, fixed before the start: tight around the size at which the effect worth detecting is found.
 * 0, which every sequence refuses, when alpha, power or the effect are unusable.
 */
export function tauSquaredFor(input: {
  readonly alpha: number;
  readonly power?: number;
  /** The absolute effect worth detecting, in the metric's unit: configured baseline × relative effect, never the running mean. */
  readonly minimumEffect: number;
  /** 1 for a one-sided sequence, whose best c is c*(2α); 2 by default. */
  readonly sides?: 1 | 2;
}): number {
  const information = informationFor(input);
  if (!isOpenUnit(input.power ?? 0.8) || information === NEVER) return 0;
  return usable(cStar(input.sides === 1 ? 2 * input.alpha : input.alpha) / information);
}

/**
 * τ² = c*(α)·4σ²/N, for a metric without a configured baseline: narrowest when both arms together hold N units.
 *
 * `variance` is then the running pooled variance, used only as the scale of the metric (c becomes c*·I/I* with I* = N/(4σ²)). Strictly,
 * τ² must be fixed in advance; the running variance makes the sequence asymptotic in one more place, and it converges to a constant.
 */
export function tauSquaredForPlan(input: {
  readonly alpha: number;
  /** Units over both arms together. */
  readonly plannedUnits: number;
  /** Of one unit, in the metric's unit squared. */
  readonly variance: number;
}): number {
  return usable((cStar(input.alpha) * 4 * input.variance) / input.plannedUnits);
}

function usable(tauSquared: number): number {
  return Number.isFinite(tauSquared) && tauSquared > 0 ? tauSquared : 0;
}
