import { assert, property, string } from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createEvaluationEvent,
  ErrorCode,
  FirstMatchStrategy,
  InMemoryProvider,
  MultiProvider,
  OpenFeature,
  type Client,
  type EvaluationContext,
  type HookContext,
} from '@openfeature/server-sdk';
import { unitIdSchema } from '@liftgate/flags';
import { LiftgateProvider, type LiftgateProviderOptions } from '@liftgate/openfeature-provider';
import { ExposureMemory } from '../src/exposure-memory.ts';
import { isUnitId } from '../src/unit-ids.ts';
import { memoryBackend, splitFlag, type MemoryBackend } from './support/memory-backend.ts';

const TEAM = { tenants: [], users: ['ann'] };
const NOBODY = { tenants: [], users: [] };
const object = { limit: 3, tags: ['a'], nested: { deep: true } };
const flags = [
  splitFlag({ key: 'checkout', lists: { allow: TEAM, block: { tenants: [], users: ['bob'] } } }),
  splitFlag({ key: 'off', enabled: false }),
  splitFlag({ key: 'waiting', stage: 'disabled' }),
  splitFlag({
    key: 'text',
    type: 'string',
    variants: [
      { name: 'control', value: 'old', weight: 1 },
      { name: 'new', value: 'fresh', weight: 1 },
    ],
    lists: { allow: TEAM, block: NOBODY },
  }),
  splitFlag({
    key: 'number',
    type: 'number',
    variants: [
      { name: 'control', value: 0, weight: 1 },
      { name: 'more', value: 42.5, weight: 1 },
    ],
    lists: { allow: TEAM, block: NOBODY },
  }),
  splitFlag({
    key: 'object',
    type: 'object',
    variants: [
      { name: 'control', value: {}, weight: 1 },
      { name: 'full', value: object, weight: 1 },
    ],
    lists: { allow: TEAM, block: NOBODY },
  }),
  splitFlag({ key: 'by-tenant', unit: 'tenant' }),
  splitFlag({ key: 'by-device', unit: 'device' }),
];

let backend: MemoryBackend;
let provider: LiftgateProvider;
let client: Client;

const start = async (options: LiftgateProviderOptions = {}) => {
  backend = memoryBackend(...flags);
  provider = new LiftgateProvider({ backend: backend.open, lingerMs: 0, ...options });
  await OpenFeature.setProviderAndWait('evaluation', provider);
  client = OpenFeature.getClient('evaluation');
};
beforeEach(() => start());
afterEach(async () => {
  await OpenFeature.close();
  await OpenFeature.clearProviders();
});

const ann = { targetingKey: 'ann' };
/** Users 1 … 200: about half of them in the treatment. */
const users = Array.from({ length: 200 }, (_, index) => ({ targetingKey: `user-${index + 1}` }));

const reasonOf = async (key: string, context: EvaluationContext) => {
  const { value, variant, reason, errorCode } = await client.getBooleanDetails(key, true, context);
  return { value, variant, reason, errorCode };
};

const throwing = () => {
  throw new Error('no');
};

const exposed = () =>
  backend.sent.map(({ event, unit }) => [event.kind === 'exposure' && event.variant, unit]);

test('P1: the provider names itself, runs on servers, and one instance serves several domains', async () => {
  expect(provider.metadata).toEqual({ name: 'liftgate' });
  expect(provider.runsOn).toBe('server');
  expect('domainScoped' in provider).toBe(false);
  await OpenFeature.setProviderAndWait('second', provider);
  expect(await OpenFeature.getClient('second').getBooleanValue('checkout', false, ann)).toBe(true);
  expect(backend.live.size).toBe(1);
});

describe('P4: kinds are checked', () => {
  test('each of the four types arrives with its variant', async () => {
    expect(await client.getBooleanDetails('checkout', false, ann)).toMatchObject({
      value: true,
      variant: 'treatment',
      reason: 'TARGETING_MATCH',
    });
    expect(await client.getStringDetails('text', 'none', ann)).toMatchObject({
      value: 'fresh',
      variant: 'new',
    });
    expect(await client.getNumberDetails('number', -1, ann)).toMatchObject({ value: 42.5, variant: 'more' });
    expect(await client.getObjectDetails('object', {}, ann)).toMatchObject({
      value: object,
      variant: 'full',
    });
  });

  test('a flag of another type gives the default and TYPE_MISMATCH, with metadata and without a variant', async () => {
    const results = [
      await client.getBooleanDetails('text', true, ann),
      await client.getStringDetails('number', 'default', ann),
      await client.getNumberDetails('object', 7, ann),
      await client.getObjectDetails('checkout', { mine: true }, ann),
    ];
    expect(results.map(({ value }) => value)).toEqual([true, 'default', 7, { mine: true }]);
    for (const result of results) {
      expect(result).toMatchObject({ reason: 'ERROR', errorCode: ErrorCode.TYPE_MISMATCH });
      expect(result.flagMetadata).toMatchObject({ flagSetId: 'production', version: 1 });
      expect(result.variant).toBeUndefined();
    }
    expect(results[0]?.errorMessage).toBe('flag "text" is of type string, asked for as boolean');
  });

  test('a unit that was not served a variant is not exposed', async () => {
    for (const context of users) await client.getStringValue('checkout', 'default', context);
    await provider.flush();
    expect(backend.sent).toEqual([]);
  });

  test.each(['nothing', '__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
    'the key %j is not found',
    async (key) => {
      expect(await client.getBooleanDetails(key, true, ann)).toMatchObject({
        value: true,
        reason: 'ERROR',
        errorCode: ErrorCode.FLAG_NOT_FOUND,
      });
    },
  );

  test('a split without its unit gives TARGETING_KEY_MISSING, not quietly the control', async () => {
    expect(await client.getBooleanDetails('checkout', true, {})).toMatchObject({
      value: true,
      errorCode: ErrorCode.TARGETING_KEY_MISSING,
      errorMessage: expect.stringMatching(
        /^flag "checkout" splits by user, and the context has no targetingKey/,
      ),
    });
    expect(await client.getBooleanDetails('by-tenant', true, ann)).toMatchObject({
      value: true,
      errorCode: ErrorCode.TARGETING_KEY_MISSING,
      errorMessage: expect.stringMatching(
        /^flag "by-tenant" splits by tenant, and the context has no tenant/,
      ),
    });
  });
});

test('P5: reasons tell which rule decided, and what is disabled is no error', async () => {
  expect(await reasonOf('checkout', ann)).toMatchObject({ value: true, reason: 'TARGETING_MATCH' });
  expect(await reasonOf('checkout', { targetingKey: 'bob' })).toMatchObject({
    value: false,
    variant: 'control',
    reason: 'TARGETING_MATCH',
  });
  expect((await reasonOf('checkout', users[0] ?? {})).reason).toBe('SPLIT');
  expect(await reasonOf('off', ann)).toEqual({
    value: true,
    variant: undefined,
    reason: 'DISABLED',
    errorCode: undefined,
  });
  expect(await reasonOf('waiting', ann)).toMatchObject({
    value: false,
    variant: 'control',
    reason: 'DEFAULT',
    errorCode: undefined,
  });
});

test('P6, P13: metadata are flat, and telemetry finds flag set, version and the id that was randomised', async () => {
  const { flagMetadata } = await client.getBooleanDetails('checkout', false, users[0]);
  expect(flagMetadata).toEqual({
    flagSetId: 'production',
    version: 1,
    stage: 'beta_50',
    epoch: 1,
    phase: 1,
    unit: 'user',
    cause: 'split',
  });
  const context = { targetingKey: 'ann', tenant: 'acme' };
  const details = await client.getBooleanDetails('by-tenant', false, context);
  const hookContext = {
    flagKey: 'by-tenant',
    context,
    providerMetadata: provider.metadata,
  } as unknown as HookContext;
  expect(createEvaluationEvent(hookContext, details).attributes).toMatchObject({
    'feature_flag.key': 'by-tenant',
    'feature_flag.provider.name': 'liftgate',
    'feature_flag.context.id': 'acme',
    'feature_flag.set.id': 'production',
    'feature_flag.version': 1,
    'feature_flag.result.reason': 'split',
  });
});

describe('P7: what is handed out or in stays as it is', () => {
  test('nobody can change a flag through a result', async () => {
    const value = (await client.getObjectValue('object', {}, ann)) as typeof object;
    expect(() => {
      value.nested.deep = false;
    }).toThrow(TypeError);
    expect(() => value.tags.push('b')).toThrow(TypeError);
    const direct = provider.evaluate('object', ann) as { value: unknown; reason: string };
    direct.value = 'mine';
    direct.reason = 'mine';
    expect(await client.getObjectDetails('object', {}, ann)).toMatchObject({
      value: object,
      reason: 'TARGETING_MATCH',
    });
  });

  test('the context is not changed', () => {
    const context = { targetingKey: 'user-1', list: [1, { a: 1 }] };
    const before = structuredClone(context);
    provider.evaluate('checkout', context);
    provider.track('clicks', context, { value: 2 });
    expect(context).toEqual(before);
  });

  const cycle: Record<string, unknown> = { targetingKey: 'user-1' };
  cycle['self'] = cycle;
  const hostile: [string, unknown][] = [
    ['null', null],
    ['a number', 7],
    ['a function', () => 1],
    ['a symbol', Symbol('context')],
    ['a cycle', cycle],
    ['a getter that throws', Object.defineProperty({}, 'targetingKey', { enumerable: true, get: throwing })],
    [
      'a proxy that throws',
      new Proxy({}, { get: throwing, getOwnPropertyDescriptor: throwing, ownKeys: throwing }),
    ],
    ['a revoked proxy', revoked()],
    ['an id of 1 MB', { targetingKey: 'x'.repeat(1_000_000) }],
    ['an id with a line break', { targetingKey: 'a\nb' }],
    ['an id that is an object', { targetingKey: { toString: throwing } }],
    ['an id of the prototype', Object.create({ targetingKey: 'user-1' })],
    ['a lone surrogate', { targetingKey: '\ud800' }],
    [
      'a million attributes',
      Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`a${n}`, `${n}`])),
    ],
  ];
  test.each(hostile)('a hostile context does no harm: %s', async (_name, context) => {
    const given = context as EvaluationContext;
    const result = provider.evaluate('checkout', given);
    if (result.errorCode !== undefined) {
      expect([ErrorCode.INVALID_CONTEXT, ErrorCode.TARGETING_KEY_MISSING]).toContain(result.errorCode);
      expect(result.value).toBeUndefined();
    }
    provider.track('clicks', given);
    provider.tracker.track('clicks', given, { value: 1 });
    const details = await provider.resolveBooleanEvaluation('checkout', true, given);
    expect(typeof details.value).toBe('boolean');
    expect(await provider.flush()).toBe(true);
  });

  test.each(['a\nb', 'x'.repeat(257)])(
    'an id that no event may carry is INVALID_CONTEXT: %j',
    async (targetingKey) => {
      expect(await client.getBooleanDetails('checkout', true, { targetingKey })).toMatchObject({
        value: true,
        reason: 'ERROR',
        errorCode: ErrorCode.INVALID_CONTEXT,
        flagMetadata: { version: 1 },
      });
      await provider.flush();
      expect(backend.sent).toEqual([]);
    },
  );

  test.each<[string, unknown]>([
    ['a symbol', Symbol('key')],
    ['an object that throws', { toString: throwing }],
    ['undefined', undefined],
    ['1 MB', 'k'.repeat(1_000_000)],
  ])('a hostile key does no harm: %s', (_name, key) => {
    const result = provider.evaluate(key as string, ann);
    expect(result.errorCode).toBe(ErrorCode.FLAG_NOT_FOUND);
    expect(result.errorMessage?.length).toBeLessThan(300);
    expect(() => provider.track(key as string, ann)).not.toThrow();
  });

  test('what counts as an id is the same here as where events are received', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 300 }), (id) => {
        expect(isUnitId(id)).toBe(unitIdSchema.safeParse(id).success);
      }),
    );
    const halves = ['a\ud800', '\udc00a', '\ud83d\ud83d\ude00', '\ude00\ud83d'];
    for (const id of [
      ...halves,
      '\ud83d\ude00',
      '',
      'a\u0000',
      'a\u001f',
      'a\u007f',
      'x'.repeat(256),
      'x'.repeat(257),
    ]) {
      expect(isUnitId(id)).toBe(unitIdSchema.safeParse(id).success);
    }
  });
});

test('P2: evaluation is synchronous, and the SDK gives the same answers', async () => {
  for (const context of users) {
    const details = await client.getBooleanDetails('checkout', false, context);
    const { value, variant, reason } = provider.evaluate('checkout', context);
    expect({ value, variant, reason }).toEqual({
      value: details.value,
      variant: details.variant,
      reason: details.reason,
    });
  }
});

describe('P11: exposures', () => {
  test('the first evaluation of a unit is an exposure, over the SDK or past it; later ones are not', async () => {
    for (const context of users.slice(0, 50)) {
      await client.getBooleanValue('checkout', false, context);
      provider.evaluate('checkout', context);
      await client.getBooleanValue('checkout', false, context);
    }
    await provider.flush();
    const expected = users
      .slice(0, 50)
      .map((context) => [provider.evaluate('checkout', context).variant, context.targetingKey]);
    expect(exposed()).toEqual(expected);
    expect(backend.sent[0]?.event).toMatchObject({
      kind: 'exposure',
      flag: 'checkout',
      epoch: 1,
      phase: 1,
      environment: 'production',
      source: 'provider',
    });
  });

  test('who is served without being part of the experiment is not exposed', async () => {
    backend.setFlags(splitFlag({ key: 'ten', stage: 'beta_10' }), splitFlag({ key: 'all', stage: 'ga' }));
    const served = users.map((context) => provider.evaluate('ten', context));
    for (const context of users) expect(provider.evaluate('all', context).value).toBe(true);
    await provider.flush();
    const analysed = served.filter(({ flagMetadata }) => flagMetadata?.['cause'] === 'split');
    expect(analysed.length).toBeGreaterThan(10);
    expect(analysed.length).toBeLessThan(100);
    expect(backend.sent).toHaveLength(analysed.length);
  });

  test('who is on a list or without an allocation is not exposed', async () => {
    provider.evaluate('checkout', ann);
    provider.evaluate('checkout', { targetingKey: 'bob' });
    provider.evaluate('waiting', users[0]);
    await provider.flush();
    expect(backend.sent).toEqual([]);
  });

  test('a tenant is exposed where tenants are randomised', async () => {
    provider.evaluate('by-tenant', { targetingKey: 'user-1', tenant: 'acme' });
    provider.evaluate('by-tenant', { targetingKey: 'user-2', tenant: 'acme' });
    await provider.flush();
    expect(backend.sent.map(({ unitName, unit }) => [unitName, unit])).toEqual([['tenant', 'acme']]);
  });

  test('a new phase exposes everybody once more', async () => {
    const context = users[0] ?? {};
    provider.evaluate('checkout', context);
    const [checkout, ...others] = flags;
    if (checkout !== undefined) backend.setFlags({ ...checkout, phase: 2, version: 2 }, ...others);
    provider.evaluate('checkout', context);
    provider.evaluate('checkout', context);
    await provider.flush();
    expect(backend.sent.map(({ event }) => event.kind === 'exposure' && event.phase)).toEqual([1, 2]);
  });

  test('manual: evaluations are none, expose() is', async () => {
    await start({ exposures: 'manual' });
    await client.getBooleanValue('checkout', false, users[0]);
    provider.evaluate('checkout', users[0]);
    await provider.flush();
    expect(backend.sent).toEqual([]);
    expect(provider.expose('checkout', users[0]).reason).toBe('SPLIT');
    provider.expose('checkout', users[0]);
    await provider.flush();
    expect(backend.sent).toHaveLength(1);
  });

  test('off: nothing is', async () => {
    await start({ exposures: 'off' });
    provider.evaluate('checkout', users[0]);
    provider.expose('checkout', users[0]);
    await provider.flush();
    expect(backend.sent).toEqual([]);
  });

  test('the memory of who was exposed is bounded, and keeps the most recent ones', async () => {
    await start({ exposureMemory: 20 });
    for (const context of users) provider.evaluate('checkout', context);
    for (const context of users.slice(-10)) provider.evaluate('checkout', context);
    await provider.flush();
    expect(backend.sent).toHaveLength(200);
    for (const context of users.slice(0, 10)) provider.evaluate('checkout', context);
    await provider.flush();
    expect(backend.sent).toHaveLength(210);
  });

  test('… over the change of its generations too', () => {
    const memory = new ExposureMemory(20);
    const first = (from: number, to: number) =>
      users.slice(from, to).filter(({ targetingKey }) => memory.isFirst('checkout#1', targetingKey, 'a'))
        .length;
    expect(first(0, 15)).toBe(15);
    expect(first(5, 15)).toBe(0);
  });
});

describe('P13: beside other providers', () => {
  test('the first match passes over a flag that is not ours', async () => {
    const other = new InMemoryProvider({
      theirs: { variants: { on: true }, defaultVariant: 'on', disabled: false },
    });
    const multi = new MultiProvider([{ provider }, { provider: other }], new FirstMatchStrategy());
    await OpenFeature.setProviderAndWait('multi', multi);
    const both = OpenFeature.getClient('multi');
    expect(await both.getBooleanValue('theirs', false, ann)).toBe(true);
    expect(await both.getBooleanDetails('checkout', false, ann)).toMatchObject({
      value: true,
      variant: 'treatment',
    });
  });
});

describe('options', () => {
  test.each<[LiftgateProviderOptions, RegExp]>([
    [{}, /redisUrl is missing/],
    [{ redisUrl: 'http://localhost' }, /must begin with redis:\/\/[^]*redisUrl/],
    [{ redisUrl: 'redis://localhost', environment: 'Prod uction' }, /environment/],
    [{ redisUrl: 'redis://localhost', bufferLimit: 0 }, /bufferLimit/],
    [{ redisUrl: 'redis://localhost', lingerMs: Number.NaN }, /lingerMs/],
    [{ redisUrl: 'redis://localhost', typo: 1 } as LiftgateProviderOptions, /typo/],
  ])('%j is refused by name', (options, message) => {
    expect(() => new LiftgateProvider(options)).toThrow(message);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
