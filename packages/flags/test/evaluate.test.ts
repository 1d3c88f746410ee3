import { describe, expect, test } from 'vitest';
import {
  bucketOf,
  evaluate,
  evaluatorOf,
  type EvaluationContext,
  type Evaluation,
  type NewFlag,
} from '@liftgate/flags';
import { aFlag, changed } from './a-flag.ts';

const lists = (
  allow: { tenants?: string[]; users?: string[] },
  block: { tenants?: string[]; users?: string[] },
): Partial<NewFlag> => ({
  lists: {
    allow: { tenants: [], users: [], ...allow },
    block: { tenants: [], users: [], ...block },
  },
});

/** A user with a bucket in [from, to). */
function userIn(from: number, to: number): string {
  for (let n = 0; ; n++) {
    const bucket = bucketOf('checkout', `u${n}`);
    if (bucket >= from && bucket < to) return `u${n}`;
  }
}
const TREATED = userIn(0, 10_000);
const UNASSIGNED = userIn(20_000, 40_000);
const CONTROL = userIn(50_000, 55_000);
const CROSSED = userIn(60_000, 90_000);

describe('the order of evaluation', () => {
  const everything = lists(
    { users: ['vip', 'both'], tenants: ['acme'] },
    { users: ['bad', 'both'], tenants: ['evil'] },
  );

  test.each<[string, Partial<NewFlag>, EvaluationContext, Partial<Evaluation>]>([
    [
      'switched off',
      { enabled: false, stage: 'ga', ...everything },
      { targetingKey: 'vip' },
      { reason: 'DISABLED', cause: 'switched_off' },
    ],
    [
      'disabled',
      { ...everything },
      { targetingKey: 'vip' },
      { value: false, variant: 'control', reason: 'DEFAULT', cause: 'stage_disabled' },
    ],
    [
      'a blocked user',
      { stage: 'ga', ...everything },
      { targetingKey: 'bad' },
      { value: false, variant: 'control', reason: 'TARGETING_MATCH', cause: 'block_list' },
    ],
    [
      'a blocked tenant',
      { stage: 'ga', ...everything },
      { targetingKey: 'x', tenant: 'evil' },
      { value: false, cause: 'block_list' },
    ],
    [
      'a user on both lists',
      { stage: 'internal', ...everything },
      { targetingKey: 'both' },
      { value: false, cause: 'block_list' },
    ],
    [
      'an allowed user of a blocked tenant',
      { stage: 'internal', ...everything },
      { targetingKey: 'vip', tenant: 'evil' },
      { value: false, cause: 'block_list' },
    ],
    [
      'an allowed user',
      { stage: 'internal', ...everything },
      { targetingKey: 'vip' },
      { value: true, variant: 'treatment', reason: 'TARGETING_MATCH', cause: 'allow_list' },
    ],
    [
      'an allowed tenant',
      { stage: 'beta_10', ...everything },
      { tenant: 'acme' },
      { value: true, cause: 'allow_list' },
    ],
    [
      'an allowed user named by user',
      { stage: 'internal', ...everything },
      { user: 'vip' },
      { value: true, cause: 'allow_list' },
    ],
    [
      'a stage without a share',
      { stage: 'internal' },
      { targetingKey: TREATED },
      { value: false, variant: 'control', reason: 'DEFAULT', cause: 'no_share' },
    ],
    [
      'a stage without a share and nobody known',
      { stage: 'internal' },
      {},
      { reason: 'DEFAULT', cause: 'no_share' },
    ],
    [
      'a treated unit',
      { stage: 'beta_10' },
      { targetingKey: TREATED },
      { value: true, variant: 'treatment', reason: 'SPLIT', cause: 'split', unit: TREATED, analysed: true },
    ],
    [
      'a control unit',
      { stage: 'beta_10' },
      { targetingKey: CONTROL },
      { value: false, variant: 'control', reason: 'SPLIT', cause: 'split', analysed: true },
    ],
    [
      'a unit outside the split',
      { stage: 'beta_10' },
      { targetingKey: UNASSIGNED },
      { value: false, variant: 'control', reason: 'SPLIT', cause: 'outside_split', unit: UNASSIGNED },
    ],
    [
      'a crossed unit at 100 %',
      { stage: 'ga', holdback: 0.05 },
      { targetingKey: CROSSED },
      { value: true, cause: 'split', analysed: false },
    ],
    [
      'a held-back unit at 100 %',
      { stage: 'ga', holdback: 0.05 },
      { targetingKey: CONTROL },
      { value: false, cause: 'split', analysed: true },
    ],
    [
      'nobody known',
      { stage: 'beta_10' },
      {},
      { reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING', cause: 'unit_missing' },
    ],
  ])('%s', (_, more, context, expected) => {
    const { analysed = false, ...rest } = expected;
    const evaluation = evaluate(aFlag(more), context);
    expect(evaluation).toMatchObject({ flag: 'checkout', version: 1, epoch: 1, phase: 1, ...rest });
    expect(evaluation.analysed).toBe(analysed);
  });

  test('switched off and unit missing say no value, so that the application default is used', () => {
    expect(evaluate(aFlag({ enabled: false }), { targetingKey: 'x' })).not.toHaveProperty('value');
    expect(evaluate(aFlag({ stage: 'ga' }), {})).not.toHaveProperty('value');
  });

  test('what a list decides is never analysed, whatever the split would have said', () => {
    const flag = aFlag({ stage: 'beta_50', ...lists({ users: [TREATED] }, { users: [CONTROL] }) });
    expect(evaluate(flag, { targetingKey: TREATED })).toMatchObject({ value: true, analysed: false });
    expect(evaluate(flag, { targetingKey: CONTROL })).toMatchObject({ value: false, analysed: false });
  });

  test('a change of the flag shows its version and epoch in the next evaluation', () => {
    const flag = changed(aFlag(), { stage: 'beta_50' });
    expect(evaluate(flag, { targetingKey: TREATED })).toMatchObject({ version: 2, epoch: 2 });
  });

  test('with several treatments an allowed user gets the first of them', () => {
    const variants = ['old', 'mens', 'womens'].map((name) => ({ name, value: name, weight: 1 }));
    const flag = aFlag({
      type: 'string',
      variants,
      control: 'old',
      stage: 'internal',
      ...lists({ users: ['vip'] }, {}),
    });
    expect(evaluate(flag, { targetingKey: 'vip' }).variant).toBe('mens');
  });

  test.each(['tenant', 'device'])('a flag that splits by %s asks for that field and no other', (unit) => {
    const flag = aFlag({ unit, stage: 'beta_50' });
    expect(evaluate(flag, { [unit]: TREATED })).toMatchObject({ variant: 'treatment', unit: TREATED });
    const missing = evaluate(flag, { targetingKey: TREATED, user: TREATED });
    expect(missing.errorMessage).toBe(
      `flag "checkout" splits by ${unit}, and the context has no ${unit} (a text that is not empty)`,
    );
  });
});

describe('a hostile context', () => {
  const evaluator = evaluatorOf(
    aFlag({ stage: 'beta_50', ...lists({ users: ['vip'], tenants: ['acme'] }, { users: ['bad'] }) }),
  );

  const throwing: EvaluationContext = {
    get targetingKey(): string {
      throw new Error('no');
    },
  };
  const trap = new Proxy<Record<string, unknown>>(
    {},
    {
      getOwnPropertyDescriptor() {
        throw new Error('no');
      },
    },
  );
  const inherited = Object.create({ targetingKey: 'vip', tenant: 'acme' }) as EvaluationContext;

  test.each<[string, unknown]>([
    ['empty', {}],
    ['null', null],
    ['undefined', undefined],
    ['a text', 'vip'],
    ['a number', 7],
    ['an array', ['vip']],
    ['an empty id', { targetingKey: '' }],
    ['a number as id', { targetingKey: 42 }],
    ['an array as id', { targetingKey: ['vip'] }],
    ['an object as id', { targetingKey: { toString: () => 'vip' } }],
    ['a String object as id', { targetingKey: Object('vip') }],
    ['a symbol as id', { targetingKey: Symbol('vip') }],
    ['null as id', { targetingKey: null }],
    ['a getter that throws', throwing],
    ['a proxy that throws', trap],
    ['inherited fields', inherited],
    ['__proto__ as JSON', JSON.parse('{"__proto__":{"targetingKey":"vip","tenant":"acme"}}')],
  ])('%s is a context without a unit', (_, context) => {
    expect(evaluator(context as EvaluationContext)).toMatchObject({
      reason: 'ERROR',
      errorCode: 'TARGETING_KEY_MISSING',
      analysed: false,
    });
  });

  test.each<[string, EvaluationContext]>([
    [
      'a getter',
      {
        get targetingKey() {
          return TREATED;
        },
      },
    ],
    ['a proxy', new Proxy({ targetingKey: TREATED }, {})],
    ['no prototype', Object.assign(Object.create(null) as object, { targetingKey: TREATED })],
    ['a frozen object', Object.freeze({ targetingKey: TREATED })],
    ['an empty targetingKey and a user', { targetingKey: '', user: TREATED }],
    ['a numeric tenant', { targetingKey: TREATED, tenant: 7 }],
  ])('%s is a context like any other', (_, context) => {
    expect(evaluator(context)).toMatchObject({ variant: 'treatment', unit: TREATED, analysed: true });
  });

  test.each(['__proto__', 'constructor', 'toString', '\ud800', 'a:b', ' ', '🦊'])(
    'the id %j is an id',
    (id) => {
      expect(evaluator({ targetingKey: id })).toMatchObject({ reason: 'SPLIT', unit: id });
    },
  );

  test('is never changed', () => {
    const context = { targetingKey: 'x', nested: { list: [1] } };
    const before = structuredClone(context);
    evaluator(context);
    expect(context).toEqual(before);
  });

  test('targetingKey wins over user', () => {
    expect(evaluator({ targetingKey: 'a', user: 'b' }).unit).toBe('a');
  });
});

test('lists of 100,000 ids compile, and every id is found', () => {
  const users = Array.from({ length: 100_000 }, (_, n) => `user-${n}`);
  const flag = aFlag({ stage: 'internal', ...lists({ users }, { tenants: users }) });
  const evaluator = evaluatorOf(flag);
  for (const user of users) expect(evaluator({ targetingKey: user }).cause).toBe('allow_list');
  expect(evaluator({ targetingKey: 'user-7', tenant: 'user-99999' }).cause).toBe('block_list');
  expect(evaluator({ targetingKey: 'user-100000' }).cause).toBe('no_share');
});
