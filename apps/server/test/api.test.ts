import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LiftgateClient } from '@liftgate/server/client';
import { eventually } from '../../../test/support/eventually.ts';
import { startTestRedis, type TestRedis } from '../../../test/support/redis.ts';
import { refusal, serverSent, startTestServer, type TestServer } from './support/server.ts';

const environment = 'production';
let redis: TestRedis;
let server: TestServer;
let api: LiftgateClient;

beforeAll(async () => {
  redis = await startTestRedis();
});
beforeEach(async () => {
  await server?.close();
  await redis.flush();
  server = await startTestServer(redis.url, { demo: true });
  api = server.client();
});
afterAll(async () => {
  await server.close();
  await redis.stop();
});

/** A call as it goes over the wire, with whatever input. */
async function post(path: string, input: unknown): Promise<{ status: number; error: string }> {
  const response = await fetch(`${server.url}/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  const body = (await response.json()) as { error?: { message: string } };
  return { status: response.status, error: body.error?.message ?? '' };
}

async function get(path: string, input: unknown): Promise<{ status: number; error: string }> {
  const response = await fetch(
    `${server.url}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`,
  );
  const body = (await response.json()) as { error?: { message: string } };
  return { status: response.status, error: body.error?.message ?? '' };
}

describe('flags', () => {
  test('are created, read, listed, changed and evaluated', async () => {
    const flag = await api.flags.create.mutate({ environment, key: 'checkout', stage: 'internal' });
    expect(flag).toMatchObject({ version: 1, stage: 'internal', control: 'control', epoch: 1 });
    expect(await api.flags.get.query({ environment, key: 'checkout' })).toEqual(flag);
    expect(await api.flags.list.query({ environment })).toEqual({ flags: [flag], version: 1 });
    const change = {
      lists: { allow: { tenants: [], users: ['ann'] }, block: { tenants: ['acme'], users: [] } },
    };
    const changed = await api.flags.update.mutate({
      environment,
      key: 'checkout',
      expectedVersion: 1,
      change,
    });
    expect(changed).toMatchObject({ version: 2, lists: change.lists });
    const evaluate = (context: Record<string, string>) =>
      api.flags.evaluate.query({ environment, key: 'checkout', context });
    expect(await evaluate({ targetingKey: 'ann' })).toMatchObject({ value: true, variant: 'treatment' });
    expect(await evaluate({ targetingKey: 'ann', tenant: 'acme' })).toMatchObject({ value: false });
  });

  test('changed against another version are a conflict that names both, and stay as they were', async () => {
    await api.flags.create.mutate({ environment, key: 'checkout' });
    const update = (expectedVersion: number, name: string) =>
      api.flags.update.mutate({ environment, key: 'checkout', expectedVersion, change: { name } });
    await update(1, 'second');
    const late = await refusal(update(1, 'late'));
    expect(late).toMatchObject({
      code: 'CONFLICT',
      status: 409,
      message: 'flag "checkout" is at version 2, the change was made against 1',
      conflict: { expectedVersion: 1, currentVersion: 2 },
    });
    expect((await api.flags.get.query({ environment, key: 'checkout' })).name).toBe('second');
    const racing = await Promise.allSettled([update(2, 'a'), update(2, 'b'), update(2, 'c')]);
    expect(racing.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await refusal(api.flags.create.mutate({ environment, key: 'checkout' }))).toMatchObject({
      status: 409,
      conflict: { expectedVersion: 0, currentVersion: 3 },
    });
  });

  test('changed to what they are stay at their version', async () => {
    await api.flags.create.mutate({ environment, key: 'checkout', name: 'Checkout' });
    const same = { environment, key: 'checkout', expectedVersion: 1, change: { name: 'Checkout' } };
    expect((await api.flags.update.mutate(same)).version).toBe(1);
  });

  test('that cannot be read any more say so instead of failing as a bug', async () => {
    await api.flags.create.mutate({ environment, key: 'checkout' });
    const { keys } = server.services.installation;
    await redis.client().hset(keys.config('flag', environment), 'checkout', '1:{"key":"checkout"}');
    expect(await refusal(api.flags.get.query({ environment, key: 'checkout' }))).toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: expect.stringMatching(
        /^the stored flag "checkout" of production cannot be read: environment:/,
      ),
    });
  });

  test('of wrong fields are refused by field and value, each value said once', async () => {
    const variants = [
      { name: 'a', value: false, weight: -1 },
      { name: 'b', value: true, weight: 1 },
    ];
    const create = (change: object) =>
      post('flags.create', {
        environment,
        key: 'checkout',
        type: 'boolean',
        control: 'a',
        variants,
        ...change,
      });
    const message = async (change: object) => (await create(change)).error;
    expect(await message({})).toMatch(/^variants\.0\.weight: [^;]*, got -1$/);
    expect(await message({ key: '__proto__' })).toMatch(/^key: must start with .*, got "__proto__"/);
    expect(await message({ variants: variants.map((arm) => ({ ...arm, weight: 1 })), type: 'number' })).toBe(
      "variants.0.value: must be of the flag's type number, got false; " +
        "variants.1.value: must be of the flag's type number, got true",
    );
    expect(await message({ bogus: 1, variants: undefined })).toBe('input: Unrecognized key: "bogus"');
    expect((await api.flags.list.query({ environment })).flags).toEqual([]);
  });

  test('that are not there are named', async () => {
    expect(await refusal(api.flags.get.query({ environment, key: 'nope' }))).toMatchObject({
      status: 404,
      message: 'no flag "nope" in production',
    });
    expect(await refusal(api.flags.list.query({ environment: 'nowhere' }))).toMatchObject({
      status: 404,
      message: 'no environment "nowhere"',
    });
  });
});

describe('rollouts', () => {
  test('set the stage, each step a version and an epoch of its own', async () => {
    await api.flags.create.mutate({ environment, key: 'checkout' });
    const moved = await api.rollouts.setStage.mutate({
      environment,
      flag: 'checkout',
      stage: 'beta_10',
      expectedVersion: 1,
      reason: 'first users',
    });
    expect(moved).toMatchObject({ stage: 'beta_10', share: 0.1, version: 2, epoch: 2 });
    expect(moved.epochs).toHaveLength(2);
    expect(moved.epochs[1]).toMatchObject({ stage: 'beta_10', by: 'demo', reason: 'first users' });
    const late = api.rollouts.setStage.mutate({
      environment,
      flag: 'checkout',
      stage: 'ga',
      expectedVersion: 1,
    });
    expect(await refusal(late)).toMatchObject({
      status: 409,
      conflict: { expectedVersion: 1, currentVersion: 2 },
    });
    expect((await api.rollouts.stages.query({ environment })).map(({ stage }) => stage)).toContain('ga');
  });
});

describe('metrics and experiments', () => {
  test('are created, read, listed and changed by version', async () => {
    const metric = await api.metrics.create.mutate({ environment, key: 'revenue', unit: 'usd' });
    expect(metric).toMatchObject({ kind: 'sum', decimals: 6, version: 1 });
    const renamed = { environment, key: 'revenue', expectedVersion: 1, change: { name: 'Revenue' } };
    expect(await api.metrics.update.mutate(renamed)).toMatchObject({ name: 'Revenue', version: 2 });
    expect(await refusal(api.metrics.update.mutate({ ...renamed, change: { name: 'Late' } }))).toMatchObject({
      status: 409,
      conflict: { expectedVersion: 1, currentVersion: 2 },
    });
    expect((await api.metrics.list.query({ environment })).metrics).toHaveLength(1);
    expect((await api.metrics.get.query({ environment, key: 'revenue' })).name).toBe('Revenue');
    expect(await refusal(api.metrics.create.mutate({ environment, key: 'revenue' }))).toMatchObject({
      status: 409,
    });

    await api.flags.create.mutate({ environment, key: 'checkout' });
    const metrics = [{ metric: 'revenue', role: 'goal' as const }];
    const experiment = await api.experiments.create.mutate({ environment, flag: 'checkout', metrics });
    expect(experiment.version).toBe(1);
    const unknown = [{ metric: 'nope', role: 'goal' as const }];
    const update = (expectedVersion: number, change: { metrics?: typeof unknown; hypothesis?: string }) =>
      api.experiments.update.mutate({ environment, flag: 'checkout', expectedVersion, change });
    expect(await refusal(update(1, { metrics: unknown }))).toMatchObject({
      status: 400,
      message: 'metrics: no metric "nope" in production; create it first',
    });
    expect(await update(1, { hypothesis: 'more' })).toMatchObject({ version: 2, hypothesis: 'more' });
    expect(await refusal(update(1, { hypothesis: 'late' }))).toMatchObject({
      status: 409,
      conflict: { expectedVersion: 1, currentVersion: 2 },
    });
    const [view] = (await api.experiments.list.query({ environment })).experiments;
    expect(view).toMatchObject({ flag: { key: 'checkout' }, result: null });
    expect((await api.experiments.get.query({ environment, flag: 'checkout' })).experiment.version).toBe(2);
    expect(
      (await api.experiments.analyse.query({ environment, flag: 'checkout' })).result?.metrics,
    ).toHaveLength(1);
    expect(await refusal(api.experiments.create.mutate({ environment, flag: 'nope' }))).toMatchObject({
      status: 404,
    });
    expect(await refusal(api.experiments.create.mutate({ environment, flag: 'checkout' }))).toMatchObject({
      status: 409,
    });
  });

  test('take a value by hand, once per id', async () => {
    await api.metrics.create.mutate({ environment, key: 'signups', kind: 'count' });
    const record = { environment, metric: 'signups', value: 2, user: 'ann', id: 'once' };
    expect(await api.metrics.record.mutate(record)).toEqual({ id: 'once' });
    expect((await api.metrics.record.mutate({ environment, metric: 'signups', user: 'ann' })).id).toMatch(
      /-/,
    );
    expect(await refusal(api.metrics.record.mutate({ ...record, value: -1 }))).toMatchObject({
      status: 400,
      message: 'value: value of the count "signups" must be a whole number of at least 0, got -1',
    });
    expect(await refusal(api.metrics.record.mutate({ ...record, metric: 'nope' }))).toMatchObject({
      status: 400,
      message: 'metric: no metric "nope" in production',
    });
    expect(await refusal(api.metrics.record.mutate({ environment, metric: 'signups' }))).toMatchObject({
      status: 400,
      message: 'user: the event names no user, tenant or other unit',
    });
  });
});

describe('input', () => {
  const whole = {
    'environments.create': { key: 'staging' },
    'flags.create': { environment, key: 'new' },
    'flags.update': { environment, key: 'checkout', expectedVersion: 1, change: { name: 'x' } },
    'experiments.create': { environment, flag: 'checkout' },
    'experiments.update': { environment, flag: 'checkout', expectedVersion: 1, change: {} },
    'metrics.create': { environment, key: 'm' },
    'metrics.update': { environment, key: 'm', expectedVersion: 1, change: {} },
    'metrics.record': { environment, metric: 'm', user: 'u' },
    'rollouts.setStage': { environment, flag: 'checkout', stage: 'ga', expectedVersion: 1 },
  };

  test.each(Object.entries(whole))(
    'of %s with a key nobody knows is refused by its name',
    async (path, input) => {
      const answer = await post(path, { ...input, expectedVersoin: 1 });
      expect(answer).toEqual({ status: 400, error: 'input: Unrecognized key: "expectedVersoin"' });
    },
  );

  test.each([
    ['flags.list', { environment }],
    ['flags.get', { environment, key: 'x' }],
    ['flags.evaluate', { environment, key: 'x', context: {} }],
    ['experiments.list', { environment }],
    ['experiments.get', { environment, flag: 'x' }],
    ['experiments.analyse', { environment, flag: 'x' }],
    ['metrics.list', { environment }],
    ['metrics.get', { environment, key: 'x' }],
    ['rollouts.stages', { environment }],
    ['system.health', { environment }],
    ['system.balance', { environment }],
  ])('of the query %s with a key nobody knows is refused by its name', async (path, input) => {
    const answer = await get(path, { ...input, enviroment: 'staging' });
    expect(answer).toEqual({ status: 400, error: 'input: Unrecognized key: "enviroment"' });
  });

  test('with an unknown key inside a change, or one that may not change, is refused', async () => {
    await api.flags.create.mutate({ environment, key: 'checkout' });
    const update = (change: unknown) =>
      post('flags.update', { environment, key: 'checkout', expectedVersion: 1, change });
    expect(await update({ enabld: false })).toEqual({
      status: 400,
      error: 'change: Unrecognized key: "enabld"',
    });
    // The stage moves by rollouts.setStage.
    expect(await update({ stage: 'ga' })).toEqual({
      status: 400,
      error: 'change: Unrecognized key: "stage"',
    });
  });

  test.each([
    ['flags.create', { environment, key: 'a b' }, /^key: must start with a letter or digit/],
    ['flags.create', { environment: 'Production', key: 'a' }, /^environment: must start with a-z/],
    [
      'flags.create',
      { environment, key: 'a', control: 'c' },
      /^control: "c" is not one of the variants "control", "treatment"/,
    ],
    ['metrics.create', { environment, key: 'm', decimals: 10 }, /^decimals: .*<=9/],
    ['metrics.record', { environment, metric: 'm', user: 'u', value: 'many' }, /^value: .*expected number/],
    [
      'metrics.record',
      { environment, metric: 'm', user: '\u0007' },
      /^user: must not hold control characters/,
    ],
    [
      'rollouts.setStage',
      { environment, flag: 'f', stage: 'all', expectedVersion: 1 },
      /^stage: .*"disabled"/,
    ],
    [
      'rollouts.setStage',
      { environment, flag: 'f', stage: 'ga', expectedVersion: 0 },
      /^expectedVersion: .*>0/,
    ],
    ['experiments.create', { environment, flag: 'f', alpha: 1 }, /^alpha: .*<0\.5/],
  ])('that is wrong (%s %j) is refused by field', async (path, input, message) => {
    const answer = await post(path, input);
    expect(answer.status).toBe(400);
    expect(answer.error).toMatch(message);
  });

  test('of too many calls in one batch is refused', async () => {
    const calls = (count: number) => Array.from({ length: count }, () => 'system.progress').join(',');
    const batch = (count: number) => fetch(`${server.url}/trpc/${calls(count)}?batch=1&input=%7B%7D`);
    expect((await batch(20)).status).toBe(200);
    expect((await batch(21)).status).toBe(400);
  });

  test('that is not JSON or far too large is refused without a stack', async () => {
    const send = async (body: string) => {
      const response = await fetch(`${server.url}/trpc/flags.create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return { status: response.status, text: await response.text() };
    };
    const malformed = await send('{"environment":');
    expect(malformed.status).toBe(400);
    expect(malformed.text).not.toMatch(/\bat .*\.(ts|js):\d+/);
    expect((await send(JSON.stringify({ key: 'x'.repeat(5_000_000) }))).status).toBe(413);
  });
});

describe('what goes wrong inside', () => {
  test('stays inside: no message, no stack, but an id that the log has too', async () => {
    const { keys } = server.services.installation;
    await redis.client().set(keys.refused(environment), 'of the wrong type');
    const response = await fetch(
      `${server.url}/trpc/system.balance?input=${encodeURIComponent(JSON.stringify({ environment }))}`,
    );
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).toContain('internal error');
    expect(text).not.toMatch(/WRONGTYPE|stack|\.ts|\.js/);
    const { error } = JSON.parse(text) as { error: { data: { requestId: string } } };
    expect(error.data.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the system', () => {
  test('tells what it is, how it is and how far the workers are', async () => {
    expect(await api.system.info.query()).toMatchObject({
      demo: true,
      role: 'admin',
      environments: [{ key: 'production', name: 'Production' }],
      defaultEnvironment: 'production',
    });
    const health = await api.system.health.query({ environment });
    expect(health).toMatchObject({ workers: [], broken: [], progress: { behind: 0, events: 0 } });
    expect(health.redis.evictionPolicy).toBe('noeviction');
    await api.metrics.create.mutate({ environment, key: 'm' });
    await api.metrics.record.mutate({ environment, metric: 'm', user: 'u' });
    expect((await api.system.progress.query()).behind).toBe(1);
    expect((await api.system.balance.query({ environment })).unexplained).toBe(0);
  });

  test('has only so many environments, and the same one twice is one', async () => {
    await api.environments.create.mutate({ key: 'staging' });
    await api.environments.create.mutate({ key: 'staging' });
    expect((await api.system.info.query()).environments.map(({ key }) => key)).toEqual([
      'production',
      'staging',
    ]);
    const { keys } = server.services.installation;
    await redis.client().sadd(keys.environments, ...Array.from({ length: 98 }, (_, index) => `e${index}`));
    expect(await refusal(api.environments.create.mutate({ key: 'one-more' }))).toMatchObject({
      status: 400,
      message: 'key: there are 100 environments already, and at most 100 are kept',
    });
    await api.environments.create.mutate({ key: 'staging' });
  });

  test('tells of changes of flags and results as they happen, in their environment only', async () => {
    await api.environments.create.mutate({ key: 'staging' });
    const stopped = new AbortController();
    const input = encodeURIComponent(JSON.stringify({ environment, lastEventId: '1-0' }));
    const response = await fetch(`${server.url}/trpc/system.changes?input=${input}`, {
      headers: { accept: 'text/event-stream' },
      signal: stopped.signal,
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const heard: unknown[] = [];
    const listening = (async () => {
      for await (const { event, data } of serverSent(response))
        if (event === '' && data !== '') heard.push(JSON.parse(data));
    })().catch(() => undefined);
    await eventually(() => server.services.changes.listenerCount('change') === 1, 2_000);
    await api.flags.create.mutate({ environment: 'staging', key: 'elsewhere' });
    await api.flags.create.mutate({ environment, key: 'checkout' });
    await redis
      .client()
      .publish(server.services.installation.keys.resultChannel, `${environment}:checkout:17`);
    await eventually(() => heard.length >= 2, 5_000);
    expect(heard).toEqual([
      { environment, kind: 'flag', key: 'checkout', version: 1 },
      { environment, kind: 'result', key: 'checkout', version: 17 },
    ]);
    stopped.abort();
    await listening;
    await eventually(() => server.services.changes.listenerCount('change') === 0, 5_000);
  });

  test('with two servers on one Redis: each hears of the changes of the other', async () => {
    const other = await startTestServer(redis.url, { demo: true });
    try {
      const flag = await api.flags.create.mutate({ environment, key: 'checkout' });
      const there = await other.services.environments.snapshot(environment);
      await eventually(
        async () => (await other.services.environments.snapshot(environment))?.flag.has('checkout') === true,
        5_000,
      );
      expect(there).not.toBeNull();
      await other.client().flags.update.mutate({
        environment,
        key: 'checkout',
        expectedVersion: flag.version,
        change: { enabled: false },
      });
      await eventually(
        async () =>
          (await server.services.environments.snapshot(environment))?.flag.get('checkout')?.enabled === false,
        5_000,
      );
    } finally {
      await other.close();
    }
  });
});

describe('a body that cannot be read', () => {
  const send = async (body: string) => {
    const response = await fetch(`${server.url}/trpc/flags.create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const answer = (await response.json()) as { error: { message: string } };
    return { status: response.status, message: answer.error.message };
  };

  test('is refused as such, and says what is wrong with it', async () => {
    expect(await send('{bad')).toMatchObject({
      status: 400,
      message: expect.stringMatching(/^input: is no JSON/),
    });
    const inUrl = await fetch(`${server.url}/trpc/flags.list?input=%7Bbad`);
    expect(await inUrl.json()).toMatchObject({
      error: { message: expect.stringMatching(/^input: is no JSON/) },
    });
  });

  test('and one that is too large is told the limit', async () => {
    expect(await send(JSON.stringify('x'.repeat(5_000_000)))).toMatchObject({
      status: 413,
      message: 'body: must hold at most 4 MB',
    });
  });
});
