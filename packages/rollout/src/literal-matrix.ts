import { mergeMoments, NO_MOMENTS, welch, type Moments } from '@liftgate/stats';
import type { DecisionEvidence, MetricStratum } from './decision-evidence.ts';
import type { Plan } from './plan.ts';
import { asShare } from './decision-words.ts';
import { asLift } from './phrases.ts';

/**
 * The original guide's decision matrix, word for word: raw rates and a fixed-horizon p-value, compared anew at every look. Offered because
 * people know it and to be compared with; it is not valid under repeated looking (28.6 % false positives over 30 daily looks at p < 0.05).
 *
 * | Metric | Threshold | Action |
 * |---|---|---|
 * | P-value | <0.05 | Statistically significant |
 * | Lift % | >5% | Roll forward |
 * | Lift % | −5% to +5% | Continue testing |
 * | Lift % | <−5% | Rollback |
 * | Error Rate | >5% | Rollback immediately |
 * | Latency | >threshold | Rollback immediately |
 * | Sample Size | <30 per variant | Continue testing |
 *
 * and the automatic trigger "business metric drop >10 %". Sizes (30, 50, 100, 20) and error limits (5 %, 3 %) are those of the plan.
 */
export type LiteralRow =
  | 'error_rate'
  | 'latency'
  | 'metric_drop'
  | 'sample_size'
  | 'not_significant'
  | 'lift_above'
  | 'lift_between'
  | 'lift_below';

export interface LiteralAnswer {
  readonly action: 'roll_forward' | 'continue' | 'rollback';
  /** The first row that applies; rollbacks "immediately" come before any sample size. */
  readonly row: LiteralRow;
  readonly sentence: string;
  readonly numbers: {
    readonly controlUnits: number;
    readonly treatmentUnits: number;
    readonly p: number | null;
    /** Positive is better; null where it cannot be told. */
    readonly lift: number | null;
  };
}

const SIGNIFICANT_P = 0.05;
const LIFT = 0.05;
/** 9.5 against 10 is −5 % and not below it, whatever the last binary digit says. */
const ROUNDING = 1e-12;

export function literalMatrix(plan: Plan, evidence: DecisionEvidence): LiteralAnswer {
  const goal = plan.goal;
  const { control, treatment } = pooled(evidence.goal?.strata ?? []);
  const test = welch(control, treatment);
  const p = test.status === 'ok' ? test.pTwoSided : null;
  const lift = liftOf(control, treatment, goal?.direction ?? 'up');
  const numbers = { controlUnits: control.n, treatmentUnits: treatment.n, p, lift };
  const answer = (action: LiteralAnswer['action'], row: LiteralRow, sentence: string): LiteralAnswer => ({
    action,
    row,
    sentence,
    numbers,
  });

  const trigger = immediateTrigger(plan, evidence);
  if (trigger !== null) return answer('rollback', trigger.row, trigger.sentence);

  const floor = goal?.minimumSample ?? 30;
  const name = goal?.name ?? 'The goal';
  if (Math.min(control.n, treatment.n) < floor)
    return answer(
      'continue',
      'sample_size',
      `${name}: ${control.n} in control and ${treatment.n} in treatment, ${floor} each are needed.`,
    );
  const said = `${name}: ${asLift(lift)} is measured`;
  if (p === null || !(p < SIGNIFICANT_P) || lift === null)
    return answer('continue', 'not_significant', `${said}, which chance alone could do.`);
  if (lift > LIFT + ROUNDING) return answer('roll_forward', 'lift_above', `${said}, above +5%.`);
  if (lift < -LIFT - ROUNDING) return answer('rollback', 'lift_below', `${said}, below \u22125%.`);
  return answer('continue', 'lift_between', `${said}, between \u22125% and +5%.`);
}

/** Error rate, latency and metric drop, as measured now: no sample is too small for these rows. */
function immediateTrigger(
  plan: Plan,
  evidence: DecisionEvidence,
): { readonly row: LiteralRow; readonly sentence: string } | null {
  for (const guardrail of plan.guardrails) {
    const found = evidence.guardrails[guardrail.key];
    if (guardrail.dryRun || guardrail.severity !== 'guardrail') continue;
    if (guardrail.kind === 'share' && found?.kind === 'share') {
      const failed = found.periods.reduce((sum, { treatment }) => sum + treatment.failed, 0);
      const units = found.periods.reduce((sum, { treatment }) => sum + treatment.units, 0);
      const { limit } = guardrail;
      if (limit === null || units === 0 || failed / units <= limit + ROUNDING) continue;
      return {
        row: guardrail.what === 'slow' ? 'latency' : 'error_rate',
        sentence: `${guardrail.name}: ${asShare(failed / units)} of ${units}, above ${asShare(limit)}.`,
      };
    }
    if (guardrail.kind === 'metric' && found?.kind === 'metric') {
      const { control, treatment } = pooled(found.strata);
      const lift = liftOf(control, treatment, guardrail.direction);
      if (lift === null || -lift <= guardrail.maximumDrop + ROUNDING) continue;
      return {
        row: 'metric_drop',
        sentence: `${guardrail.name} dropped ${asShare(-lift)}, more than ${asShare(guardrail.maximumDrop)}.`,
      };
    }
  }
  return null;
}

/** All stages thrown together, as the guide does. */
function pooled(strata: readonly MetricStratum[]): { control: Moments; treatment: Moments } {
  return {
    control: strata.reduce((sum, { control }) => mergeMoments(sum, control), NO_MOMENTS),
    treatment: strata.reduce((sum, { treatment }) => mergeMoments(sum, treatment), NO_MOMENTS),
  };
}

function liftOf(control: Moments, treatment: Moments, direction: 'up' | 'down'): number | null {
  if (control.n === 0 || treatment.n === 0 || control.mean === 0) return null;
  const lift = (treatment.mean - control.mean) / Math.abs(control.mean);
  return direction === 'up' ? lift : 0 - lift;
}
