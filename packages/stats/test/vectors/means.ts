import {
  meanEstimate,
  relativeLift,
  variance,
  welch,
  type FiellerSet,
  type Moments,
  type RelativeLift,
} from '@liftgate/stats';
import { armMoments, type ArmInput } from './arms.ts';
import type { Case } from './load.ts';

export interface ArmsInput {
  readonly c: ArmInput;
  readonly t: ArmInput;
  readonly alpha: number;
  readonly null?: number;
}

export function answerWelch({ input }: Case<ArmsInput>): unknown {
  const { c, t, alpha, null: nullValue = 0 } = input;
  const control = armMoments(c);
  const treatment = armMoments(t);
  const result = welch(control, treatment, { alpha, null: nullValue });
  if (result.status !== 'ok') return result;
  return {
    status: 'ok',
    mean_c: result.meanControl,
    mean_t: result.meanTreatment,
    var_c: variance(control),
    var_t: variance(treatment),
    estimate: result.estimate,
    se: result.se,
    statistic: result.statistic,
    df: result.df,
    p_two_sided: result.pTwoSided,
    p_greater: result.pGreater,
    p_less: result.pLess,
    crit_two_sided: result.critical,
    ci: result.interval,
    lower_one_sided: result.lowerOneSided,
    upper_one_sided: result.upperOneSided,
  };
}

export function answerRelativeLift({ input }: Case<ArmsInput>): unknown {
  const { c, t, alpha } = input;
  const result = liftOf(armMoments(c), armMoments(t), alpha);
  if (result.status !== 'ok') return result;
  const { delta, fieller } = result;
  return {
    status: 'ok',
    lift: result.lift,
    se_delta: result.seDelta,
    df: result.df,
    delta: {
      statistic: delta.statistic,
      p_two_sided: delta.pTwoSided,
      p_greater: delta.pGreater,
      p_less: delta.pLess,
      ci: delta.interval,
      lower_one_sided: delta.lowerOneSided,
      upper_one_sided: delta.upperOneSided,
    },
    fieller: { ...fiellerFields(fieller), p_two_sided: result.pTwoSided },
  };
}

export function fiellerFields(set: FiellerSet) {
  const { g } = set;
  if (set.kind === 'unbounded') return { kind: 'all', g, lower: -Infinity, upper: Infinity };
  if (set.kind === 'exclusive') return { kind: 'exclusive', g, lower: set.below, upper: set.above };
  return { kind: 'interval', g, lower: set.interval[0], upper: set.interval[1] };
}

function liftOf(control: Moments, treatment: Moments, alpha: number): RelativeLift {
  const c = meanEstimate(control);
  const t = meanEstimate(treatment);
  return c && t ? relativeLift(c, t, { alpha }) : { status: 'insufficient_data' };
}
