import { adjustPValues, eBenjaminiHochberg, eBonferroni, meanOfLogE, type Correction } from '@liftgate/stats';
import type { Case } from './load.ts';

export interface MultipleInput {
  readonly p: (number | null)[];
  readonly e: number[];
  readonly alpha: number;
}

export function answerMultiple({ kind, input: { p, e, alpha } }: Case<MultipleInput>): unknown {
  if (kind === 'p_values') {
    return {
      bonferroni: adjusted(p, 'bonferroni'),
      holm: adjusted(p, 'holm'),
      benjamini_hochberg: adjusted(p, 'benjamini_hochberg'),
      benjamini_yekutieli: adjusted(p, 'benjamini_yekutieli'),
    };
  }
  const logEs = e.map((value) => Math.log(value));
  const bonferroni = eBonferroni(logEs, alpha);
  const bh = eBenjaminiHochberg(logEs, alpha);
  return {
    e_bonferroni_reject: bonferroni.status === 'ok' ? bonferroni.rejected : bonferroni,
    e_bh_reject: bh.status === 'ok' ? bh.rejected : bh,
    global_null_mean_e: Math.exp(meanOfLogE(logEs)),
  };
}

export function adjusted(p: readonly (number | null)[], correction: Correction): unknown {
  const result = adjustPValues(p, correction);
  return result.status === 'ok' ? result.adjusted : result;
}
