import { ZodError } from 'zod';
import { describe, expect, test } from 'vitest';
import { changeFlag, createFlag, evaluate, flagSchema, type FlagChange, type NewFlag } from '@liftgate/flags';
import { aFlag, changed, LATER, NOW } from './a-flag.ts';

/** "path: message" of every complaint. */
function complaints(attempt: () => unknown): string[] {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ZodError) {
      return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    }
    throw error;
  }
  return [];
}

function two(name: string, value: unknown, weight: unknown = 1) {
  return [
    { name: 'control', value: false, weight: 1 },
    { name, value, weight },
  ] as NonNullable<NewFlag['variants']>;
}

describe('a new flag', () => {
  test('needs a key and an environment; the rest has defaults', () => {
    expect(aFlag()).toEqual({
      key: 'checkout',
      environment: 'production',
      name: 'checkout',
      description: '',
      owner: '',
      tags: [],
      type: 'boolean',
      variants: [
        { name: 'control', value: false, weight: 1 },
        { name: 'treatment', value: true, weight: 1 },
      ],
      control: 'control',
      unit: 'user',
      salt: 'checkout',
      enabled: true,
      stage: 'disabled',
      share: 0,
      holdback: 0,
      lists: { allow: { tenants: [], users: [] }, block: { tenants: [], users: [] } },
      epoch: 1,
      epochs: [
        {
          epoch: 1,
          stage: 'disabled',
          share: 0,
          startedAt: '2026-11-24T10:00:00.000Z',
          weights: { control: 0, treatment: 0 },
        },
      ],
      phase: 1,
      version: 1,
      createdAt: '2026-11-24T10:00:00.000Z',
      updatedAt: '2026-11-24T10:00:00.000Z',
    });
  });

  test('is a whole flag: stored as JSON it reads back the same', () => {
    const flag = aFlag({ stage: 'beta_25', tags: ['a'] });
    expect(flagSchema.parse(JSON.parse(JSON.stringify(flag)))).toEqual(flag);
  });

  test('takes the first variant as control unless told otherwise', () => {
    const variants = ['a', 'b'].map((name) => ({ name, value: name, weight: 1 }));
    expect(aFlag({ type: 'string', variants }).control).toBe('a');
    expect(aFlag({ type: 'string', variants, control: 'b' }).control).toBe('b');
  });

  test('begins its first epoch with the weights of its stage', () => {
    expect(aFlag({ stage: 'beta_10' }).epochs[0]).toMatchObject({
      stage: 'beta_10',
      share: 0.1,
      weights: { control: 10_000, treatment: 10_000 },
    });
  });

  test.each<[string, Partial<Record<keyof NewFlag | 'version' | 'colour', unknown>>, string]>([
    [
      'key',
      { key: '-x' },
      'key: must start with a letter or digit and hold at most 128 of A-Z a-z 0-9 . _ -',
    ],
    [
      'key',
      { key: 'x'.repeat(129) },
      'key: must start with a letter or digit and hold at most 128 of A-Z a-z 0-9 . _ -',
    ],
    [
      'key',
      { key: 'a b' },
      'key: must start with a letter or digit and hold at most 128 of A-Z a-z 0-9 . _ -',
    ],
    [
      'environment',
      { environment: 'Prod' },
      'environment: must start with a-z or 0-9 and hold at most 32 of a-z 0-9 -',
    ],
    ['variants', { variants: two('x', true).slice(1) }, 'variants: needs a control and a treatment'],
    ['variant name twice', { variants: two('control', true) }, 'variants.1.name: "control" is there twice'],
    [
      'variant name with a bar',
      { variants: two('a|b', true) },
      'variants.1.name: must not hold control characters or |',
    ],
    [
      'variant called __proto__',
      { variants: two('__proto__', true) },
      'variants.1.name: must not be __proto__',
    ],
    [
      'variant value',
      { variants: two('x', 'yes') },
      'variants.1.value: must be of the flag\'s type boolean, got "yes"',
    ],
    [
      'variant weight',
      { variants: two('x', true, 0) },
      'variants.1.weight: Too small: expected number to be >0',
    ],
    [
      'variant value too long',
      {
        type: 'string',
        variants: [
          { name: 'a', value: '', weight: 1 },
          { name: 'b', value: 'x'.repeat(70_000), weight: 1 },
        ],
      },
      'variants.1.value: must hold at most 65536 characters as JSON',
    ],
    [
      'type without variants of it',
      { type: 'string' },
      "variants.0.value: must be of the flag's type string, got false",
    ],
    ['control', { control: 'nobody' }, 'control: "nobody" is not one of the variants "control", "treatment"'],
    ['salt', { salt: 'a:b' }, 'salt: must not hold a colon'],
    ['holdback', { holdback: 0.6 }, 'holdback: Too big: expected number to be <=0.5'],
    [
      'stage',
      { stage: 'beta_99' },
      'stage: Invalid option: expected one of "disabled"|"internal"|"beta_10"|"beta_25"|"beta_50"|"ga"',
    ],
    [
      'an empty list entry',
      { lists: { allow: { tenants: [], users: [''] }, block: { tenants: [], users: [] } } },
      'lists.allow.users.0: must not be empty',
    ],
    [
      'a list entry with a line break',
      { lists: { allow: { tenants: ['a\nb'], users: [] }, block: { tenants: [], users: [] } } },
      'lists.allow.tenants.0: must not hold control characters',
    ],
    ['a field of ours', { version: 7 }, ': Unrecognized key: "version"'],
    ['a field of nobody', { colour: 'red' }, ': Unrecognized key: "colour"'],
  ])('a bad %s is named', (_, more, complaint) => {
    const input = { key: 'checkout', environment: 'production', ...more } as NewFlag;
    expect(complaints(() => createFlag(input, NOW))).toContain(complaint);
  });

  test('a list of more than 100,000 entries is refused', () => {
    const users = Array.from({ length: 100_001 }, (_, n) => `u${n}`);
    const lists = { allow: { tenants: [], users }, block: { tenants: [], users: [] } };
    expect(complaints(() => aFlag({ lists }))).toEqual([
      'lists.allow.users: must hold at most 100000 entries',
    ]);
  });
});

describe('a changed flag', () => {
  const flag = aFlag({ stage: 'beta_10' });
  const heavier = flag.variants.map((one) => ({ ...one, weight: one.name === 'treatment' ? 2 : 1 }));

  test.each<[string, FlagChange]>([
    ['nothing', {}],
    ['the same stage', { stage: 'beta_10' }],
    ['the same everything', { name: 'checkout', variants: flag.variants, lists: flag.lists, tags: [] }],
    ['a field that is there but undefined', { name: undefined }],
  ])('with %s is the same object', (_, change) => {
    expect(changed(flag, change)).toBe(flag);
  });

  test.each<[string, FlagChange, boolean]>([
    ['another stage', { stage: 'beta_25' }, true],
    ['a stage with the same share', { stage: 'internal' }, true],
    ['other weights', { variants: heavier }, true],
    ['weights twice as large', { variants: flag.variants.map((one) => ({ ...one, weight: 2 })) }, false],
    [
      'another name of a variant',
      { variants: flag.variants.map((one) => (one.name === 'treatment' ? { ...one, name: 'new' } : one)) },
      true,
    ],
    ['a holdback that only 100 % would use', { holdback: 0.05 }, false],
    ['the switch', { enabled: false }, false],
    [
      'a list',
      { lists: { allow: { tenants: [], users: ['vip'] }, block: { tenants: [], users: [] } } },
      false,
    ],
    ['a name', { name: 'Checkout' }, false],
  ])('%s: a new epoch exactly when somebody gets something else', (_, change, begins) => {
    const next = changed(flag, change);
    expect(next).toMatchObject({
      version: 2,
      phase: 1,
      updatedAt: LATER.toISOString(),
      createdAt: flag.createdAt,
    });
    expect(next.epoch).toBe(begins ? 2 : 1);
    expect(next.epochs).toHaveLength(next.epoch);
    expect(next.epochs[0]).toEqual(flag.epochs[0]);
    if (begins)
      expect(next.epochs[1]).toMatchObject({ epoch: 2, startedAt: LATER.toISOString(), stage: next.stage });
  });

  test('a holdback begins an epoch at 100 %', () => {
    const full = aFlag({ stage: 'ga' });
    expect(changed(full, { holdback: 0.05 })).toMatchObject({
      epoch: 2,
      epochs: [{ weights: { control: 0, treatment: 0 } }, { weights: { control: 5_000, treatment: 5_000 } }],
    });
  });

  test('a stage that gives everybody the same begins an epoch too: the epoch says the stage', () => {
    expect(changed(aFlag(), { stage: 'internal' })).toMatchObject({
      epoch: 2,
      epochs: [{}, { stage: 'internal' }],
    });
  });

  test('the share follows the stage', () => {
    expect(changed(flag, { stage: 'beta_50' }).share).toBe(0.5);
    expect(changed(flag, { stage: 'ga' }).share).toBe(1);
    expect(changed(flag, { name: 'x' }).share).toBe(0.1);
  });

  test('the flag before stays as it was', () => {
    const before = structuredClone(flag);
    changed(flag, { stage: 'ga', tags: ['x'], variants: heavier });
    expect(flag).toEqual(before);
  });

  test('goes on being valid as it is stored', () => {
    let next = flag;
    for (const stage of ['beta_25', 'beta_50', 'ga', 'beta_10'] as const) next = changed(next, { stage });
    expect(flagSchema.parse(JSON.parse(JSON.stringify(next)))).toEqual(next);
    expect(next.epochs.map((one) => one.epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(evaluate(next, { targetingKey: 'u1' }).epoch).toBe(5);
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      'a value of another type',
      { variants: [{ name: 'control', value: 1, weight: 1 }, flag.variants[1]] },
      "variants.0.value: must be of the flag's type boolean, got 1",
    ],
    [
      'the control gone',
      { variants: [{ name: 'a', value: false, weight: 1 }, flag.variants[1]] },
      'control: "control" is not one of the variants "a", "treatment"',
    ],
    ['the salt', { salt: 'other' }, ': Unrecognized key: "salt"'],
    ['the key', { key: 'other' }, ': Unrecognized key: "key"'],
    [
      'an unknown stage',
      { stage: 'all' },
      'stage: Invalid option: expected one of "disabled"|"internal"|"beta_10"|"beta_25"|"beta_50"|"ga"',
    ],
  ])('%s is refused by name', (_, change, complaint) => {
    expect(complaints(() => changeFlag(flag, change as FlagChange, LATER))).toContain(complaint);
  });
});
