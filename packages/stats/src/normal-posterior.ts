import {
  complainUnlessFinite,
  complainUnlessOpenUnit,
  complainUnlessPositive,
  DEFAULT_ALPHA,
  firstComplaint,
  type Interval,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { millsRatio, normalCdf, normalDensity, normalIsf, normalSf } from './normal-distribution.ts';

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
