import { complaintAboutMoments, variance, type Moments } from './moments.ts';

/** An estimated mean with what is known about its error; one stage epoch is one stratum. */
export interface MeanEstimate {
  /** Units behind the estimate. */
  readonly n: number;
  /** In the metric's unit. */
  readonly mean: number;
  /** Sample variance of the units, pooled within strata; a description, not used by tests. */
  readonly variance: number | null;
  /** Squared standard error of `mean`. */
  readonly varianceOfMean: number;
  /** Degrees of freedom of `varianceOfMean`. */
  readonly df: number;
}

export interface Stratum {
  readonly control: Moments;
  readonly treatment: Moments;
}

/** The mean of one arm in one stratum; null with fewer than two units, or with moments no data can have. */
export function meanEstimate(m: Moments): MeanEstimate | null {
  const sampleVariance = variance(m);
  if (sampleVariance === null || complaintAboutMoments('arm', m) !== null) return null;
  return {
    n: m.n,
    mean: m.mean,
    variance: sampleVariance,
    varianceOfMean: sampleVariance / m.n,
    df: m.n - 1,
  };
}

/**
 * Both arms over all strata, each arm's strata means averaged with the same weights: the inverse variances of the strata's differences.
 * The difference of the two results is then S/I = Σ I_k d_k / Σ I_k, and a baseline that moves between stages cannot leak into it
 * (pooling a 10/25/50 % ramp instead gives 39.7 % false positives at a nominal 5 %). Degrees of freedom after Satterthwaite.
 *
 * Strata without two units in both arms are left out; with one usable stratum the result is exactly that stratum's estimates.
 * Where a stratum shows no variance at all, inverse variances say nothing, and all strata are weighted by n_c n_t/(n_c + n_t) instead:
 * the same weights up to a constant when the per-unit variance is the same everywhere.
 */
export function combineStrata(
  strata: readonly Stratum[],
): { control: MeanEstimate; treatment: MeanEstimate } | null {
  const used = strata.flatMap((stratum) => {
    const control = meanEstimate(stratum.control);
    const treatment = meanEstimate(stratum.treatment);
    return control && treatment ? [{ control, treatment }] : [];
  });
  const [first] = used;
  if (first === undefined) return null;
  if (used.length === 1) return first;
  const weights = weightsOf(used);
  return {
    control: weightedMean(
      used.map((stratum) => stratum.control),
      weights,
    ),
    treatment: weightedMean(
      used.map((stratum) => stratum.treatment),
      weights,
    ),
  };
}

type Pair = { readonly control: MeanEstimate; readonly treatment: MeanEstimate };

/** Weights that sum to one. */
function weightsOf(strata: readonly Pair[]): number[] {
  const variances = strata.map((s) => s.control.varianceOfMean + s.treatment.varianceOfMean);
  const smallest = Math.min(...variances);
  const raw =
    smallest > 0
      ? variances.map((v) => smallest / v)
      : strata.map((s) => s.control.n * (s.treatment.n / (s.control.n + s.treatment.n)));
  const total = raw.reduce((sum, w) => sum + w, 0);
  return raw.map((w) => w / total);
}

function weightedMean(arms: readonly MeanEstimate[], weights: readonly number[]): MeanEstimate {
  let n = 0;
  let mean = 0;
  let varianceOfMean = 0;
  let within = 0;
  let withinDf = 0;
  arms.forEach((arm, k) => {
    const w = weights[k] ?? 0;
    n += arm.n;
    mean += w * arm.mean;
    varianceOfMean += w * w * arm.varianceOfMean;
    within += (arm.variance ?? 0) * (arm.n - 1);
    withinDf += arm.n - 1;
  });
  return {
    n,
    mean,
    variance: within / withinDf,
    varianceOfMean,
    df: satterthwaite(arms, weights, varianceOfMean, withinDf),
  };
}

/** (Σv)²/Σ(v²/df), written over shares so that it neither overflows nor underflows. */
function satterthwaite(
  arms: readonly MeanEstimate[],
  weights: readonly number[],
  total: number,
  withoutVariance: number,
): number {
  if (total === 0) return withoutVariance;
  const inverse = arms.reduce((sum, arm, k) => {
    const w = weights[k] ?? 0;
    const share = (w * w * arm.varianceOfMean) / total;
    return sum + (share * share) / arm.df;
  }, 0);
  return 1 / inverse;
}
