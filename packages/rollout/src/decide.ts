import { benefitLook } from './benefit-look.ts';
import type { BenefitLook, DecisionEvidence } from './decision-evidence.ts';
import {
  approvalWanted,
  benefit,
  circuitBreaker,
  disputed,
  goalHarm,
  guardrailBroken,
  killSwitch,
  literalForward,
  literalLift,
  literalTrigger,
  notFresh,
  notReady,
  paused,
  rolledBack,
  shipped,
  signals,
  silent,
  splitWrong,
  stageDone,
  suspicious,
  systemic,
  unknownStage,
  type Case,
  type Rule,
  type Ruling,
} from './decision-rules.ts';
import { asShare, asStage } from './decision-words.ts';
import { POLICY_VERSION, type Decision, type Move } from './decision.ts';
import type { DecisionMode, Plan } from './plan.ts';
import { missingFor } from './readiness.ts';
import { standingOf } from './standing.ts';

/**
 * What a rollout should do now, and why: a pure function of the plan, what has been counted, and the time. The first rule that applies
 * decides. Kill switch, circuit breaker and guardrails come before everything that could hold; a wrong split comes before every claim
 * about an effect; only when nothing holds does the plan's path go on.
 *
 * The alphas hold over the whole life of a rollout, under any number of calls. The benefit test spends its own at each look it takes:
 * `look` has to be kept with the rollout and handed back in the next evidence.
 */
export function decide(plan: Plan, evidence: DecisionEvidence, now: Date): Decision {
  const standing = standingOf(plan, evidence, now);
  const missing = missingFor(standing);
  const { look, nextLookAt } = lookAt({ ...standing, missing, looks: [], nextLookAt: null });
  const looks = look === null ? evidence.rollout.looks : [...evidence.rollout.looks, look];
  const at: Case = { ...standing, missing, looks, nextLookAt };
  const mode = plan.decisionMode;
  const otherMode = mode === 'anytime' ? 'literal' : 'anytime';
  return {
    ...move(at, mode),
    policyVersion: POLICY_VERSION,
    planVersion: plan.version,
    evidenceVersion: evidence.evidenceVersion,
    flagVersion: evidence.rollout.version,
    decidedAt: now.toISOString(),
    mode,
    stage: evidence.rollout.stage,
    missing,
    look,
    other: { mode: otherMode, ...move(at, otherMode) },
    facts: standing.facts,
  };
}

/** Everything that comes before the path goes on, in its order: the benefit test takes no look while one of these applies. */
const BEFORE_GOING_ON: readonly Rule[] = [
  rolledBack,
  killSwitch,
  circuitBreaker,
  guardrailBroken,
  splitWrong,
  goalHarm,
  unknownStage,
  shipped,
  signals,
  paused,
  notFresh,
  systemic,
  silent,
  suspicious,
  notReady,
];

const RULES: Readonly<Record<DecisionMode, readonly Rule[]>> = {
  anytime: [...BEFORE_GOING_ON, benefit, approvalWanted, stageDone],
  literal: [
    rolledBack,
    killSwitch,
    literalTrigger,
    splitWrong,
    literalLift,
    unknownStage,
    shipped,
    signals,
    paused,
    notFresh,
    silent,
    disputed,
    notReady,
    literalForward,
    approvalWanted,
    stageDone,
  ],
};

function move(at: Case, mode: DecisionMode): Move {
  const ruling = firstOf(RULES[mode], at) ?? {
    action: 'hold' as const,
    reason: 'unknown_stage' as const,
    cause: `The plan has no stage "${at.evidence.rollout.stage}".`,
  };
  const { action, reason, cause, nextAt = null } = ruling;
  const toStage =
    action === 'roll_back'
      ? at.first.name
      : action === 'advance' || action === 'complete'
        ? (at.next?.name ?? null)
        : null;
  return { action, reason, toStage, sentence: `${cause} ${consequence(ruling, at)}`, nextAt };
}

function firstOf(rules: readonly Rule[], at: Case): Ruling | null {
  for (const rule of rules) {
    const ruling = rule(at);
    if (ruling !== null) return ruling;
  }
  return null;
}

/** The second half of the sentence follows the action alone, so that the two cannot contradict each other. */
function consequence({ action, reason }: Ruling, { stage, next, plan, evidence }: Case): string {
  const here = stage === null ? evidence.rollout.stage : asStage(stage);
  switch (action) {
    case 'roll_back':
      return 'Everyone goes back to the old behaviour.';
    case 'advance':
      return `It moves to ${next === null ? here : asStage(next)}.`;
    case 'complete':
      return plan.holdback > 0
        ? `It goes to everyone, and a ${asShare(plan.holdback)} holdout keeps measuring.`
        : 'It goes to everyone.';
    case 'pause':
      return `It pauses at ${here}.`;
    case 'ask':
      return `It stays at ${here} until somebody decides.`;
    case 'hold':
      return reason === 'rolled_back' ? 'It stays off.' : `It stays at ${here}.`;
  }
}

/**
 * The look of the benefit test that is due, if any: the first when the last stage before everyone has had its dwell and samples, then one
 * every `lookEveryMs`, the last when no other fits before the horizon. Due by the clock alone, never by the estimate.
 */
function lookAt(at: Case): { readonly look: BenefitLook | null; readonly nextLookAt: string | null } {
  const { plan, evidence, stage, next, nowMs, horizonMs, facts } = at;
  const { goal } = facts;
  const before = evidence.rollout.looks;
  const latest = before.at(-1);
  const over = (latest?.spent ?? 0) >= plan.alphas.benefit * (1 - 1e-9);
  const asked = plan.goal !== null && stage !== null && stage.share > 0 && next?.share === 1;
  if (!asked || over || firstOf(BEFORE_GOING_ON, at) !== null) return { look: null, nextLookAt: null };
  const { lookEveryMs, minimumSample } = plan.goal;
  const dueMs = latest === undefined ? nowMs : Date.parse(latest.at) + lookEveryMs;
  if (nowMs < dueMs) return { look: null, nextLookAt: new Date(dueMs).toISOString() };
  if (goal.status !== 'ok' || Math.min(goal.controlUnits, goal.treatmentUnits) < minimumSample)
    return { look: null, nextLookAt: null };
  const { information, plannedInformation, z } = goal;
  const last = nowMs + lookEveryMs > horizonMs;
  const outcome = benefitLook({
    before,
    information,
    plannedInformation,
    last,
    alpha: plan.alphas.benefit,
    z,
  });
  const nextLookAt = last ? null : new Date(nowMs + lookEveryMs).toISOString();
  if (outcome === null) return { look: null, nextLookAt };
  const { spent, benefit: shown } = outcome;
  return { look: { at: new Date(nowMs).toISOString(), information, spent, benefit: shown }, nextLookAt };
}
