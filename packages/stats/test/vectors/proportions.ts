import { proportionDifference, type Successes } from '@liftgate/stats';
import type { Case } from './load.ts';

export interface ProportionInput {
  readonly c: Successes;
  readonly t: Successes;
  readonly alpha: number;
}

export function answerProportions({ input: { c, t, alpha } }: Case<ProportionInput>): unknown {
  const r = proportionDifference(c, t, { alpha });
  if (r.status !== 'ok') return r;
  return {
    status: 'ok',
    p_c: r.proportionControl,
    p_t: r.proportionTreatment,
    diff: r.difference,
    pooled_z: r.pooledZ && {
      z: r.pooledZ.z,
      p_two_sided: r.pooledZ.pTwoSided,
      p_greater: r.pooledZ.pGreater,
      p_less: r.pooledZ.pLess,
    },
    wald_ci: r.wald,
    newcombe_ci: r.newcombe,
    agresti_caffo_ci: r.agrestiCaffo,
    wilson_c: r.wilsonControl,
    wilson_t: r.wilsonTreatment,
    clopper_pearson_c: r.clopperPearsonControl,
    clopper_pearson_t: r.clopperPearsonTreatment,
    fisher: {
      p_two_sided: r.fisher.pTwoSided,
      p_greater: r.fisher.pGreater,
      p_less: r.fisher.pLess,
      p_mid_greater: r.fisher.pMidGreater,
    },
    risk_ratio: r.riskRatio && {
      rr: r.riskRatio.ratio,
      log_rr_se: r.riskRatio.logSe,
      ci_katz: r.riskRatio.interval,
    },
  };
}
