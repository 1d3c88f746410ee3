import { complaintAboutBivariate, momentsOfY, type BivariateMoments } from './bivariate-moments.ts';
import { fiellerRatio, scaleSet, type FiellerSet } from './fieller.ts';
import {
  complainUnlessFinite,
  complainUnlessOpenUnit,
  DEFAULT_ALPHA,
  firstComplaint,
  type Interval,
  type InvalidInput,
  invalidInput,
  isFiniteThroughout,
  unlessOverflow,
} from './input.ts';
import { tTest, welch, welchDf, type MeanTest } from './mean-difference.ts';
import type { MeanEstimate } from './strata.ts';

/** `pooled_within` is the slope of y ~ 1 + treatment + x (use this); `joint` ignores the arms, as GrowthBook does. */
export type CupedMode = 'pooled_within' | 'joint';

export interface CupedOptions {
  readonly alpha?: number;
  readonly mode?: CupedMode;
  /** A slope fixed earlier: refitting at every look is only asymptotically harmless, so fix it at the first look past burn-in. */
  readonly theta?: number;
}

export interface CupedRelative {
  /** Adjusted difference over the unadjusted |ȳ_c|. */
  readonly lift: number;
  readonly seDelta: number;
  readonly intervalDelta: Interval;
  /** With ȳ_t in place of ȳ_c + difference in the gradient: GrowthBook's, for comparison. */
  readonly seGrowthBook: number;
  readonly intervalGrowthBook: Interval;
  readonly fieller: FiellerSet;
}

interface Adjustment {
  readonly theta: number;
  /** ȳ − θ(x̄ − grand x̄): comparable with the raw means. */
  readonly adjustedMeanControl: number;
  readonly adjustedMeanTreatment: number;
  readonly unadjusted: { readonly estimate: number; readonly se: number };
}

export type Cuped =
  | ({ readonly status: 'ok' } & MeanTest &
      Adjustment & {
        /** Adjusted over unadjusted variance of the difference: 0.6 saves 40 % of the units. */
        readonly varianceRatio: number;
        /** Null where the control mean is 0. */
        readonly relative: CupedRelative | null;
      })
  | ({ readonly status: 'zero_variance'; readonly estimate: number; readonly se: 0 } & Adjustment)
  | { readonly status: 'insufficient_data' }
  | InvalidInput;

/** Below this share of the raw variance an adjusted variance is rounding. */
const NEGLIGIBLE = 1e-12;

/**
 * The difference of means, adjusted for one covariate x that predates each unit's exposure. Unbiased in large samples whatever the slope.
 * Source: Deng, Xu, Kohavi and Walker (2013).
 */
export function cuped(
  control: BivariateMoments,
  treatment: BivariateMoments,
  options: CupedOptions = {},
): Cuped {
  const { alpha = DEFAULT_ALPHA, mode = 'pooled_within' } = options;
  const invalid = firstComplaint(
    complainUnlessOpenUnit('alpha', alpha),
    options.theta === undefined ? null : complainUnlessFinite('theta', options.theta),
    complaintAboutBivariate('control', control),
    complaintAboutBivariate('treatment', treatment),
  );
  if (invalid) return invalid;
  if (control.n < 2 || treatment.n < 2) return { status: 'insufficient_data' };
  const theta = options.theta ?? slope(control, treatment, mode);
  const adjusted = cupedEstimates(control, treatment, theta);
  if (adjusted === null) return invalidInput('the result leaves the range of a double');
  const { control: c, treatment: t } = adjusted;
  const estimate = t.mean - c.mean;
  const raw = welch(momentsOfY(control), momentsOfY(treatment), { alpha });
  const rawSe = raw.status === 'ok' ? raw.se : 0;
  const adjustment: Adjustment = {
    theta,
    adjustedMeanControl: c.mean,
    adjustedMeanTreatment: t.mean,
    unadjusted: { estimate: treatment.meanY - control.meanY, se: rawSe },
  };
  const v = c.varianceOfMean + t.varianceOfMean;
  if (v <= NEGLIGIBLE * rawSe * rawSe) {
    return unlessOverflow({ status: 'zero_variance' as const, estimate, se: 0 as const, ...adjustment });
  }
  const test = tTest({ estimate, se: Math.sqrt(v), df: welchDf(c, t), nullValue: 0, alpha });
  return unlessOverflow({
    status: 'ok' as const,
    meanControl: c.mean,
    meanTreatment: t.mean,
    ...test,
    ...adjustment,
    varianceRatio: v / (rawSe * rawSe),
    relative: relativeTo(control, treatment, {
      theta,
      estimate,
      v,
      critical: test.critical,
      treatmentVariance: t.varianceOfMean,
    }),
  });
}

/**
 * Both arms' adjusted means as estimates, to feed confidence sequences and margins. Null with fewer than two units in an arm, with moments no
 * data can have, or where a result leaves the range of a double.
 */
export function cupedEstimates(
  control: BivariateMoments,
  treatment: BivariateMoments,
  theta: number,
): { control: MeanEstimate; treatment: MeanEstimate } | null {
  const unsound =
    complaintAboutBivariate('control', control) ?? complaintAboutBivariate('treatment', treatment);
  if (unsound !== null || control.n < 2 || treatment.n < 2) return null;
  const n = control.n + treatment.n;
  const grandMeanX = control.meanX + (treatment.meanX - control.meanX) * (treatment.n / n);
  const adjusted = (m: BivariateMoments): MeanEstimate => {
    const squares = m.syy - 2 * theta * m.sxy + theta * theta * m.sxx;
    const variance = squares <= NEGLIGIBLE * Math.abs(m.syy) ? 0 : squares / (m.n - 1);
    const mean = m.meanY - theta * (m.meanX - grandMeanX);
    return { n: m.n, mean, variance, varianceOfMean: variance / m.n, df: m.n - 1 };
  };
  const estimates = { control: adjusted(control), treatment: adjusted(treatment) };
  return isFiniteThroughout(estimates) ? estimates : null;
}

/** θ = S_xy/S_xx; 0 for a covariate that does not vary. */
export function slope(control: BivariateMoments, treatment: BivariateMoments, mode: CupedMode): number {
  let sxx = control.sxx + treatment.sxx;
  let sxy = control.sxy + treatment.sxy;
  if (mode === 'joint') {
    const weight = (control.n * treatment.n) / (control.n + treatment.n);
    const dx = treatment.meanX - control.meanX;
    sxx += weight * dx * dx;
    sxy += weight * dx * (treatment.meanY - control.meanY);
  }
  const theta = sxy / sxx;
  return sxx > 0 && Number.isFinite(theta) ? theta : 0;
}

function relativeTo(
  control: BivariateMoments,
  treatment: BivariateMoments,
  fit: { theta: number; estimate: number; v: number; critical: number; treatmentVariance: number },
): CupedRelative | null {
  const { theta, estimate, critical } = fit;
  const y = control.meanY;
  if (y === 0) return null;
  const perUnit = control.n * (control.n - 1);
  const vyy = control.syy / perUnit;
  const vxy = control.sxy / perUnit;
  const vxx = control.sxx / perUnit;
  const seOf = (level: number): number => {
    const slopeY = level / y;
    const controlPart = slopeY * slopeY * vyy - 2 * theta * slopeY * vxy + theta * theta * vxx;
    return Math.sqrt(Math.max(0, fit.treatmentVariance + controlPart)) / Math.abs(y);
  };
  const lift = estimate / Math.abs(y);
  const seDelta = seOf(y + estimate);
  const seGrowthBook = seOf(treatment.meanY);
  if (!Number.isFinite(lift) || !Number.isFinite(seDelta) || !Number.isFinite(seGrowthBook)) return null;
  const set = fiellerRatio(
    {
      numerator: estimate,
      denominator: y,
      varianceOfNumerator: fit.v,
      varianceOfDenominator: vyy,
      covariance: theta * vxy - vyy,
    },
    critical,
  );
  return {
    lift,
    seDelta,
    intervalDelta: [lift - critical * seDelta, lift + critical * seDelta],
    seGrowthBook,
    intervalGrowthBook: [lift - critical * seGrowthBook, lift + critical * seGrowthBook],
    fieller: scaleSet(set, Math.sign(y)),
  };
}
