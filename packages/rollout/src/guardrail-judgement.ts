import { meanOfLogE } from '@liftgate/stats';
import type { DecisionEvidence, FailurePeriod, GuardrailEvidence } from './decision-evidence.ts';
import type { Guardrail, MetricGuardrail, ShareGuardrail } from './guardrail.ts';
import { compareMetric, harmBeyond, tauSquaredOf } from './metric-comparison.ts';
import type { Plan } from './plan.ts';
import { restartedShareLogE, restartedThresholdLogE } from './restarted-process.ts';

export type GuardrailVerdict = 'ok' | 'suspicious' | 'broken' | 'no_data' | 'systemic';

export interface ArmRate {
  readonly units: number;
  readonly failed: number;
  /** failed/units, at most 1; null without units. */
  readonly rate: number | null;
}

/** What was measured, for the sentence. */
export type GuardrailNumbers =
  | {
      readonly kind: 'share';
      readonly control: ArmRate;
      readonly treatment: ArmRate;
      readonly limit: number | null;
      readonly margin: number | null;
    }
  | {
      readonly kind: 'metric';
      readonly controlUnits: number;
      readonly treatmentUnits: number;
      /** Positive is worse; null while it cannot be told. */
      readonly drop: number | null;
      readonly maximumDrop: number;
      /** Even "worse by more than `maximumDrop`" is proven. */
      readonly confirmed: boolean;
    };

export interface GuardrailJudgement {
  readonly key: string;
  readonly name: string;
  readonly what: ShareGuardrail['what'] | 'metric';
  readonly severity: Guardrail['severity'];
  readonly dryRun: boolean;
  readonly verdict: GuardrailVerdict;
  /** What proved it: the comparison with control, or the absolute limit. Null unless broken. */
  readonly brokenBy: 'control' | 'limit' | null;
  /** ln E against control, and against the absolute limit; null where the guardrail has no such rule. */
  readonly logE: number | null;
  readonly circuitLogE: number | null;
  readonly numbers: GuardrailNumbers;
}

interface Measured {
  readonly guardrail: Guardrail;
  readonly logE: number | null;
  /** Whether its evidence may count towards a move (a metric's drop must be large enough). */
  readonly counts: boolean;
  readonly circuitLogE: number | null;
  /** What the control says of the cause of a circuit that breaks. */
  readonly cause: 'treatment' | 'everywhere' | 'unknown';
  readonly hasData: boolean;
  readonly numbers: GuardrailNumbers;
}

/**
 * Judges all guardrails of a plan at once. Those of one severity are one family: it is broken when the mean of its e-values reaches 1/α
 * (valid under any dependence), and then those members are that reach 1/α by themselves. Absolute limits are a family of their own.
 * Members whose evidence may not count enter as 0, which only makes the mean smaller. A dry run is a family of one.
 */
export function judgeGuardrails(
  plan: Plan,
  evidence: DecisionEvidence,
  context: { readonly splitWrong: boolean },
): readonly GuardrailJudgement[] {
  const measured = plan.guardrails.map((guardrail) =>
    measure(guardrail, evidence.guardrails[guardrail.key], plan.alphas.guardrail),
  );
  return measured.map((one) => {
    const family = one.guardrail.dryRun
      ? [one]
      : measured.filter(
          ({ guardrail }) => !guardrail.dryRun && guardrail.severity === one.guardrail.severity,
        );
    return judge(one, family, plan, context.splitWrong);
  });
}

function judge(
  one: Measured,
  family: readonly Measured[],
  { alphas }: Plan,
  splitWrong: boolean,
): GuardrailJudgement {
  const { guardrail, logE, circuitLogE, cause } = one;
  const counted = (each: Measured): boolean =>
    each.counts && !(splitWrong && each.guardrail.underMismatch === 'hold');
  const reaches = (value: number, alpha: number): boolean => value >= -Math.log(alpha) - 1e-12;

  const relative = family.filter((each) => each.logE !== null);
  const mean = meanOfLogE(relative.map((each) => (counted(each) ? (each.logE ?? 0) : -Infinity)));
  const byControl =
    logE !== null && counted(one) && reaches(mean, alphas.guardrail) && reaches(logE, alphas.guardrail);

  const absolute = family.filter((each) => each.circuitLogE !== null);
  const circuits = meanOfLogE(absolute.map((each) => each.circuitLogE ?? 0));
  const overLimit =
    circuitLogE !== null && reaches(circuits, alphas.circuit) && reaches(circuitLogE, alphas.circuit);
  const byLimit = overLimit && cause === 'treatment' && counted(one);

  const suspicious = overLimit || (logE !== null && reaches(logE, alphas.suspicion));
  const verdict = ((): GuardrailVerdict => {
    if (byControl || byLimit) return 'broken';
    if (overLimit && cause === 'everywhere') return 'systemic';
    if (suspicious) return 'suspicious';
    return one.hasData ? 'ok' : 'no_data';
  })();
  return {
    key: guardrail.key,
    name: guardrail.name,
    what: guardrail.kind === 'share' ? guardrail.what : 'metric',
    severity: guardrail.severity,
    dryRun: guardrail.dryRun,
    verdict,
    brokenBy: byLimit ? 'limit' : byControl ? 'control' : null,
    logE,
    circuitLogE,
    numbers: one.numbers,
  };
}

function measure(guardrail: Guardrail, evidence: GuardrailEvidence | undefined, alpha: number): Measured {
  if (guardrail.kind === 'share') {
    return measureShare(guardrail, evidence?.kind === 'share' ? evidence.periods : []);
  }
  return measureMetric(guardrail, evidence?.kind === 'metric' ? evidence : undefined, alpha);
}

function measureShare(guardrail: ShareGuardrail, periods: readonly FailurePeriod[]): Measured {
  const { limit, margin } = guardrail;
  const control = rateOf(periods.map((period) => period.control));
  const treatment = rateOf(periods.map((period) => period.treatment));
  const compared = periods.some((period) => period.treatmentShare > 0 && period.treatmentShare < 1);
  return {
    guardrail,
    logE: margin === null ? null : restartedShareLogE(periods, margin),
    counts: true,
    circuitLogE: limit === null ? null : restartedThresholdLogE(periods, limit),
    cause: limit === null ? 'unknown' : causeOf(limit, compared, control, treatment),
    hasData: treatment.units > 0 && (!compared || control.units > 0),
    numbers: { kind: 'share', control, treatment, limit, margin },
  };
}

/**
 * A limit that is exceeded says nothing of the cause. "The treatment has the higher rate" is no answer: when both arms are equally broken it
 * is true half of the time, and sooner or later at some look. So the feature is blamed only beside a control that is known to be healthy,
 * by its cautious rate (failed + 1)/(units + 2), which takes some twenty good units for a limit of 5 %; or where there is no control at all.
 */
function causeOf(limit: number, compared: boolean, control: ArmRate, treatment: ArmRate): Measured['cause'] {
  if (!compared) return 'treatment';
  if (control.rate !== null && control.rate >= limit) return 'everywhere';
  const healthy = (control.failed + 1) / (control.units + 2) < limit;
  return healthy && (treatment.rate ?? 0) > (control.rate ?? 0) ? 'treatment' : 'unknown';
}

function rateOf(arms: readonly { readonly units: number; readonly failed: number }[]): ArmRate {
  const units = arms.reduce((sum, arm) => sum + arm.units, 0);
  const failed = arms.reduce((sum, arm) => sum + arm.failed, 0);
  return { units, failed, rate: units === 0 ? null : Math.min(1, failed / units) };
}

function measureMetric(
  guardrail: MetricGuardrail,
  evidence: Extract<GuardrailEvidence, { kind: 'metric' }> | undefined,
  alpha: number,
): Measured {
  const { maximumDrop, direction } = guardrail;
  const compared = compareMetric(evidence?.strata ?? [], guardrail, alpha);
  const ready = compared.status === 'ok';
  const drop = ready && compared.lift !== null ? 0 - compared.lift : null;
  const tauSquared = ready ? tauSquaredOf(guardrail, compared, { alpha, sides: 1 }) : 0;
  const beyond = ready ? harmBeyond(maximumDrop, compared, { direction, tauSquared, alpha }) : -Infinity;
  const controlUnits = ready ? compared.control.n : compared.controlUnits;
  const treatmentUnits = ready ? compared.treatment.n : compared.treatmentUnits;
  return {
    guardrail,
    logE: ready ? compared.harmLogE : 0,
    counts: drop !== null && drop >= maximumDrop,
    circuitLogE: null,
    cause: 'unknown',
    hasData: controlUnits > 0 && treatmentUnits > 0,
    numbers: {
      kind: 'metric',
      controlUnits,
      treatmentUnits,
      drop,
      maximumDrop,
      confirmed: beyond >= -Math.log(alpha),
    },
  };
}
