import { z } from 'zod';
import { environmentKeySchema, flagKeySchema } from '@liftgate/flags';
import { metricKeySchema } from './experiment.ts';
import { guardrailSchema, MAX_GUARDRAILS, metricTuning } from './guardrail.ts';

/**
 * Terms. A **plan** says how a feature goes from nobody to everybody: its **stages** with their shares, what each must have seen before it
 * may be left (a **dwell**, samples, **gates**), what must not get worse (guardrails) and what must get better (the **goal**). The first
 * stage is off, where a rollback ends; the last is everyone. The **horizon** is when a person is asked, whatever the numbers say.
 */

const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** What must be true before a stage is left, besides dwell and samples. */
export const gateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('time'), notBefore: z.iso.datetime() }).readonly(),
  z.strictObject({ kind: z.literal('sample'), unitsPerArm: z.int().positive() }).readonly(),
  z.strictObject({ kind: z.literal('approval'), people: z.int().min(1).max(10).default(1) }).readonly(),
  /** Somebody else's system is asked and answers yes or no; an answer older than `maximumAgeMs` counts as none. */
  z
    .strictObject({
      kind: z.literal('webhook'),
      name: z.string().min(1).max(128),
      maximumAgeMs: z.int().positive().default(DAY_MS),
    })
    .readonly(),
]);
export type Gate = z.infer<typeof gateSchema>;

export const stageSchema = z
  .strictObject({
    name: z.string().min(1).max(64),
    /** The share of all units that may have the treatment. */
    share: z.number().min(0).max(1),
    dwellMs: z.int().min(0).default(0),
    /** By metric key: units in each arm. */
    minimumSamples: z.record(metricKeySchema, z.int().positive()).readonly().default({}),
    gates: z.array(gateSchema).max(10).readonly().default([]),
  })
  .readonly();
export type PlanStage = z.infer<typeof stageSchema>;

/** What must get better. Lifts are relative to control and positive when better: 0.05 is 5 % better. */
export const goalSchema = z
  .strictObject({
    ...metricTuning,
    name: z.string().min(1).max(200),
    /** Units per arm before anything is said of it. */
    minimumSample: z.int().min(1).default(30),
    /** The measured lift that going to everyone needs, besides the proof of benefit. */
    minimumLift: z.number().min(0).max(10).default(0.05),
    /** An interval inside ±this is "no difference worth having". */
    neutralLift: z.number().gt(0).max(10).default(0.05),
    /** Proven harm rolls back from this measured drop on; 0: any proven harm. A smaller one holds. */
    minimumHarm: z.number().min(0).max(10).default(0),
    /** Looks of the group sequential test for benefit: at the end of the dwell before everyone, then every so often. Whole weeks. */
    lookEveryMs: z
      .int()
      .positive()
      .default(7 * DAY_MS),
  })
  .readonly();
export type Goal = z.infer<typeof goalSchema>;

/** Error rates, for the whole life of the rollout, under a look after every batch. */
export const alphasSchema = z
  .strictObject({
    /** The most that false rollbacks of a feature without effect may cost: guardrails and goal harm together. */
    total: z.number().gt(0).lt(0.5).default(0.02),
    /** Spent once on the mean of all guardrails' e-values. */
    guardrail: z.number().gt(0).lt(0.5).default(0.01),
    goalHarm: z.number().gt(0).lt(0.5).default(0.01),
    /** That a rate within its absolute limit is called above it. A rollback needs a healthy control as well. */
    circuit: z.number().gt(0).lt(0.5).default(0.001),
    /** One-sided: that a feature without benefit goes to everyone. */
    benefit: z.number().gt(0).lt(0.5).default(0.025),
    split: z.number().gt(0).lt(0.5).default(0.001),
    /** Of the always-valid interval that says neutral. */
    interval: z.number().gt(0).lt(0.5).default(0.05),
    /** Evidence of harm of 1/this is no proof, but no time to move forward either. */
    suspicion: z.number().gt(0).lt(0.5).default(0.1),
  })
  .refine(
    ({ total, guardrail, goalHarm }) => guardrail + goalHarm <= total * (1 + 1e-12),
    'guardrail and goalHarm must not exceed total',
  )
  .readonly();

export const DECISION_MODES = ['anytime', 'literal'] as const;
export type DecisionMode = (typeof DECISION_MODES)[number];

const planFields = z.strictObject({
  flag: flagKeySchema,
  environment: environmentKeySchema,
  /** What is randomised, as the flag has it: for the sentences. */
  unit: z.string().min(1).max(128).default('user'),
  stages: z.array(stageSchema).min(2, 'needs off and everyone').max(20).readonly(),
  guardrails: z.array(guardrailSchema).max(MAX_GUARDRAILS).readonly().default([]),
  /** Null: it moves as long as nothing gets worse. */
  goal: goalSchema.nullable().default(null),
  /** `anytime` is valid however often one looks; `literal` is the original decision matrix, word for word. */
  decisionMode: z.enum(DECISION_MODES).default('anytime'),
  alphas: alphasSchema.default(alphasSchema.parse({})),
  horizonMs: z
    .int()
    .positive()
    .default(90 * DAY_MS),
  /** The share kept on control at everyone, to keep measuring. */
  holdback: z.number().min(0).max(0.5).default(0),
  freshness: z
    .strictObject({
      /** Numbers older than this move nothing forward. */
      staleAfterMs: z
        .int()
        .positive()
        .default(2 * MINUTE_MS),
      /** Nor do numbers whose events wait longer than this to be counted. */
      maximumLagMs: z.int().positive().default(MINUTE_MS),
    })
    .readonly()
    .default({ staleAfterMs: 2 * MINUTE_MS, maximumLagMs: MINUTE_MS }),
  /** What a wrong split leads to. Either way nothing is claimed. */
  underMismatch: z.enum(['hold', 'pause']).default('hold'),
  version: z.int().positive().default(1),
});

export const planSchema = planFields
  .check((context) => {
    for (const { path, input, message } of inconsistencies(context.value))
      context.issues.push({ code: 'custom', path, input, message });
  })
  .readonly();
export type Plan = z.infer<typeof planSchema>;
export type NewPlan = z.input<typeof planSchema>;

/** Throws a ZodError that names the field when the parts do not fit together. */
export function createPlan(input: NewPlan): Plan {
  return planSchema.parse(input);
}

interface Problem {
  readonly path: (string | number)[];
  readonly input: unknown;
  readonly message: string;
}

/** What no single field can say: off first, everyone last, growing in between, no name twice. */
function inconsistencies({ stages, guardrails, goal }: z.infer<typeof planFields>): Problem[] {
  const problems: Problem[] = [];
  const complain = (path: (string | number)[], input: unknown, message: string): void => {
    problems.push({ path, input, message });
  };
  const last = stages.length - 1;
  stages.forEach(({ name, share }, k) => {
    const path = ['stages', k, 'share'];
    const before = stages[k - 1]?.share ?? 0;
    if (k === 0 && share !== 0) complain(path, share, `must be 0 in the first stage, got ${share}`);
    if (k === last && share !== 1) complain(path, share, `must be 1 in the last stage, got ${share}`);
    if (share < before) complain(path, share, `must not be below the stage before (${before}), got ${share}`);
    if (k < last && share === 1) complain(path, share, 'must be below 1 before the last stage, got 1');
    if (stages.findIndex((stage) => stage.name === name) < k)
      complain(['stages', k, 'name'], name, `"${name}" is there twice`);
  });
  if (goal !== null && !((stages[last - 1]?.share ?? 0) > 0))
    complain(['stages'], stages.length, 'must compare at some share before everyone, when there is a goal');
  guardrails.forEach(({ key }, k) => {
    if (guardrails.findIndex((guardrail) => guardrail.key === key) < k)
      complain(['guardrails', k, 'key'], key, `"${key}" is there twice`);
  });
  return problems;
}
