import { betaPosterior, normalPosterior, type Successes } from '@liftgate/stats';
import type { Case } from './load.ts';
import type { Tolerance } from './compare.ts';

export interface BayesInput {
  readonly estimate: number;
  readonly se: number;
  readonly prior_mean: number;
  readonly prior_sd: number | null;
  readonly alpha: number;
  readonly c: Successes;
  readonly t: Successes;
  readonly prior_a: number;
  readonly prior_b: number;
}

export function answerBayes({ kind, input: i }: Case<BayesInput>): unknown {
  if (kind === 'beta_binomial') {
    const r = betaPosterior(i.c, i.t, { a: i.prior_a, b: i.prior_b });
    if (r.status !== 'ok') return r;
    return {
      posterior_t: r.posteriorTreatment,
      posterior_c: r.posteriorControl,
      mean_t: r.meanTreatment,
      mean_c: r.meanControl,
      chance_to_win: r.chanceToWin,
      expected_loss_ship: r.expectedLossShip,
      expected_loss_keep: r.expectedLossKeep,
    };
  }
  const prior = i.prior_sd === null ? {} : { priorSd: i.prior_sd };
  const r = normalPosterior({
    estimate: i.estimate,
    se: i.se,
    priorMean: i.prior_mean,
    alpha: i.alpha,
    ...prior,
  });
  if (r.status !== 'ok') return r;
  return {
    posterior_mean: r.posteriorMean,
    posterior_sd: r.posteriorSd,
    chance_to_win: r.chanceToWin,
    chance_to_lose: r.chanceToLose,
    expected_loss_ship: r.expectedLossShip,
    expected_loss_keep: r.expectedLossKeep,
    ci: r.interval,
  };
}

/** Losses below 1e-12 sd are asked for to 1e-15 sd only. */
export function bayesTolerance({
  output,
}: Case<BayesInput, { posterior_sd?: number }>): (path: string) => Tolerance {
  const sd = output.posterior_sd ?? 0;
  return (path) => ({ rel: 1e-8, abs: path.startsWith('expected_loss') ? 1e-15 * sd : 1e-300 });
}
