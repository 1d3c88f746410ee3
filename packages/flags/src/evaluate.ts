import { bucketOf, slicesOf, type Slice } from './bucketing.ts';
import { treatmentsOf, type Flag, type JsonValue } from './flag.ts';

/** What is known of the caller. `targetingKey` (or `user`) is the user, `tenant` the tenant. Never mutated. */
export type EvaluationContext = Readonly<Record<string, unknown>>;

/** Which rule decided, in evaluation order; the whole of "why did this user get this?" in one word. */
export type Cause =
  | 'switched_off'
  | 'stage_disabled'
  | 'block_list'
  | 'allow_list'
  | 'no_share'
  | 'split'
  | 'outside_split'
  | 'unit_missing';

export interface Evaluation {
  readonly flag: string;
  readonly version: number;
  readonly epoch: number;
  readonly phase: number;
  /** Absent: the application's own default is to be used. */
  readonly value?: JsonValue;
  readonly variant?: string;
  /** OpenFeature's reasons. */
  readonly reason: 'DISABLED' | 'TARGETING_MATCH' | 'SPLIT' | 'DEFAULT' | 'ERROR';
  readonly errorCode?: 'TARGETING_KEY_MISSING';
  readonly errorMessage?: string;
  readonly cause: Cause;
  /** The randomised unit, once it was needed. */
  readonly unit?: string;
  readonly bucket?: number;
  /** Whether this evaluation is part of the experiment, so that an exposure is due. */
  readonly analysed: boolean;
}

export type Evaluator = (context: EvaluationContext) => Evaluation;

/** Evaluates a flag once; compile it with `evaluatorOf` to evaluate it often. */
export function evaluate(flag: Flag, context: EvaluationContext): Evaluation {
  return evaluatorOf(flag)(context);
}

/**
 * Compiles a flag to a function of the evaluation context. Order: switched off or disabled, block list, allow list,
 * split. Block wins over allow; what a list decides is served but not analysed.
 */
export function evaluatorOf(flag: Flag): Evaluator {
  const base = {
    flag: flag.key,
    version: flag.version,
    epoch: flag.epoch,
    phase: flag.phase,
    analysed: false,
  } as const;
  const values = new Map(flag.variants.map((variant) => [variant.name, variant.value]));
  const served = (variant: string) => ({ value: values.get(variant) as JsonValue, variant });
  const control = served(flag.control);

  // What does not depend on the unit is made once.
  const always = (evaluation: Evaluation): Evaluation => Object.freeze(evaluation);
  if (!flag.enabled) {
    const off = always({ ...base, reason: 'DISABLED', cause: 'switched_off' });
    return () => off;
  }
  if (flag.stage === 'disabled') {
    const disabled = always({ ...base, ...control, reason: 'DEFAULT', cause: 'stage_disabled' });
    return () => disabled;
  }
  const treatment = served(treatmentsOf(flag)[0]?.name ?? flag.control);
  const onBlockList = always({ ...base, ...control, reason: 'TARGETING_MATCH', cause: 'block_list' });
  const onAllowList = always({ ...base, ...treatment, reason: 'TARGETING_MATCH', cause: 'allow_list' });
  const noShare = always({ ...base, ...control, reason: 'DEFAULT', cause: 'no_share' });
  const unitMissing = always({
    ...base,
    reason: 'ERROR',
    errorCode: 'TARGETING_KEY_MISSING',
    errorMessage: `flag "${flag.key}" splits by ${flag.unit}, and the context has no ${contextFieldOf(flag.unit)} (a text that is not empty)`,
    cause: 'unit_missing',
  });

  const blocked = listMatcher(flag.lists.block);
  const allowed = listMatcher(flag.lists.allow);
  const slices = slicesOf(flag).map((slice) => ({ ...slice, ...served(slice.variant) }));
  const outside = { ...control, analysed: false };
  return (context) => {
    if (blocked(context)) return onBlockList;
    if (allowed(context)) return onAllowList;
    if (slices.length === 0) return noShare;
    const unit = unitOf(flag.unit, context);
    if (unit === undefined) return unitMissing;
    const bucket = bucketOf(flag.salt, unit);
    const slice = sliceAt(slices, bucket);
    const { value, variant, analysed } = slice ?? outside;
    // A literal takes 20 ns where spreading two objects into one takes 3 µs (Node 20).
    return {
      flag: base.flag,
      version: base.version,
      epoch: base.epoch,
      phase: base.phase,
      analysed,
      value,
      variant,
      reason: 'SPLIT',
      cause: slice === undefined ? 'outside_split' : 'split',
      unit,
      bucket,
    };
  };
}

function sliceAt<T extends Slice>(slices: readonly T[], bucket: number): T | undefined {
  for (const slice of slices) if (bucket >= slice.from && bucket < slice.to) return slice;
  return undefined;
}

function listMatcher(list: Flag['lists']['allow']): (context: EvaluationContext) => boolean {
  if (list.tenants.length === 0 && list.users.length === 0) return () => false;
  const tenants = new Set(list.tenants);
  const users = new Set(list.users);
  return (context) => {
    const user = unitOf('user', context);
    const tenant = unitOf('tenant', context);
    return (user !== undefined && users.has(user)) || (tenant !== undefined && tenants.has(tenant));
  };
}

/** The id of the randomised unit in a context; undefined when it is missing, empty or not a text. */
export function unitOf(unit: string, context: EvaluationContext): string | undefined {
  if (unit === 'user') return textField(context, 'targetingKey') ?? textField(context, 'user');
  return textField(context, unit);
}

function contextFieldOf(unit: string): string {
  return unit === 'user' ? 'targetingKey' : unit;
}

/** Whatever the context is, evaluation does not throw: a field that cannot be read is a field that is not there. */
function textField(context: EvaluationContext, field: string): string | undefined {
  try {
    if (!Object.hasOwn(context, field)) return undefined;
    const value = context[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}
