import {
  complainUnlessFinite,
  complainUnlessNotNegative,
  complainUnlessPositive,
  firstComplaint,
  type InvalidInput,
} from './input.ts';

export type Shrunk =
  | {
      readonly status: 'ok';
      readonly shrinkage: number;
      readonly posteriorMean: number;
      readonly posteriorSd: number;
    }
  | InvalidInput;

/**
 * The estimate pulled towards zero by k = sd0²/(sd0² + se²): the correction of the winner's curse. Winners picked by p < 0.05 overstate
 * their truth 1.1 to 3.2 times. `priorSd` is fitted on all finished experiments, losers included (`fitPriorSd`).
 */
export function shrink(input: {
  readonly estimate: number;
  readonly se: number;
  readonly priorSd: number;
}): Shrunk {
  const { estimate, se, priorSd } = input;
  const invalid = firstComplaint(
    complainUnlessFinite('estimate', estimate),
    complainUnlessNotNegative('se', se),
    complainUnlessPositive('priorSd', priorSd),
  );
  if (invalid) return invalid;
  const shrinkage = 1 / (1 + (se / priorSd) ** 2);
  return {
    status: 'ok',
    shrinkage,
    posteriorMean: shrinkage * estimate,
    posteriorSd: Math.sqrt(shrinkage) * se,
  };
}

/**
 * Maximum-likelihood sd0 of true effects ~ N(0, sd0²) from estimates ~ N(effect, se²), by golden-section search on the log-likelihood in
 * ln sd0. Null with fewer than two experiments, or where the estimates vary no more than their errors explain (then everything shrinks to 0).
 */
export function fitPriorSd(
  experiments: readonly { readonly estimate: number; readonly se: number }[],
): number | null {
  const usable = experiments.filter(
    ({ estimate, se }) => Number.isFinite(estimate) && Number.isFinite(se) && se >= 0,
  );
  if (usable.length < 2) return null;
  const logLikelihood = (sd: number): number =>
    usable.reduce((sum, { estimate, se }) => {
      const v = sd * sd + se * se;
      return v > 0 ? sum - 0.5 * (Math.log(v) + (estimate * estimate) / v) : sum;
    }, 0);
  const largest = Math.max(...usable.map(({ estimate, se }) => Math.max(Math.abs(estimate), se)));
  if (largest === 0) return null;
  let low = Math.log(largest) - 14;
  let high = Math.log(largest) + 2.5;
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let step = 0; step < 60; step++) {
    const a = high - golden * (high - low);
    const b = low + golden * (high - low);
    if (logLikelihood(Math.exp(a)) < logLikelihood(Math.exp(b))) low = a;
    else high = b;
  }
  const sd = Math.exp((low + high) / 2);
  return Number.isFinite(sd) && sd > largest * 2e-6 ? sd : null;
}
