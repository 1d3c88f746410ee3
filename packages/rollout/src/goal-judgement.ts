import { informationFor, relativeConfidenceSequence } from '@liftgate/stats';
import type { DecisionEvidence } from './decision-evidence.ts';
import { compareMetric, harmBeyond, pooledVariance, tauSquaredOf } from './metric-comparison.ts';
import type { Goal, Plan } from './plan.ts';

/** What the evidence says of the goal; lifts are relative to control, positive is better. */
export type GoalJudgement =
  | { readonly status: 'no_goal' }
  | {
      readonly status: 'insufficient_data';
      readonly name: string;
      readonly controlUnits: number;
      readonly treatmentUnits: number;
    }
  | {
      readonly status: 'ok';
      readonly name: string;
      readonly controlUnits: number;
      readonly treatmentUnits: number;
      readonly lift: number | null;
      /** Always valid, at 1 − alphas.interval; null where a side is open. */
      readonly interval: readonly [number, number] | null;
      readonly harmLogE: number;
      /** `broken`: proven, and large enough to go back. `small`: proven, and smaller than the plan's minimum. */
      readonly harm: 'none' | 'suspicious' | 'small' | 'broken';
      /** The interval lies within ±neutralLift. */
      readonly neutral: boolean;
      /** "Better by more than minimumLift" is proven by itself. */
      readonly superior: boolean;
      readonly z: number;
      readonly information: number;
      readonly plannedInformation: number;
    };

export function judgeGoal({ goal, alphas }: Plan, evidence: DecisionEvidence): GoalJudgement {
  if (goal === null) return { status: 'no_goal' };
  const { name } = goal;
  const compared = compareMetric(evidence.goal?.strata ?? [], goal, alphas.goalHarm);
  if (compared.status !== 'ok') return { ...compared, name };
  const { control, treatment, lift, gain, se, harmLogE } = compared;
  const counts = { name, controlUnits: control.n, treatmentUnits: treatment.n };
  if (se === 0) return { status: 'insufficient_data', ...counts };

  const interval = liftInterval(goal, compared, alphas.interval);
  const drop = lift === null ? 0 : -lift;
  const proven = harmLogE >= -Math.log(alphas.goalHarm) - 1e-12;
  const harm = proven
    ? drop >= goal.minimumHarm
      ? 'broken'
      : 'small'
    : harmLogE >= -Math.log(alphas.suspicion)
      ? 'suspicious'
      : 'none';
  return {
    status: 'ok',
    ...counts,
    lift,
    interval,
    harmLogE,
    harm,
    neutral: interval !== null && interval[0] > -goal.neutralLift && interval[1] < goal.neutralLift,
    superior: superior(goal, compared, alphas.benefit),
    z: gain / se,
    information: 1 / (se * se),
    plannedInformation: plannedInformation(goal, compared, alphas.benefit),
  };
}

type Pair = Parameters<typeof tauSquaredOf>[1];

function liftInterval(goal: Goal, pair: Pair, alpha: number): readonly [number, number] | null {
  const tauSquared = tauSquaredOf(goal, pair, { alpha, sides: 2 });
  const { control, treatment } = pair;
  const sequence = relativeConfidenceSequence({ control, treatment, tauSquared, alpha });
  if (sequence.status !== 'ok' || sequence.fieller.kind !== 'interval') return null;
  const [lower, upper] = sequence.fieller.interval;
  return goal.direction === 'up' ? [lower, upper] : [0 - upper, 0 - lower];
}

/** The harm test of the opposite direction, beyond the wanted lift. */
function superior(goal: Goal, pair: Pair, alpha: number): boolean {
  const tauSquared = tauSquaredOf(goal, pair, { alpha, sides: 1 });
  const direction = goal.direction === 'up' ? 'down' : 'up';
  return harmBeyond(goal.minimumLift, pair, { direction, tauSquared, alpha }) >= -Math.log(alpha);
}

/** 1/se² at which the effect worth detecting is found with 90 % power; without a baseline, at the planned number of units. */
function plannedInformation(goal: Goal, pair: Pair, alpha: number): number {
  if (goal.baseline !== null) {
    const minimumEffect = Math.abs(goal.baseline) * goal.minimumEffect;
    return informationFor({ alpha: 2 * alpha, power: 0.9, minimumEffect });
  }
  return goal.plannedUnits / (4 * pooledVariance(pair));
}
