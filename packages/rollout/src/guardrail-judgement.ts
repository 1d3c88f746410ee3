import { meanOfLogE } from '@liftgate/stats';
import type { DecisionEvidence, FailurePeriod, GuardrailEvidence } from './decision-evidence.ts';
import type { Guardrail, MetricGuardrail, ShareGuardrail } from './guardrail.ts';
import { compareMetric, harmBeyond, tauSquaredOf } from './metric-comparison.ts';
import type { Plan } from './plan.ts';
import {
  isCompared,
  rateOf,
  restartedCircuit,
  restartedShare,
  type ArmRate,
  type Circuit,
  type Restarted,
} from './restarted-process.ts';

export type { ArmRate };

export type GuardrailVerdict = 'ok' | 'suspicious' | 'broken' | 'no_data' | 'systemic';

/** What was measured, for the sentence. */
export type GuardrailNumbers =
  | {
      readonly kind: 'share';
      readonly control: ArmRate;
      readonly treatment: ArmRate;
      readonly limit: number | null;
      readonly margin: number | null;
      /** Counted not from the start, but from the period on from which the evidence is strongest. */
      readonly lately: boolean;
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
  readonly relative: Restarted | null;
  /** Whether its evidence may count towards a move (a metric's drop must be large enough). */
  readonly counts: boolean;
  readonly circuit: Circuit | null;
  readonly hasData: boolean;
  /** The numbers from a period on. */
  readonly numbersSince: (since: number) => GuardrailNumbers;
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
  const { guardrail, relative, circuit } = one;
  const logE = relative?.logE ?? null;
  const counted = (each: Measured): boolean =>
    each.counts && !(splitWrong && each.guardrail.underMismatch === 'hold');
  const reaches = (value: number, alpha: number): boolean => value >= -Math.log(alpha) - 1e-12;

  const members = family.flatMap((each) =>
    each.relative === null ? [] : [counted(each) ? each.relative.logE : -Infinity],
  );
  const mean = meanOfLogE(members);
  const byControl =
    logE !== null && counted(one) && reaches(mean, alphas.guardrail) && reaches(logE, alphas.guardrail);

  const absolute = family.flatMap((each) => (each.circuit === null ? [] : [each.circuit.blamed.logE]));
  const blamed = circuit?.blamed.logE ?? -Infinity;
  const byLimit =
    counted(one) && reaches(meanOfLogE(absolute), alphas.circuit) && reaches(blamed, alphas.circuit);
  const systemic = circuit !== null && reaches(circuit.systemic.logE, alphas.circuit);
  const overLimit = circuit !== null && reaches(circuit.all.logE, alphas.circuit);

  const suspicious = overLimit || (logE !== null && reaches(logE, alphas.suspicion));
  const verdict = ((): GuardrailVerdict => {
    if (byControl || byLimit) return 'broken';
    if (systemic) return 'systemic';
    if (suspicious) return 'suspicious';
    return one.hasData ? 'ok' : 'no_data';
  })();
  const decisive = ((): Restarted | null | undefined => {
    if (verdict === 'ok' || verdict === 'no_data') return null;
    if (byLimit) return circuit?.blamed;
    if (byControl) return relative;
    if (systemic) return circuit.systemic;
    return overLimit ? circuit.all : relative;
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
    circuitLogE: circuit?.all.logE ?? null,
    numbers: one.numbersSince(decisive?.since ?? 0),
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
  const ratesSince = (since: number): { readonly control: ArmRate; readonly treatment: ArmRate } => ({
    control: rateOf(periods.slice(since).map((period) => period.control)),
    treatment: rateOf(periods.slice(since).map((period) => period.treatment)),
  });
  const { control, treatment } = ratesSince(0);
  return {
    guardrail,
    relative: margin === null ? null : restartedShare(periods, margin),
    counts: true,
    circuit: limit === null ? null : restartedCircuit(periods, limit),
    hasData: treatment.units > 0 && (!isCompared(periods) || control.units > 0),
    numbersSince: (since) => ({ kind: 'share', ...ratesSince(since), limit, margin, lately: since > 0 }),
  };
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
    relative: { logE: ready ? compared.harmLogE : 0, since: 0 },
    counts: drop !== null && drop >= maximumDrop,
    circuit: null,
    hasData: controlUnits > 0 && treatmentUnits > 0,
    numbersSince: () => ({
      kind: 'metric',
      controlUnits,
      treatmentUnits,
      drop,
      maximumDrop,
      confirmed: beyond >= -Math.log(alpha),
    }),
  };
}
