import { z } from 'zod';
import { expectedWeights, slicesOf } from './bucketing.ts';
import { NO_LISTS, STAGE_SHARE, flagSchema, type Flag } from './flag.ts';

/** What a person gives to make a flag; the rest has defaults. A boolean flag without variants is control/treatment. */
export const newFlagSchema = z
  .strictObject({
    ...flagSchema.shape,
    name: flagSchema.shape.name.optional(),
    description: flagSchema.shape.description.default(''),
    owner: flagSchema.shape.owner.default(''),
    tags: flagSchema.shape.tags.default([]),
    type: flagSchema.shape.type.default('boolean'),
    variants: flagSchema.shape.variants.optional(),
    control: flagSchema.shape.control.optional(),
    unit: flagSchema.shape.unit.default('user'),
    salt: flagSchema.shape.salt.optional(),
    enabled: flagSchema.shape.enabled.default(true),
    stage: flagSchema.shape.stage.default('disabled'),
    holdback: flagSchema.shape.holdback.default(0),
    lists: flagSchema.shape.lists.default(NO_LISTS),
  })
  .omit({
    share: true,
    epoch: true,
    epochs: true,
    phase: true,
    version: true,
    createdAt: true,
    updatedAt: true,
  });
export type NewFlag = z.input<typeof newFlagSchema>;

const DEFAULT_VARIANTS: Flag['variants'] = [
  { name: 'control', value: false, weight: 1 },
  { name: 'treatment', value: true, weight: 1 },
];

/** The first version of a flag. Throws a ZodError that names the field when the parts do not fit together. */
export function createFlag(input: NewFlag, now: Date): Flag {
  const fields = newFlagSchema.parse(input);
  const at = now.toISOString();
  const variants = fields.variants ?? DEFAULT_VARIANTS;
  return withFirstEpoch(
    flagSchema.parse({
      ...fields,
      name: fields.name ?? fields.key,
      variants,
      control: fields.control ?? variants[0]?.name,
      salt: fields.salt ?? fields.key,
      share: STAGE_SHARE[fields.stage],
      epoch: 1,
      epochs: [
        { epoch: 1, stage: fields.stage, share: STAGE_SHARE[fields.stage], startedAt: at, weights: {} },
      ],
      phase: 1,
      version: 1,
      createdAt: at,
      updatedAt: at,
    }),
  );
}

function withFirstEpoch(flag: Flag): Flag {
  return { ...flag, epochs: [epochOf(flag, flag.createdAt)] };
}

/** What a person may change afterwards. A change of the stage or of anybody's variant begins an epoch. */
export const flagChangeSchema = z
  .strictObject({
    name: flagSchema.shape.name,
    description: flagSchema.shape.description,
    owner: flagSchema.shape.owner,
    tags: flagSchema.shape.tags,
    variants: flagSchema.shape.variants,
    enabled: flagSchema.shape.enabled,
    stage: flagSchema.shape.stage,
    holdback: flagSchema.shape.holdback,
    lists: flagSchema.shape.lists,
  })
  .partial();
export type FlagChange = z.infer<typeof flagChangeSchema>;

/** Who changes a flag, and why: kept with the epoch that the change begins. */
export interface Author {
  readonly by?: string;
  readonly reason?: string;
}

/** The next version of the flag, or the same object when nothing would change. Throws a ZodError on bad input. */
export function changeFlag(flag: Flag, change: FlagChange, now: Date, author: Author = {}): Flag {
  const wanted = given(flagChangeSchema.parse(change));
  if (Object.entries(wanted).every(([field, value]) => sameJson(value, flag[field as keyof Flag])))
    return flag;
  const at = now.toISOString();
  const stage = wanted.stage ?? flag.stage;
  const next = flagSchema.parse({
    ...flag,
    ...wanted,
    share: wanted.stage === undefined ? flag.share : STAGE_SHARE[stage],
    version: flag.version + 1,
    updatedAt: at,
  });
  if (sameAllocation(flag, next)) return next;
  const begun = { ...next, epoch: flag.epoch + 1 };
  return { ...begun, epochs: [...flag.epochs, { ...epochOf(begun, at), ...author }] };
}

/** A field that is there but undefined asks for nothing. */
function given(change: FlagChange): FlagChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function epochOf(flag: Flag, startedAt: string): Flag['epochs'][number] {
  return {
    epoch: flag.epoch,
    stage: flag.stage,
    share: flag.share,
    startedAt,
    weights: expectedWeights(flag),
  };
}

function sameAllocation(a: Flag, b: Flag): boolean {
  return sameJson(allocationOf(a), allocationOf(b));
}

function allocationOf(flag: Flag): unknown {
  return [flag.stage, slicesOf(flag)];
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
