import { z } from 'zod';
import { canonicalJson, firstDifference } from './canonical-json.ts';
import { decide } from './decide.ts';
import { decisionEvidenceSchema, type DecisionEvidence } from './decision-evidence.ts';
import { ACTIONS, POLICY_VERSION, type Action, type Decision } from './decision.ts';
import { planSchema, type Plan } from './plan.ts';

/**
 * Terms. A **receipt** is one decision with all that went into it, so that anybody can decide again and compare. Receipts of a flag form a
 * chain: each seals the one before by its hash. The hash function is given by the caller (SHA-256 in hexadecimal, in production).
 */

const actorSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('machine'), id: z.string().min(1).max(256) }).readonly(),
  z.strictObject({ kind: z.literal('person'), id: z.string().min(1).max(256) }).readonly(),
  z.strictObject({ kind: z.literal('api_key'), id: z.string().min(1).max(256) }).readonly(),
]);
export type Actor = z.infer<typeof actorSchema>;

/** What a person did instead of, or before, what the rules said. */
const overrideSchema = z
  .strictObject({
    action: z.enum(ACTIONS),
    toStage: z.string().nullable(),
    why: z.string().min(1).max(4_000),
  })
  .readonly();
export type Override = z.infer<typeof overrideSchema>;

const receiptSchema = z
  .strictObject({
    receiptVersion: z.literal(1),
    policyVersion: z.int().positive(),
    /** 1 for the first of a flag; no number is missing. */
    sequence: z.int().positive(),
    previousHash: z.string().nullable(),
    actor: actorSchema,
    override: overrideSchema.nullable(),
    plan: planSchema,
    evidence: decisionEvidenceSchema,
    decidedAt: z.iso.datetime(),
    decision: z.record(z.string(), z.unknown()),
    hash: z.string().min(1),
  })
  .refine(
    ({ actor, override }) => actor.kind !== 'machine' || override === null,
    'the machine does not override itself',
  );

export interface Receipt {
  readonly receiptVersion: 1;
  readonly policyVersion: number;
  readonly sequence: number;
  readonly previousHash: string | null;
  readonly actor: Actor;
  readonly override: Override | null;
  readonly plan: Plan;
  readonly evidence: DecisionEvidence;
  readonly decidedAt: string;
  readonly decision: Decision;
  readonly hash: string;
}

export type Hash = (text: string) => string;

export function makeReceipt(
  input: {
    readonly plan: Plan;
    readonly evidence: DecisionEvidence;
    readonly decision: Decision;
    readonly actor: Actor;
    readonly override?: Override;
    /** The flag's latest receipt; null for its first. */
    readonly previous: Pick<Receipt, 'sequence' | 'hash'> | null;
  },
  hash: Hash,
): Receipt {
  const { plan, evidence, decision, actor, override = null, previous } = input;
  const sealed = {
    receiptVersion: 1 as const,
    policyVersion: decision.policyVersion,
    sequence: (previous?.sequence ?? 0) + 1,
    previousHash: previous?.hash ?? null,
    actor,
    override,
    plan,
    evidence,
    decidedAt: decision.decidedAt,
    decision,
  };
  return { ...sealed, hash: hash(canonicalJson(sealed)) };
}

/** What was done: the person's override, or else what the rules said. */
export function actionTaken({ override, decision }: Pick<Receipt, 'override' | 'decision'>): Action {
  return override?.action ?? decision.action;
}

export type Verification =
  | { readonly status: 'ok' }
  /** Not a receipt at all, or not one that this version can read. */
  | { readonly status: 'unreadable'; readonly message: string }
  /** A byte was changed after it was sealed. */
  | { readonly status: 'altered'; readonly message: string }
  /** Sealed as it is, but the rules do not give this decision from this evidence. */
  | { readonly status: 'not_reproduced'; readonly message: string }
  /** Sealed as it is; decided under rules that this version does not have. */
  | { readonly status: 'other_policy'; readonly message: string };

/** Whether a receipt is as it was sealed, and decides again to what it says. */
export function verifyReceipt(value: unknown, hash: Hash): Verification {
  const parsed = receiptSchema.safeParse(value);
  if (!parsed.success) return { status: 'unreadable', message: z.prettifyError(parsed.error) };
  const receipt = parsed.data;
  // Sealed is what was stored, not what the schema makes of it: a default that is filled in must not change the hash.
  const { hash: _, ...sealed } = value as Record<string, unknown>;
  const expected = hash(canonicalJson(sealed));
  if (expected !== receipt.hash) {
    const message = `receipt ${receipt.sequence} has the hash ${receipt.hash}, its content has ${expected}`;
    return { status: 'altered', message };
  }
  if (receipt.policyVersion !== POLICY_VERSION) {
    const message = `receipt ${receipt.sequence} was decided under policy ${receipt.policyVersion}, this is policy ${POLICY_VERSION}`;
    return { status: 'other_policy', message };
  }
  const again = decide(receipt.plan, receipt.evidence, new Date(receipt.decidedAt));
  const difference = firstDifference(receipt.decision, again, 'decision');
  if (difference === null) return { status: 'ok' };
  return {
    status: 'not_reproduced',
    message: `receipt ${receipt.sequence} differs from what the rules decide at ${difference}`,
  };
}

export type ChainVerification =
  | { readonly status: 'ok'; readonly receipts: number; readonly otherPolicy: number }
  | { readonly status: 'broken'; readonly sequence: number; readonly message: string };

/** Verifies a flag's receipts, oldest first: each by itself, and that none was removed, added or moved. */
export function verifyChain(receipts: readonly unknown[], hash: Hash): ChainVerification {
  let previousHash: string | null = null;
  let otherPolicy = 0;
  for (const [k, value] of receipts.entries()) {
    const verification = verifyReceipt(value, hash);
    const sequence = k + 1;
    if (verification.status === 'other_policy') otherPolicy += 1;
    else if (verification.status !== 'ok')
      return { status: 'broken', sequence, message: verification.message };
    const receipt = value as Pick<Receipt, 'sequence' | 'previousHash' | 'hash'>;
    if (receipt.sequence !== sequence || receipt.previousHash !== previousHash) {
      const message = `receipt ${sequence} does not follow the one before: it says ${receipt.sequence} after ${receipt.previousHash}`;
      return { status: 'broken', sequence, message };
    }
    previousHash = receipt.hash;
  }
  return { status: 'ok', receipts: receipts.length, otherPolicy };
}
