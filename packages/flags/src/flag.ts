import { z } from 'zod';

/**
 * Terms. A **flag** serves one of its **variants**. The **control** is the variant everybody had before; the others
 * are treatments. The **unit** is what is randomised: a user, a tenant, or any attribute of the evaluation context.
 * A **stage** says how many units may get a treatment. An **epoch** is a stretch of time with one allocation: every
 * change of the stage or of who gets what begins the next one, so that statistics never mix allocations.
 * A **phase** is one run of the experiment on the flag; a restart begins the next one.
 */

export const FLAG_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
export const ENVIRONMENT_KEY = /^[a-z0-9][a-z0-9-]{0,31}$/;
/** Unit ids, tenants and users: any well-formed text without control characters. */
export const MAX_UNIT_LENGTH = 256;
export const MAX_LIST_LENGTH = 100_000;
const MAX_VARIANTS = 16;
const MAX_VALUE_LENGTH = 65_536;

export const flagKeySchema = z
  .string()
  .regex(FLAG_KEY, 'must start with a letter or digit and hold at most 128 of A-Z a-z 0-9 . _ -');
export const environmentKeySchema = z
  .string()
  .regex(ENVIRONMENT_KEY, 'must start with a-z or 0-9 and hold at most 32 of a-z 0-9 -');

// A control character would let one id look like another in logs and keys.
// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;
/** Half a surrogate pair: UTF-8 has no bytes for it, so all of them would be hashed as one and the same. */
export const HALF_A_CHARACTER = /\p{Surrogate}/u;

export const unitIdSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_UNIT_LENGTH, `must hold at most ${MAX_UNIT_LENGTH} characters`)
  .refine((id) => !CONTROL_CHARACTER.test(id), 'must not hold control characters')
  .refine((id) => !HALF_A_CHARACTER.test(id), 'must not hold half a surrogate pair');

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export const FLAG_TYPES = ['boolean', 'string', 'number', 'object'] as const;
export type FlagType = (typeof FLAG_TYPES)[number];

/** The stages of the default path; a plan may name its own, each with its share. */
export const STAGES = ['disabled', 'internal', 'beta_10', 'beta_25', 'beta_50', 'ga'] as const;
export type Stage = (typeof STAGES)[number];

/** The share of all units that a stage lets have a treatment. */
export const STAGE_SHARE: Readonly<Record<Stage, number>> = {
  disabled: 0,
  internal: 0,
  beta_10: 0.1,
  beta_25: 0.25,
  beta_50: 0.5,
  ga: 1,
};

const variantNameSchema = z
  .string()
  .min(1)
  .max(128)
  .refine(
    (name) => !CONTROL_CHARACTER.test(name) && !name.includes('|'),
    'must not hold control characters or |',
  )
  .refine((name) => name !== '__proto__', 'must not be __proto__');

export const variantSchema = z.strictObject({
  name: variantNameSchema,
  value: z.json(),
  /** The relative size of this arm among the randomised units. */
  weight: z.number().positive().max(1_000_000),
});
export interface Variant {
  readonly name: string;
  readonly value: JsonValue;
  readonly weight: number;
}

const idListSchema = z
  .array(unitIdSchema)
  .max(MAX_LIST_LENGTH, `must hold at most ${MAX_LIST_LENGTH} entries`);
export const listsSchema = z.strictObject({
  allow: z.strictObject({ tenants: idListSchema, users: idListSchema }),
  block: z.strictObject({ tenants: idListSchema, users: idListSchema }),
});
/** Ids that are served a fixed variant and left out of the experiment. Block wins over allow. */
export type FlagLists = z.infer<typeof listsSchema>;
export const NO_LISTS: FlagLists = { allow: { tenants: [], users: [] }, block: { tenants: [], users: [] } };

const epochSchema = z.strictObject({
  epoch: z.int().positive(),
  stage: z.enum(STAGES),
  share: z.number().min(0).max(1),
  startedAt: z.iso.datetime(),
  /** Expected number of analysed units per variant, relative to each other; the plan of the split check. */
  weights: z.record(z.string(), z.number().min(0)),
  /** Who began it, and why, when that was said. */
  by: z.string().max(200).optional(),
  reason: z.string().max(1_000).optional(),
});
export type Epoch = z.infer<typeof epochSchema>;

const flagFields = {
  key: flagKeySchema,
  environment: environmentKeySchema,
  name: z.string().min(1).max(200),
  description: z.string().max(4_000),
  owner: z.string().max(200),
  tags: z.array(z.string().min(1).max(64)).max(32),
  type: z.enum(FLAG_TYPES),
  variants: z.array(variantSchema).min(2, 'needs a control and a treatment').max(MAX_VARIANTS),
  control: variantNameSchema,
  unit: z.string().min(1).max(128),
  salt: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[^:]+$/, 'must not hold a colon'),
  /** The switch. Off: the application's own default is used, with reason DISABLED. */
  enabled: z.boolean(),
  stage: z.enum(STAGES),
  /** The share of all units that may get a treatment: the stage's. */
  share: z.number().min(0).max(1),
  /** The share of all units kept on control at 100 %, to keep measuring. */
  holdback: z.number().min(0).max(0.5),
  lists: listsSchema,
  epoch: z.int().positive(),
  epochs: z.array(epochSchema).min(1),
  phase: z.int().positive(),
  version: z.int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

/** A whole flag as it is stored; what crosses a border is parsed with it. */
export const flagSchema = z.strictObject(flagFields).check((context) => {
  for (const problem of inconsistencies(context.value)) {
    context.issues.push({
      code: 'custom',
      input: problem.input,
      path: problem.path,
      message: problem.message,
    });
  }
});
export type Flag = z.infer<typeof flagSchema>;

interface Problem {
  readonly path: (string | number)[];
  readonly input: unknown;
  readonly message: string;
}

/** What no single field can say: variants unique, values of the flag's type, the control among the variants. */
function inconsistencies(flag: Pick<Flag, 'variants' | 'control' | 'type'>): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  flag.variants.forEach((variant, index) => {
    if (seen.has(variant.name)) {
      problems.push({
        path: ['variants', index, 'name'],
        input: variant.name,
        message: `"${variant.name}" is there twice`,
      });
    }
    seen.add(variant.name);
    if (!isOfType(variant.value, flag.type)) {
      problems.push({
        path: ['variants', index, 'value'],
        input: variant.value,
        message: `must be of the flag's type ${flag.type}, got ${JSON.stringify(variant.value)?.slice(0, 80)}`,
      });
    }
    if ((JSON.stringify(variant.value)?.length ?? 0) > MAX_VALUE_LENGTH) {
      problems.push({
        path: ['variants', index, 'value'],
        input: null,
        message: `must hold at most ${MAX_VALUE_LENGTH} characters as JSON`,
      });
    }
  });
  if (!seen.has(flag.control)) {
    problems.push({
      path: ['control'],
      input: flag.control,
      message: `"${flag.control}" is not one of the variants ${[...seen].map((name) => `"${name}"`).join(', ')}`,
    });
  }
  return problems;
}

export function isOfType(value: unknown, type: FlagType): boolean {
  if (type === 'object') return typeof value === 'object' && value !== null;
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
  return typeof value === type;
}

export function treatmentsOf(flag: Pick<Flag, 'variants' | 'control'>): Variant[] {
  return flag.variants.filter((variant) => variant.name !== flag.control);
}
