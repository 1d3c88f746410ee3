import {
  bivariateMomentsFromIntegers,
  bivariateMomentsOf,
  cuped,
  ratioDifference,
  type BivariateMoments,
  type CupedMode,
  type MeanTest,
} from '@liftgate/stats';
import type { Case } from './load.ts';
import { fiellerFields } from './means.ts';

/** One arm of paired values, raw or as sums. */
export type PairedArm =
  | { readonly x: number[]; readonly y: number[] }
  | {
      readonly n: number;
      readonly sum_x: number;
      readonly sum_x2: number;
      readonly sum_y: number;
      readonly sum_y2: number;
      readonly sum_xy: number;
    };

export interface PairedInput {
  readonly c: PairedArm;
  readonly t: PairedArm;
  readonly alpha: number;
  readonly mode: CupedMode;
}

export function answerCuped({ input: { c, t, alpha, mode } }: Case<PairedInput>): unknown {
  const r = cuped(armOf(c), armOf(t), { alpha, mode });
  if (r.status === 'insufficient_data' || r.status === 'invalid_input') return r;
  const adjustment = {
    status: r.status,
    mode,
    theta: r.theta,
    adjusted_mean_c: r.adjustedMeanControl,
    adjusted_mean_t: r.adjustedMeanTreatment,
    unadjusted: r.unadjusted,
  };
  if (r.status === 'zero_variance') return { ...adjustment, estimate: r.estimate, se: r.se };
  return {
    ...adjustment,
    ...testFields(r),
    variance_ratio: r.varianceRatio,
    relative: r.relative && {
      lift: r.relative.lift,
      se_delta: r.relative.seDelta,
      se_gbstats: r.relative.seGrowthBook,
      ci_delta: r.relative.intervalDelta,
      ci_gbstats: r.relative.intervalGrowthBook,
      fieller: fiellerFields(r.relative.fieller),
    },
  };
}

export function answerRatio({ input: { c, t, alpha } }: Case<PairedInput>): unknown {
  const r = ratioDifference(armOf(c), armOf(t), { alpha });
  if (r.status === 'zero_variance') {
    return {
      status: r.status,
      ratio_c: r.ratioControl,
      ratio_t: r.ratioTreatment,
      se_c: 0,
      se_t: 0,
      estimate: r.estimate,
    };
  }
  if (r.status !== 'ok') return r;
  const { relative } = r;
  return {
    status: 'ok',
    ratio_c: r.meanControl,
    ratio_t: r.meanTreatment,
    se_c: r.seControl,
    se_t: r.seTreatment,
    ...testFields(r),
    relative:
      relative.status === 'ok'
        ? {
            lift: relative.lift,
            se_delta: relative.seDelta,
            ci_delta: relative.delta.interval,
            fieller: fiellerFields(relative.fieller),
          }
        : null,
  };
}

function testFields(r: MeanTest) {
  return {
    estimate: r.estimate,
    se: r.se,
    statistic: r.statistic,
    df: r.df,
    p_two_sided: r.pTwoSided,
    p_greater: r.pGreater,
    p_less: r.pLess,
    crit_two_sided: r.critical,
    ci: r.interval,
    lower_one_sided: r.lowerOneSided,
    upper_one_sided: r.upperOneSided,
  };
}

function armOf(arm: PairedArm): BivariateMoments {
  if ('x' in arm) return bivariateMomentsOf(arm.x, arm.y);
  if (!Object.values(arm).every((value) => Number.isInteger(value))) {
    const { n, sum_x, sum_y } = arm;
    return {
      n,
      meanX: sum_x / n,
      meanY: sum_y / n,
      sxx: arm.sum_x2 - sum_x * (sum_x / n),
      syy: arm.sum_y2 - sum_y * (sum_y / n),
      sxy: arm.sum_xy - sum_x * (sum_y / n),
    };
  }
  const sums = {
    n: BigInt(arm.n),
    sumX: BigInt(arm.sum_x),
    sumY: BigInt(arm.sum_y),
    sumXX: BigInt(arm.sum_x2),
    sumYY: BigInt(arm.sum_y2),
    sumXY: BigInt(arm.sum_xy),
  };
  return bivariateMomentsFromIntegers(sums, { x: 0, y: 0 });
}
