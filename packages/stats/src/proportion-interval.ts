import { betaIsf, betaQuantile } from './beta-distribution.ts';
import { complainUnlessCount, DEFAULT_ALPHA, type Interval } from './input.ts';
import { normalIsf } from './normal-distribution.ts';

/** Units that did, of n units exposed. */
export interface Successes {
  readonly successes: number;
  readonly n: number;
}

/** Wilson's score interval of one proportion; exactly 0 below without successes, exactly 1 above without failures. */
export function wilsonInterval(successes: number, n: number, alpha: number = DEFAULT_ALPHA): Interval {
  if (!(n > 0) || !isOpenUnitCount(successes, n, alpha)) return [0, 1];
  const z = normalIsf(alpha / 2);
  if (!Number.isFinite(z)) return [0, 1];
  const p = successes / n;
  const square = (z * z) / n;
  const center = (p + square / 2) / (1 + square);
  const half = (z / (1 + square)) * Math.sqrt((p * (1 - p)) / n + square / (4 * n));
  return [successes === 0 ? 0 : Math.max(0, center - half), successes === n ? 1 : Math.min(1, center + half)];
}

/** The exact interval of one proportion: never covers less than 1 − alpha. Source: Clopper and Pearson (1934). */
export function clopperPearsonInterval(
  successes: number,
  n: number,
  alpha: number = DEFAULT_ALPHA,
): Interval {
  if (!(n > 0) || !isOpenUnitCount(successes, n, alpha)) return [0, 1];
  return [
    successes === 0 ? 0 : betaQuantile(alpha / 2, successes, n - successes + 1),
    successes === n ? 1 : betaIsf(alpha / 2, successes + 1, n - successes),
  ];
}

export function waldInterval(control: Successes, treatment: Successes, z: number): Interval {
  const half = z * Math.sqrt(bernoulliVariance(control) + bernoulliVariance(treatment));
  const difference = share(treatment) - share(control);
  return [difference - half, difference + half];
}

export function newcombeInterval(control: Successes, treatment: Successes, alpha: number): Interval {
  const [lowC, highC] = wilsonInterval(control.successes, control.n, alpha);
  const [lowT, highT] = wilsonInterval(treatment.successes, treatment.n, alpha);
  const c = share(control);
  const t = share(treatment);
  return [t - c - Math.hypot(t - lowT, highC - c), t - c + Math.hypot(highT - t, c - lowC)];
}

export function agrestiCaffoInterval(control: Successes, treatment: Successes, z: number): Interval {
  const withTwoMore = ({ successes, n }: Successes): Successes => ({ successes: successes + 1, n: n + 2 });
  const [low, high] = waldInterval(withTwoMore(control), withTwoMore(treatment), z);
  return [Math.max(-1, low), Math.min(1, high)];
}

export function share({ successes, n }: Successes): number {
  return successes / n;
}

function bernoulliVariance(arm: Successes): number {
  return (share(arm) * (1 - share(arm))) / arm.n;
}

function isOpenUnitCount(successes: number, n: number, alpha: number): boolean {
  return complaintAboutSuccesses('arm', { successes, n }) === null && alpha > 0 && alpha < 1;
}

export function complaintAboutSuccesses(name: string, { successes, n }: Successes): string | null {
  return (
    complainUnlessCount(`${name}.n`, n) ??
    complainUnlessCount(`${name}.successes`, successes) ??
    (successes <= n ? null : `${name}.successes must not exceed ${name}.n, got ${successes} of ${n}`)
  );
}
