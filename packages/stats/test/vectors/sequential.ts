import {
  cStar,
  cStarApproximation,
  confidenceSequence,
  oneSidedClosedBound,
  oneSidedSequence,
  sampleSizeMixture,
  shrinkingMixture,
  tauSquaredFor,
} from '@liftgate/stats';
import { share, threshold, type ShareCase, type ThresholdCase } from './guardrails.ts';
import type { Case } from './load.ts';
import type { Tolerance } from './compare.ts';

export interface LookInput {
  readonly estimate: number;
  readonly se: number;
  readonly c: number;
  readonly alpha: number;
  readonly null: number;
}

export type SequentialInput = LookInput &
  OneSidedCase &
  GrowthBookCase &
  StatsigCase &
  StreamCase &
  ShareCase &
  ThresholdCase;

export function answerSequential({ kind, input }: Case<SequentialInput>): unknown {
  switch (kind) {
    case 'c_star':
      return { exact: cStar(input.alpha), approx: cStarApproximation(input.alpha) };
    case 'two_sided':
      return twoSided(input);
    case 'one_sided':
      return oneSided(input);
    case 'growthbook':
      return growthBook(input);
    case 'statsig_msprt':
      return statsig(input);
    case 'bernoulli_threshold':
      return threshold(input);
    case 'share_grid':
      return share(input);
    case 'stream':
      return stream(input);
    default:
      return undefined;
  }
}

export function sequentialTolerance(): (path: string) => Tolerance {
  return (path) => (path.includes('log_e') ? { rel: 1e-9, abs: 1e-9 } : { rel: 1e-9 });
}

export function twoSided({ estimate, se, c, alpha, null: nullValue }: LookInput) {
  const look = confidenceSequence({ estimate, se, tauSquared: c * se * se, alpha, null: nullValue });
  if (look.status === 'zero_variance') return { status: look.status, log_e: look.logE, p: look.p };
  if (look.status !== 'ok') return look;
  return { z: look.z, c: look.c, log_e: look.logE, p: look.p, half_width: look.halfWidth, ci: look.interval };
}

interface OneSidedCase {
  readonly harm: 'increase' | 'decrease';
}

function oneSided(i: LookInput & OneSidedCase): unknown {
  const { estimate, se, c, alpha, harm } = i;
  const tauSquared = c * se * se;
  const look = oneSidedSequence({ estimate, se, tauSquared, alpha, null: i.null, direction: harm });
  if (look.status !== 'ok') return look;
  const closed = oneSidedClosedBound(c, alpha) ?? 0;
  return {
    // The vectors' z is signed as the estimate, ours towards the alternative.
    z: harm === 'increase' ? look.z : -look.z,
    c: look.c,
    log_e: look.logE,
    p: look.p,
    z_bound: look.zBound,
    bound: look.bound,
    z_bound_closed: closed,
    bound_closed: estimate - (harm === 'increase' ? 1 : -1) * closed * se,
  };
}

interface GrowthBookCase {
  readonly n_total: number;
  readonly n_tuning: number;
}

function growthBook({
  n_total: units,
  n_tuning: tuning,
  alpha,
  estimate,
  se,
}: LookInput & GrowthBookCase): unknown {
  const { rhoSquared, c } = sampleSizeMixture(units, tuning, alpha);
  const oneSidedMixture = sampleSizeMixture(units, tuning, 2 * alpha);
  const closed = (oneSidedClosedBound(oneSidedMixture.c, alpha) ?? 0) * se;
  return {
    rho2: rhoSquared,
    ...twoSided({ estimate, se, c, alpha, null: 0 }),
    one_sided_rho2: oneSidedMixture.rhoSquared,
    one_sided_upper_closed: estimate + closed,
    one_sided_lower_closed: estimate - closed,
  };
}

interface StatsigCase {
  readonly var_c: number;
  readonly n_c: number;
  readonly var_t: number;
  readonly n_t: number;
}

function statsig(i: LookInput & StatsigCase): unknown {
  const { var_c: varC, n_c: nC, var_t: varT, n_t: nT, alpha, estimate } = i;
  const v = varC / nC + varT / nT;
  const mixture = shrinkingMixture(v, (varC + varT) / (nC + nT), alpha);
  if (mixture === null) return null;
  const { tau, zStar } = mixture;
  return { V: v, tau, z_star: zStar, ci: [estimate - zStar * Math.sqrt(v), estimate + zStar * Math.sqrt(v)] };
}

interface StreamCase {
  readonly looks: { n_c: number; x_c: number; n_t: number; x_t: number }[];
  readonly mde_absolute: number;
  readonly power: number;
}

function stream({ looks, alpha, mde_absolute: minimumEffect, power }: LookInput & StreamCase): unknown {
  const tauSquared = tauSquaredFor({ alpha, power, minimumEffect });
  const oneSidedTau = tauSquaredFor({ alpha, power, minimumEffect, sides: 1 });
  let runningP = 1;
  let runningPOneSided = 1;
  let running: readonly [number, number] = [-Infinity, Infinity];
  let firstReject: number | null = null;
  let firstRejectOneSided: number | null = null;
  const rows = looks.map(({ n_c, x_c, n_t, x_t }, i) => {
    const estimate = x_t / n_t - x_c / n_c;
    const se = Math.sqrt(bernoulli(x_c, n_c) + bernoulli(x_t, n_t));
    const two = confidenceSequence({ estimate, se, tauSquared, alpha });
    const one = oneSidedSequence({ estimate, se, tauSquared: oneSidedTau, alpha, direction: 'increase' });
    if (two.status !== 'ok' || one.status !== 'ok') return two;
    runningP = Math.min(runningP, two.p);
    runningPOneSided = Math.min(runningPOneSided, one.p);
    running = [Math.max(running[0], two.interval[0]), Math.min(running[1], two.interval[1])];
    if (runningP <= alpha) firstReject ??= i;
    if (runningPOneSided <= alpha) firstRejectOneSided ??= i;
    return {
      status: 'ok',
      estimate,
      se,
      log_e: two.logE,
      p: two.p,
      ci: two.interval,
      running_p: runningP,
      running_ci: running,
      one_sided_log_e: one.logE,
      running_p_one_sided: runningPOneSided,
    };
  });
  return {
    tau2: tauSquared,
    tau2_one_sided: oneSidedTau,
    looks: rows,
    first_reject_look: firstReject,
    first_reject_look_one_sided: firstRejectOneSided,
  };
}

/** The variance of a proportion from its sample variance p(1 − p)n/(n − 1). */
function bernoulli(x: number, n: number): number {
  return ((x / n) * (1 - x / n)) / (n - 1);
}
