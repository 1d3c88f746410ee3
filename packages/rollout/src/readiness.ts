import type { Missing } from './decision.ts';
import { asMoment, asWait } from './decision-words.ts';
import { asUnits } from './phrases.ts';
import type { Gate, PlanStage } from './plan.ts';
import type { Standing } from './standing.ts';

/**
 * What is still missing before the present stage may be left, in the order in which it is said: what a person or another system has to do
 * comes after what only takes time, so that nobody is asked too early.
 */
export function missingFor(standing: Standing): readonly Missing[] {
  const { stage, next } = standing;
  if (stage === null || next === null) return [];
  const gates = (kind: Gate['kind']): Missing[] =>
    stage.gates.flatMap((gate) => (gate.kind === kind ? missingGate(gate, stage, standing) : []));
  return [
    ...missingDwell(stage, standing),
    ...gates('time'),
    ...missingSamples(stage, standing),
    ...gates('sample'),
    ...gates('webhook'),
    ...gates('approval'),
  ];
}

function missingDwell(stage: PlanStage, { evidence, nowMs }: Standing): Missing[] {
  const endMs = Date.parse(evidence.rollout.stageEnteredAt) + stage.dwellMs;
  if (nowMs >= endMs) return [];
  const text = `${stage.name} lasts at least ${asWait(stage.dwellMs)}, ${asWait(endMs - nowMs)} to go`;
  return [{ reason: 'dwell', text, at: iso(endMs) }];
}

function missingSamples(stage: PlanStage, standing: Standing): Missing[] {
  return Object.entries(stage.minimumSamples).flatMap(([metric, needed]) => {
    const counts = standing.evidence.samples[metric] ?? { control: 0, treatment: 0 };
    const have = Math.min(counts.control, counts.treatment);
    if (have >= needed) return [];
    const text = `${metric}: ${asUnits(have, standing.plan.unit)} in the smaller group, ${needed.toLocaleString('en-US')} needed`;
    return [{ reason: 'samples', text, at: expectedAt(have, needed, standing) }];
  });
}

function missingGate(gate: Gate, stage: PlanStage, standing: Standing): Missing[] {
  const { plan, evidence, nowMs, facts } = standing;
  const { approvals, webhookAnswers, stageEnteredAt } = evidence.rollout;
  const sinceMs = Date.parse(stageEnteredAt);
  switch (gate.kind) {
    case 'time': {
      const atMs = Date.parse(gate.notBefore);
      if (nowMs >= atMs) return [];
      return [{ reason: 'gate_time', text: `Not before ${asMoment(new Date(atMs))}`, at: iso(atMs) }];
    }
    case 'sample': {
      const have = Math.min(facts.split.controlUnits, facts.split.treatmentUnits);
      if (have >= gate.unitsPerArm) return [];
      const needed = gate.unitsPerArm.toLocaleString('en-US');
      const text = `${asUnits(have, plan.unit)} in the smaller group, ${needed} needed`;
      return [{ reason: 'gate_sample', text, at: expectedAt(have, gate.unitsPerArm, standing) }];
    }
    case 'approval': {
      const people = new Set(
        approvals
          .filter((one) => one.stage === stage.name && Date.parse(one.at) >= sinceMs)
          .map(({ by }) => by),
      );
      if (people.size >= gate.people) return [];
      const text =
        gate.people === 1
          ? `Somebody has to approve leaving ${stage.name}`
          : `${gate.people} people have to approve leaving ${stage.name}, ${people.size} did`;
      return [{ reason: 'approval_wanted', text, at: null }];
    }
    case 'webhook': {
      const answers = webhookAnswers.filter(
        ({ gate: name, stage: of, at }) =>
          name === gate.name &&
          of === stage.name &&
          Date.parse(at) >= sinceMs &&
          Math.abs(nowMs - Date.parse(at)) <= gate.maximumAgeMs,
      );
      const latest = answers.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1);
      if (latest?.answer === 'yes') return [];
      return latest === undefined
        ? [{ reason: 'webhook_waiting', text: `${gate.name} has not answered`, at: null }]
        : [{ reason: 'webhook_refused', text: `${gate.name} said no`, at: null }];
    }
  }
}

/** When a count will be reached at the rate since the start of the run. */
function expectedAt(have: number, needed: number, { evidence, nowMs }: Standing): string | null {
  const elapsedMs = nowMs - Date.parse(evidence.rollout.startedAt);
  if (have <= 0 || elapsedMs <= 0) return null;
  const atMs = nowMs + (elapsedMs * (needed - have)) / have;
  return atMs < 8.64e15 ? iso(Math.ceil(atMs)) : null;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
