import {
  complainUnlessFinite,
  complainUnlessOpenUnit,
  complainUnlessPositive,
  complainUnlessCount,
  DEFAULT_ALPHA,
  firstComplaint,
  type Interval,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { logBeta } from './log-gamma.ts';
import { millsRatio, normalCdf, normalDensity, normalIsf, normalSf } from './normal-distribution.ts';
import type { Successes } from './proportion.ts';

/**
 * Posterior quantities, for display only: a posterior threshold watched continuously has no error guarantee, so nothing decides with them.
 */
export interface NormalPosterior {
  readonly status: 'ok';
  readonly posteriorMean: number;
  readonly posteriorSd: number;
  /** P(effect > 0). */
  readonly chanceToWin: number;
  readonly chanceToLose: number;
  /** E[max(−effect, 0)]: what shipping is expected to lose, in the effect's unit. */
  readonly expectedLossShip: number;
  /** E[max(effect, 0)]: what not shipping is expected to forgo. */
  readonly expectedLossKeep: number;
  readonly interval: Interval;
}

/** Conjugate normal posterior of an effect. Without `priorSd` the prior is flat and the posterior is the estimate itself. */
export function normalPosterior(input: {
  readonly estimate: number;
  readonly se: number;
  readonly priorMean?: number;
  readonly priorSd?: number;
  readonly alpha?: number;
}): NormalPosterior | InvalidInput {
  const { estimate, se, priorMean = 0, priorSd, alpha = DEFAULT_ALPHA } = input;
  const invalid = firstComplaint(
    complainUnlessFinite('estimate', estimate),
    complainUnlessPositive('se', se),
    complainUnlessFinite('priorMean', priorMean),
    priorSd === undefined ? null : complainUnlessPositive('priorSd', priorSd),
    complainUnlessOpenUnit('alpha', alpha),
  );
  if (invalid) return invalid;
  const weight = priorSd === undefined ? 1 : 1 / (1 + (se / priorSd) ** 2);
  const posteriorMean = weight * estimate + (1 - weight) * priorMean;
  const posteriorSd = se * Math.sqrt(weight);
  const z = posteriorMean / posteriorSd;
  const half = normalIsf(alpha / 2) * posteriorSd;
  return unlessOverflow({
    status: 'ok' as const,
    posteriorMean,
    posteriorSd,
    chanceToWin: normalCdf(z),
    chanceToLose: normalSf(z),
    expectedLossShip: posteriorSd * unitLoss(z),
    expectedLossKeep: posteriorSd * unitLoss(-z),
    interval: [posteriorMean - half, posteriorMean + half],
  });
}

/** E[max(−Z, 0)] for Z ~ N(z, 1), that is φ(z) − zΦ(−z); far out as φ(z)(1 − z·Mills), where the difference would cancel. */
function unitLoss(z: number): number {
  if (z <= 0) return normalDensity(z) - z * normalCdf(-z);
  const mills = millsRatio(z);
  // 1 − z·M(z) ≈ 1/z² − 3/z⁴ + 15/z⁶ − …: beyond z = 30 the series is exact to the last digit.
  const gap = z > 30 ? (1 - 3 / z ** 2 + 15 / z ** 4 - 105 / z ** 6) / z ** 2 : 1 - z * mills;
  return normalDensity(z) * gap;
}

export interface BetaPosterior {
  readonly status: 'ok';
  readonly posteriorControl: readonly [number, number];
  readonly posteriorTreatment: readonly [number, number];
  readonly meanControl: number;
  readonly meanTreatment: number;
  /** P(p_t > p_c). */
  readonly chanceToWin: number;
  /** E[max(p_c − p_t, 0)]. */
  readonly expectedLossShip: number;
  readonly expectedLossKeep: number;
}

/** Independent beta posteriors of two proportions, by exact sums; the prior's parameters must be whole numbers. */
export function betaPosterior(
  control: Successes,
  treatment: Successes,
  prior: { readonly a: number; readonly b: number } = { a: 1, b: 1 },
): BetaPosterior | InvalidInput {
  const invalid = firstComplaint(
    ...(
      [
        ['control', control],
        ['treatment', treatment],
      ] as const
    ).flatMap(([name, arm]) => [
      complainUnlessCount(`${name}.n`, arm.n),
      complainUnlessCount(`${name}.successes`, arm.successes),
      arm.successes <= arm.n
        ? null
        : `${name}.successes must not exceed ${name}.n, got ${arm.successes} of ${arm.n}`,
    ]),
    complainUnlessCount('prior.a', prior.a) ?? complainUnlessPositive('prior.a', prior.a),
    complainUnlessCount('prior.b', prior.b) ?? complainUnlessPositive('prior.b', prior.b),
  );
  if (invalid) return invalid;
  const c: Beta = [prior.a + control.successes, prior.b + control.n - control.successes];
  const t: Beta = [prior.a + treatment.successes, prior.b + treatment.n - treatment.successes];
  return {
    status: 'ok',
    posteriorControl: c,
    posteriorTreatment: t,
    meanControl: meanOf(c),
    meanTreatment: meanOf(t),
    chanceToWin: chanceOfGreater(t, c),
    expectedLossShip: expectedExcess(c, t),
    expectedLossKeep: expectedExcess(t, c),
  };
}

type Beta = readonly [number, number];

function meanOf([a, b]: Beta): number {
  return a / (a + b);
}

/** E[max(x − y, 0)] = E[x]·P(x′ > y) − E[y]·P(x > y′), where a prime adds one success. */
function expectedExcess(x: Beta, y: Beta): number {
  const value =
    meanOf(x) * chanceOfGreater([x[0] + 1, x[1]], y) - meanOf(y) * chanceOfGreater(x, [y[0] + 1, y[1]]);
  return Math.max(0, value);
}

/** Above this many terms the posteriors are normal to far beyond the digits anyone reads. */
const MOST_TERMS = 1_000_000;

/** P(x > y), by the shorter of two equivalent sums: over the successes of x or over the failures of y. */
function chanceOfGreater(x: Beta, y: Beta): number {
  if (Math.min(x[0], y[1]) > MOST_TERMS) {
    return normalCdf((meanOf(x) - meanOf(y)) / Math.sqrt(varianceOf(x) + varianceOf(y)));
  }
  return x[0] <= y[1] ? sumOverSuccesses(x, y) : sumOverSuccesses([y[1], y[0]], [x[1], x[0]]);
}

function varianceOf([a, b]: Beta): number {
  return ((a / (a + b)) * (b / (a + b))) / (a + b + 1);
}

/**
 * P(x > y) = Σ_{i < a_x} B(a_y + i, b_x + b_y)/((b_x + i) B(1 + i, b_x) B(a_y, b_y)), for whole a_x, summed with a running scale
 * because its first terms underflow. Source: Miller (2015).
 */
function sumOverSuccesses([ax, bx]: Beta, [ay, by]: Beta): number {
  let logScale = logBeta(ay, bx + by) - logBeta(ay, by);
  let term = 1;
  let sum = 0;
  for (let i = 0; i < ax; i++) {
    sum += term;
    term *= ((ay + i) / (ay + by + bx + i)) * ((bx + i) / (1 + i));
    if (sum > 1e250) {
      sum *= 1e-250;
      term *= 1e-250;
      logScale += 250 * Math.LN10;
    }
  }
  return Math.min(1, Math.exp(logScale + Math.log(sum)));
}
