import { mergeMoments, NO_MOMENTS } from '@liftgate/stats';
import { decide } from './decide.ts';
import type {
  ArmMoments,
  BenefitLook,
  DecisionEvidence,
  Failures,
  GuardrailEvidence,
  MetricStratum,
  RolloutState,
} from './decision-evidence.ts';
import type { ReasonCode } from './decision.ts';
import { HOUR_MS, type Plan } from './plan.ts';

/** What one arm did between two looks. */
export interface ArmTraffic {
  readonly units: number;
  /** By guardrail key: units that failed for the first time. */
  readonly failed: Readonly<Record<string, number>>;
  /** By metric key: moments of the units that came. */
  readonly moments: Readonly<Record<string, ArmMoments>>;
}

export interface Traffic {
  readonly control: ArmTraffic;
  readonly treatment: ArmTraffic;
}

/** Where traffic comes from: a synthetic world, or an archived history. `share` is the treatment's share of all units. */
export type TrafficSource = (slot: {
  readonly share: number;
  readonly fromMs: number;
  readonly toMs: number;
}) => Traffic;

export interface RunOptions {
  readonly startAt: Date;
  readonly lookEveryMs?: number;
  readonly durationMs: number;
  /** How long a period of the guardrails' evidence may be: a stage epoch is cut after this. */
  readonly periodMs?: number;
}

export interface RunOutcome {
  readonly end: 'rolled_back' | 'complete' | 'open';
  readonly reason: ReasonCode;
  readonly afterMs: number;
  /** Units that had the treatment, before everyone. */
  readonly treatedUnits: number;
  readonly decisions: number;
}

/**
 * Runs a plan from its first stage with traffic until it is rolled back, reaches everyone or the time is over, through the same `decide()`
 * as the real thing. Approvals are given at once. Control has as large a slice as the treatment, up to half.
 */
export function runRollout(plan: Plan, source: TrafficSource, options: RunOptions): RunOutcome {
  const { startAt, lookEveryMs = HOUR_MS, durationMs, periodMs = Infinity } = options;
  const startMs = startAt.getTime();
  const first = plan.stages.find(({ share }) => share > 0) ?? plan.stages[0];
  let state: RolloutState = {
    status: 'running',
    pausedBy: null,
    stage: first?.name ?? '',
    startedAt: startAt.toISOString(),
    stageEnteredAt: startAt.toISOString(),
    killSwitch: false,
    approvals: [],
    webhookAnswers: [],
    looks: [],
    version: 1,
  };
  const tally = new Tally(plan);
  let periodFromMs = startMs;
  let reason: ReasonCode = 'learning';
  let decisions = 0;
  const outcome = (end: RunOutcome['end'], nowMs: number): RunOutcome => ({
    end,
    reason,
    afterMs: nowMs - startMs,
    treatedUnits: tally.treatedUnits,
    decisions,
  });

  for (let nowMs = startMs + lookEveryMs; nowMs <= startMs + durationMs; nowMs += lookEveryMs) {
    const share = plan.stages.find(({ name }) => name === state.stage)?.share ?? 0;
    if (nowMs - lookEveryMs - periodFromMs >= periodMs) {
      tally.beginPeriod();
      periodFromMs = nowMs - lookEveryMs;
    }
    tally.add(source({ share, fromMs: nowMs - lookEveryMs, toMs: nowMs }));
    const now = new Date(nowMs);
    const decision = decide(plan, tally.evidence(state, now, decisions), now);
    decisions += 1;
    reason = decision.reason;
    const looks: readonly BenefitLook[] =
      decision.look === null ? state.looks : [...state.looks, decision.look];
    state = { ...state, looks };
    if (decision.action === 'roll_back') return outcome('rolled_back', nowMs);
    if (decision.action === 'complete') return outcome('complete', nowMs);
    if (decision.reason === 'signal_recovered') state = { ...state, status: 'running', pausedBy: null };
    if (decision.action === 'pause') state = { ...state, status: 'paused', pausedBy: 'signal' };
    if (decision.reason === 'approval_wanted') state = { ...state, approvals: approvalsOf(state, now) };
    if (decision.action === 'advance' && decision.toStage !== null) {
      state = { ...state, stage: decision.toStage, stageEnteredAt: now.toISOString() };
      tally.beginEpoch();
      periodFromMs = nowMs;
    }
  }
  return outcome('open', startMs + durationMs);
}

/** Ten people are in the room: as many as a gate can ask for. */
function approvalsOf({ stage, approvals }: RolloutState, now: Date): RolloutState['approvals'] {
  const at = now.toISOString();
  return [...approvals, ...Array.from({ length: 10 }, (_, k) => ({ stage, by: `person ${k + 1}`, at }))];
}

const NOBODY: Failures = { units: 0, failed: 0 };
const NO_ARM: ArmMoments = { ...NO_MOMENTS, nonZero: 0 };

/** Counts traffic the way the event path does: per stage epoch and period, each arm by itself. */
class Tally {
  readonly #plan: Plan;
  readonly #metrics: readonly string[];
  /** By guardrail key, by metric key, and of the split: the last one is being filled. */
  readonly #failures: Map<string, { control: Failures; treatment: Failures }[]>;
  readonly #strata: Map<string, { control: ArmMoments; treatment: ArmMoments }[]>;
  readonly #split: { control: number; treatment: number }[] = [{ control: 0, treatment: 0 }];
  treatedUnits = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    const watched = plan.guardrails.flatMap((one) => (one.kind === 'metric' ? [one.metric] : []));
    this.#metrics = [...new Set([...watched, ...(plan.goal === null ? [] : [plan.goal.metric])])];
    const shares = plan.guardrails.filter(({ kind }) => kind === 'share');
    this.#failures = new Map(shares.map(({ key }) => [key, [{ control: NOBODY, treatment: NOBODY }]]));
    this.#strata = new Map(this.#metrics.map((key) => [key, [{ control: NO_ARM, treatment: NO_ARM }]]));
  }

  beginPeriod(): void {
    for (const periods of this.#failures.values()) periods.push({ control: NOBODY, treatment: NOBODY });
  }

  beginEpoch(): void {
    this.beginPeriod();
    for (const strata of this.#strata.values()) strata.push({ control: NO_ARM, treatment: NO_ARM });
    this.#split.push({ control: 0, treatment: 0 });
  }

  add(traffic: Traffic): void {
    this.treatedUnits += traffic.treatment.units;
    for (const arm of ['control', 'treatment'] as const) {
      const { units, failed, moments } = traffic[arm];
      const split = this.#split.at(-1);
      if (split !== undefined) split[arm] += units;
      for (const [key, periods] of this.#failures) {
        const period = periods.at(-1);
        if (period === undefined) continue;
        const before = period[arm];
        period[arm] = { units: before.units + units, failed: before.failed + (failed[key] ?? 0) };
      }
      for (const [key, strata] of this.#strata) {
        const stratum = strata.at(-1);
        const more = moments[key];
        if (stratum === undefined || more === undefined) continue;
        const nonZero = stratum[arm].nonZero + more.nonZero;
        stratum[arm] = { ...mergeMoments(stratum[arm], more), nonZero };
      }
    }
  }

  evidence(rollout: RolloutState, now: Date, evidenceVersion: number): DecisionEvidence {
    const at = now.toISOString();
    const strataOf = (metric: string): readonly MetricStratum[] =>
      (this.#strata.get(metric) ?? []).map((stratum) => ({ ...stratum }));
    const guardrails = this.#plan.guardrails.map((one): [string, GuardrailEvidence] => {
      if (one.kind === 'metric')
        return [one.key, { kind: 'metric', strata: strataOf(one.metric), lastEventAt: at }];
      const periods = (this.#failures.get(one.key) ?? []).map((period) => ({
        treatmentShare: 0.5,
        ...period,
      }));
      return [one.key, { kind: 'share', periods, lastEventAt: at }];
    });
    return {
      rollout,
      evidenceVersion,
      freshness: { asOf: at, lagMs: 0 },
      split: {
        periods: this.#split.map(({ control, treatment }) => ({
          treatmentShare: 0.5,
          controlUnits: control,
          treatmentUnits: treatment,
        })),
        lowestP: null,
        lastExposureAt: at,
      },
      guardrails: Object.fromEntries(guardrails),
      goal: this.#plan.goal === null ? null : { strata: strataOf(this.#plan.goal.metric), lastEventAt: at },
      samples: Object.fromEntries(
        this.#metrics.map((metric) => [metric, sampleOf(this.#strata.get(metric) ?? [])]),
      ),
    };
  }
}

function sampleOf(strata: readonly MetricStratum[]): { control: number; treatment: number } {
  return {
    control: strata.reduce((sum, { control }) => sum + control.n, 0),
    treatment: strata.reduce((sum, { treatment }) => sum + treatment.n, 0),
  };
}
