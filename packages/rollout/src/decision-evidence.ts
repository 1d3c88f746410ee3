import { z } from 'zod';
import { metricKeySchema } from './experiment.ts';
import { MAX_GUARDRAILS } from './guardrail.ts';

/**
 * Everything a decision looks at besides the plan and the time: where the rollout stands, and what has been counted. Plain JSON, because a
 * receipt keeps it. Control against one treatment; of a flag with several treatments, each has its own evidence.
 *
 * A **period** is a stretch of constant allocation: a stage epoch, or a day of it. Finer periods show a late fault sooner and cost nothing.
 */

const count = z.int().min(0);
const time = z.iso.datetime();

/** Units that were seen in a period, and those that failed for the first time in it. Each unit fails once, ever. */
const failuresSchema = z.strictObject({ units: count, failed: count }).readonly();
export type Failures = z.infer<typeof failuresSchema>;

export const failurePeriodSchema = z
  .strictObject({
    /** Of the units randomised in this period, the share that gets the treatment: 0.5 in a symmetric ramp, 1 without control. */
    treatmentShare: z.number().min(0).max(1),
    control: failuresSchema,
    treatment: failuresSchema,
  })
  .readonly();
export type FailurePeriod = z.infer<typeof failurePeriodSchema>;

/** Moments of one arm in one stage epoch, in the metric's unit; `nonZero` units have a value other than 0. */
const armMomentsSchema = z
  .strictObject({ n: count, mean: z.number(), m2: z.number().min(0), nonZero: count })
  .readonly();
export type ArmMoments = z.infer<typeof armMomentsSchema>;

export const metricStratumSchema = z
  .strictObject({ control: armMomentsSchema, treatment: armMomentsSchema })
  .readonly();
export type MetricStratum = z.infer<typeof metricStratumSchema>;

const guardrailEvidenceSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('share'),
      periods: z.array(failurePeriodSchema).max(400).readonly(),
      lastEventAt: time.nullable(),
    })
    .readonly(),
  z
    .strictObject({
      kind: z.literal('metric'),
      strata: z.array(metricStratumSchema).max(400).readonly(),
      lastEventAt: time.nullable(),
    })
    .readonly(),
]);
export type GuardrailEvidence = z.infer<typeof guardrailEvidenceSchema>;

const splitPeriodSchema = z
  .strictObject({
    treatmentShare: z.number().min(0).max(1),
    controlUnits: count,
    treatmentUnits: count,
  })
  .readonly();

/** A look of the group sequential test that was taken: information is 1/se² of the goal's difference. */
export const benefitLookSchema = z
  .strictObject({
    at: time,
    information: z.number().positive(),
    /** α spent up to this look. */
    spent: z.number().min(0).max(1),
    benefit: z.boolean(),
  })
  .readonly();
export type BenefitLook = z.infer<typeof benefitLookSchema>;

export const ROLLOUT_STATUSES = ['running', 'paused', 'rolled_back', 'complete'] as const;

export const rolloutStateSchema = z
  .strictObject({
    status: z.enum(ROLLOUT_STATUSES),
    /** A pause by a signal ends by itself when the signal recovers; a person's does not. */
    pausedBy: z.enum(['person', 'signal']).nullable(),
    stage: z.string().min(1).max(64),
    startedAt: time,
    stageEnteredAt: time,
    killSwitch: z.boolean(),
    /** For leaving the stage they name. */
    approvals: z
      .array(z.strictObject({ stage: z.string(), by: z.string().min(1).max(256), at: time }).readonly())
      .max(1_000)
      .readonly(),
    webhookAnswers: z
      .array(
        z
          .strictObject({ gate: z.string(), stage: z.string(), answer: z.enum(['yes', 'no']), at: time })
          .readonly(),
      )
      .max(1_000)
      .readonly(),
    looks: z.array(benefitLookSchema).max(500).readonly(),
    /** Of the flag: the compare-and-set that the move is made with. */
    version: z.int().positive(),
  })
  .readonly();
export type RolloutState = z.infer<typeof rolloutStateSchema>;

export const decisionEvidenceSchema = z
  .strictObject({
    rollout: rolloutStateSchema,
    /** Orders two readings: a decision is made once per version. */
    evidenceVersion: count,
    freshness: z
      .strictObject({
        /** Up to when events are counted. */
        asOf: time,
        /** How long the oldest event that is not counted yet has waited. */
        lagMs: z.number().min(0),
      })
      .readonly(),
    split: z
      .strictObject({
        periods: z.array(splitPeriodSchema).max(400).readonly(),
        /** The smallest sequential p-value so far in this run: a mismatch does not go away by itself. */
        lowestP: z.number().min(0).max(1).nullable(),
        lastExposureAt: time.nullable(),
      })
      .readonly(),
    /** By guardrail key. */
    guardrails: z
      .record(metricKeySchema, guardrailEvidenceSchema)
      .refine((all) => Object.keys(all).length <= MAX_GUARDRAILS)
      .readonly(),
    goal: z
      .strictObject({
        strata: z.array(metricStratumSchema).max(400).readonly(),
        lastEventAt: time.nullable(),
      })
      .readonly()
      .nullable(),
    /** By metric key: units in each arm, for minimum samples. */
    samples: z
      .record(metricKeySchema, z.strictObject({ control: count, treatment: count }).readonly())
      .readonly(),
  })
  .readonly();
export type DecisionEvidence = z.infer<typeof decisionEvidenceSchema>;
