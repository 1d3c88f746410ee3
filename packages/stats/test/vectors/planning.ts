import {
  duration,
  meanSampleSize,
  minimumDetectableEffect,
  nonInferioritySampleSize,
  powerOfSequenceLook,
  powerOneSided,
  powerTwoSided,
  proportionSampleSize,
} from '@liftgate/stats';
import type { Case } from './load.ts';

export interface PowerInput {
  readonly sd: number;
  readonly mean: number;
  readonly mde_relative: number;
  readonly alpha: number;
  readonly power: number;
  readonly ratio_t_over_c: number;
  readonly sides: 1 | 2;
  readonly p_control: number;
  readonly n_per_arm: number;
  readonly effect: number;
  readonly se: number;
  readonly c: number;
  readonly p: number;
  readonly margin: number;
  readonly arms: number;
  readonly daily_units: number;
  readonly allocation: number;
  readonly cuped_rho: number;
}

export function answerPower({ kind, input: i }: Case<PowerInput>): unknown {
  const { alpha, power, sides, sd, mean } = i;
  switch (kind) {
    case 'mean_sample_size': {
      const r = meanSampleSize({
        sd,
        effect: i.mde_relative * mean,
        ratio: i.ratio_t_over_c,
        alpha,
        power,
        sides,
      });
      if (r.status !== 'ok') return r;
      return {
        n_control_exact: r.controlUnitsExact,
        n_control: r.controlUnits,
        n_treatment: r.treatmentUnits,
        power_achieved_z: r.power,
        information_target: r.information,
      };
    }
    case 'proportion_sample_size': {
      const r = proportionSampleSize({ p: i.p_control, lift: i.mde_relative, alpha, power, sides });
      if (r.status !== 'ok') return r;
      return {
        n_per_arm_unpooled: r.unitsPerArm,
        n_per_arm_unpooled_exact: r.unitsPerArmExact,
        n_per_arm_pooled_null: r.unitsPerArmPooled,
        n_per_arm_pooled_null_exact: r.unitsPerArmPooledExact,
      };
    }
    case 'mde': {
      const r = minimumDetectableEffect({ sd, mean, unitsPerArm: i.n_per_arm, alpha, power });
      if (r.status !== 'ok') return r;
      return {
        mde_absolute: r.absolute,
        mde_relative_simple: r.relative,
        mde_relative_delta: r.relativeDelta,
      };
    }
    case 'power':
      return {
        fixed_two_sided: powerTwoSided(i.effect, i.se, alpha),
        fixed_one_sided: powerOneSided(i.effect, i.se, alpha),
        sequential_single_look: powerOfSequenceLook(i.effect, i.se, alpha, i.c),
      };
    case 'non_inferiority': {
      const r = nonInferioritySampleSize({ p: i.p, margin: i.margin, alpha, power });
      return r.status === 'ok' ? { n_per_arm: r.unitsPerArm, n_per_arm_exact: r.unitsPerArmExact } : r;
    }
    case 'duration': {
      const { n_per_arm: unitsPerArm, arms, daily_units: dailyUnits, allocation, cuped_rho: correlation } = i;
      const r = duration({ unitsPerArm, arms, dailyUnits, allocation, correlation });
      return r && { n_per_arm_after_cuped: r.unitsPerArm, days: r.days };
    }
    default:
      return undefined;
  }
}
