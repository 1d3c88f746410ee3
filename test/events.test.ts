// Events as they arrive over HTTP: every form that is accepted, and for everything that is not the field and the value.
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLiftgateClient, type LiftgateClient } from '@liftgate/server/client';
import { startServer, startWorker, type Running, type RunningServer } from './support/processes.ts';
import { startTestRedis, type TestRedis } from './support/redis.ts';
import { eventually } from './support/eventually.ts';

const environment = 'production';
let redis: TestRedis;
let server: RunningServer;
let worker: Running;
let client: LiftgateClient;

beforeAll(async () => {
  redis = await startTestRedis();
  const settings = { LIFTGATE_PARTITIONS: '4' };
  server = await startServer(redis.url, settings);
  worker = await startWorker(redis.url, settings);
  client = createLiftgateClient({ url: server.url });
  await client.environments.create.mutate({ key: 'staging' });
  await client.flags.create.mutate({ environment, key: 'checkout', stage: 'ga' });
  await client.flags.create.mutate({ environment, key: 'pricing', unit: 'tenant', stage: 'ga' });
  await client.metrics.create.mutate({ environment, key: 'signups', kind: 'count' });
  await client.metrics.create.mutate({ environment, key: 'converted', kind: 'proportion' });
  await client.metrics.create.mutate({ environment, key: 'revenue', kind: 'sum', decimals: 2 });
});
afterAll(async () => {
  await worker.kill9();
  await server.kill9();
  await redis.stop();
});

interface Answer {
  readonly status: number;
  readonly accepted?: number;
  readonly rejected?: { index: number; id?: string; field: string; reason: string; message: string }[];
  readonly error?: { code: string; message: string };
}

async function send(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${server.url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const answer: unknown = await response.json();
  return { status: response.status, ...(answer as Omit<Answer, 'status'>) };
}

let next = 0;
function metric(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { id: `m-${next++}`, at: Date.now(), kind: 'metric', metric: 'signups', user: 'ann', ...fields };
}
function exposure(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: `x-${next++}`,
    at: Date.now(),
    kind: 'exposure',
    flag: 'checkout',
    variant: 'treatment',
    user: 'ann',
    ...fields,
  };
}
const NDJSON = { 'content-type': 'application/x-ndjson' };

describe('accepted are', () => {
  test('a JSON array', async () => {
    expect(await send(JSON.stringify([exposure(), metric()]))).toEqual({
      status: 200,
      accepted: 2,
      rejected: [],
    });
    expect(await send('[]')).toEqual({ status: 200, accepted: 0, rejected: [] });
  });

  test('lines of JSON, with or without a last newline or empty lines', async () => {
    const lines = [metric(), metric(), metric()].map((event) => JSON.stringify(event));
    expect(await send(`${lines.join('\n')}\n`, NDJSON)).toMatchObject({ status: 200, accepted: 3 });
    expect(await send(`\n${lines.join('\r\n\r\n')}`, NDJSON)).toMatchObject({ status: 200, accepted: 3 });
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('what is packed with %s', async (encoding, pack) => {
    const body = new Uint8Array(pack(JSON.stringify([metric(), metric()])));
    expect(await send(body, { 'content-encoding': encoding })).toMatchObject({ status: 200, accepted: 2 });
  });

  test('times as text with a zone, values left out, ids of any characters', async () => {
    const at = new Date().toISOString().replace('Z', '+00:00');
    const event = metric({ at, id: '\u{1F600} "quoted"\\', user: 'ünïcödé', units: { device: 'd1' } });
    expect(await send(JSON.stringify([event]))).toMatchObject({ status: 200, accepted: 1 });
  });
});

describe('of a mixed batch', () => {
  test('the good events are stored, and the bad ones are listed by position, id, field and reason', async () => {
    await caughtUp();
    const before = await received();
    const events = [
      metric(),
      metric({ metric: 'nope', id: 'bad-1' }),
      exposure(),
      { kind: 'other' },
      'text',
      metric({ value: -1 }),
    ];
    const answer = await send(JSON.stringify(events));
    expect(answer).toMatchObject({ status: 207, accepted: 2 });
    expect(answer.rejected?.map(({ index, id, field, reason }) => [index, id, field, reason])).toEqual([
      [1, 'bad-1', 'metric', 'unknown_metric'],
      [3, undefined, 'kind', 'invalid'],
      [4, undefined, 'event', 'invalid'],
      [5, events[5] === 'text' ? undefined : (events[5] as { id: string }).id, 'value', 'value_not_allowed'],
    ]);
    await caughtUp();
    expect(await received()).toBe(before + 2);
    const balance = await client.system.balance.query({ environment });
    expect(balance.unexplained).toBe(0);
    expect(balance.refused).toMatchObject({ unknown_metric: 1, invalid: 2, value_not_allowed: 1 });
  });

  test('a line that is no JSON is refused alone', async () => {
    const answer = await send(`${JSON.stringify(metric())}\n{"id":\n${JSON.stringify(metric())}`, NDJSON);
    expect(answer).toMatchObject({ status: 207, accepted: 2, rejected: [{ index: 1, field: 'event' }] });
  });

  const caughtUp = () => eventually(async () => (await client.system.progress.query()).behind === 0, 20_000);
  async function received(): Promise<number> {
    return (await client.system.balance.query({ environment })).received;
  }
});

describe('an event is refused by field and value', () => {
  const YEAR_MS = 365 * 24 * 3_600_000;
  const long = 'x'.repeat(129);
  test.each<[string, () => Record<string, unknown>, string, string | RegExp]>([
    [
      'of an unknown flag',
      () => exposure({ flag: 'nope' }),
      'unknown_flag',
      'flag: no flag "nope" in production',
    ],
    [
      'of an unknown metric',
      () => metric({ metric: 'nope' }),
      'unknown_metric',
      'metric: no metric "nope" in production',
    ],
    [
      'of an unknown variant',
      () => exposure({ variant: 'blue' }),
      'unknown_variant',
      'variant: flag "checkout" has "control", "treatment", got "blue"',
    ],
    [
      'of a coming epoch',
      () => exposure({ epoch: 9 }),
      'unknown_epoch',
      'epoch: flag "checkout" is in epoch 1 of phase 1, got epoch 9',
    ],
    [
      'without the unit',
      () => exposure({ flag: 'pricing' }),
      'unit_missing',
      'tenant: flag "pricing" splits by tenant, and the event has none',
    ],
    [
      'without any unit',
      () => metric({ user: undefined }),
      'unit_missing',
      'user: the event names no user, tenant or other unit',
    ],
    [
      'of another environment',
      () => metric({ environment: 'staging' }),
      'environment_not_allowed',
      'environment: must be "production" here, got "staging"',
    ],
    [
      'with a negative count',
      () => metric({ value: -2 }),
      'value_not_allowed',
      'value: value of the count "signups" must be a whole number of at least 0, got -2',
    ],
    ['with half a count', () => metric({ value: 0.5 }), 'value_not_allowed', /got 0\.5$/],
    [
      'with a proportion of 2',
      () => metric({ metric: 'converted', value: 2 }),
      'value_not_allowed',
      'value: value of the proportion "converted" must be 0 or 1, got 2',
    ],
    [
      'with a value beyond the exact',
      () => metric({ metric: 'revenue', value: 1e15 }),
      'value_out_of_range',
      /^value: .*revenue/,
    ],
    [
      'with a text for a value',
      () => metric({ value: '7' }),
      'invalid',
      /^value: .*expected number.*, got "7"$/,
    ],
    ['with null for a value', () => metric({ value: null }), 'invalid', /^value: .*, got null$/],
    ['without an id', () => metric({ id: undefined }), 'invalid', /^id: .*, got nothing$/],
    ['with an empty id', () => metric({ id: '' }), 'invalid', 'id: must not be empty, got ""'],
    [
      'with too long an id',
      () => metric({ id: long }),
      'invalid',
      /^id: must hold at most 128 characters, got "xxx/,
    ],
    [
      'with too long a user',
      () => metric({ user: 'x'.repeat(257) }),
      'invalid',
      /^user: must hold at most 256 characters, got "xxx/,
    ],
    [
      'with a control character',
      () => metric({ user: 'a\u0000b' }),
      'invalid',
      /^user: must not hold control characters/,
    ],
    [
      'with a user that no bytes can hold',
      () => metric({ user: 'a\ud800' }),
      'invalid',
      'user: must not hold half a surrogate pair, got "a\\ud800"',
    ],
    [
      'with an id that no bytes can hold',
      () => metric({ id: '\udc00' }),
      'invalid',
      'id: must not hold half a surrogate pair, got "\\udc00"',
    ],
    ['with a field nobody knows', () => metric({ vlaue: 1 }), 'invalid', /vlaue/],
    [
      'of a year ago',
      () => metric({ at: Date.now() - YEAR_MS }),
      'time_out_of_range',
      /^at: must lie between .* got 20.*is the sender's clock right\?$/,
    ],
    [
      'of next year',
      () => metric({ at: Date.now() + YEAR_MS }),
      'time_out_of_range',
      /^at: must lie between/,
    ],
    ['of no time that ever is', () => metric({ at: 8.7e15 }), 'invalid', /^at: .*got 8700000000000000$/],
    [
      'of a time without zone',
      () => metric({ at: '2026-11-24T12:00:00' }),
      'invalid',
      /^at: must be milliseconds since 1970 or an ISO 8601 time with zone, got "2026/,
    ],
    ['of half a millisecond', () => metric({ at: 1.5 }), 'invalid', /^at: .*got 1\.5$/],
    [
      'nested without end',
      () => metric({ units: nested(40) }),
      'invalid',
      /^event: .*got "nested too deeply"/,
    ],
    [
      'with a unit named like a part of every object',
      () => exposure({ flag: 'pricing', units: { constructor: 'c' } }),
      'unit_missing',
      /^tenant:/,
    ],
  ])('%s', async (_what, event, reason, message) => {
    const answer = await send(JSON.stringify([event()]));
    expect(answer).toMatchObject({ status: 400, accepted: 0, rejected: [{ index: 0, reason }] });
    const said = answer.rejected?.[0]?.message ?? '';
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
    expect(said.length).toBeLessThan(300);
  });

  test('with more than a number can be', async () => {
    // 1e999 is JSON, and read as Infinity.
    const answer = await send(JSON.stringify([metric({ value: 7 })]).replace('"value":7', '"value":1e999'));
    expect(answer).toMatchObject({ status: 400, rejected: [{ reason: 'invalid', field: 'value' }] });
    expect(answer.rejected?.[0]?.message).toMatch(/got Infinity$/);
  });

  function nested(levels: number): unknown {
    return levels === 0 ? 1 : { deeper: nested(levels - 1) };
  }
});

describe('a body is refused as a whole', () => {
  test.each<[string, string, number, string, RegExp]>([
    ['that is cut off', '[{"id":"a"', 400, 'malformed_json', /^body: /],
    ['with NaN in it', '[{"value":NaN}]', 400, 'malformed_json', /^body: .*NaN|token/],
    ['that is empty', '', 400, 'malformed_json', /^body: /],
    ['that is no array', '{"id":"a"}', 400, 'invalid', /^body: must be a JSON array of events$/],
    ['that is only brackets', '['.repeat(1_000_000), 400, 'malformed_json', /^body: /],
    [
      'of 10,001 events',
      JSON.stringify(Array.from({ length: 10_001 }, () => 1)),
      413,
      'too_many_events',
      /^body: must hold at most 10000 events, got 10001$/,
    ],
    [
      'of 10 MB',
      JSON.stringify(['x'.repeat(10_000_000)]),
      413,
      'too_large',
      /^body: must hold at most 5 MB, uncompressed$/,
    ],
  ])('%s', async (_what, body, status, code, message) => {
    const answer = await send(body);
    expect([answer.status, answer.error?.code]).toEqual([status, code]);
    expect(answer.error?.message).toMatch(message);
  });

  test('that grows beyond the limit when it is unpacked', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(100_000_000, '[')));
    expect(bomb.length).toBeLessThan(200_000);
    expect(await send(bomb, { 'content-encoding': 'gzip' })).toMatchObject({
      status: 413,
      error: { code: 'too_large' },
    });
  });

  test('that is not what its headers say', async () => {
    const body = JSON.stringify([metric()]);
    const packed = new Uint8Array(gzipSync(body));
    for (const broken of [body, packed.slice(0, 30)]) {
      expect(await send(broken, { 'content-encoding': 'gzip' })).toMatchObject({
        status: 400,
        error: { message: expect.stringMatching(/^body: cannot be unpacked as gzip/) },
      });
    }
    expect(await send(packed)).toMatchObject({ status: 400 });
    expect(await send(body, { 'content-encoding': 'zip' })).toMatchObject({
      status: 415,
      error: { code: 'unsupported_encoding' },
    });
    expect(await send(body, { 'content-type': 'text/csv' })).toMatchObject({
      status: 415,
      error: { message: 'content-type: must be application/json or application/x-ndjson, got "text/csv"' },
    });
    const latin1 = new Uint8Array(Buffer.from(JSON.stringify([metric({ user: 'é' })]), 'latin1'));
    expect(await send(latin1)).toMatchObject({ status: 400, error: { message: 'body: must be UTF-8' } });
  });

  test('for an environment or source that is none', async () => {
    const body = JSON.stringify([metric()]);
    expect(await send(body, { 'x-liftgate-environment': 'nowhere' })).toMatchObject({
      status: 404,
      error: { code: 'unknown_environment', message: 'no environment "nowhere"' },
    });
    expect(await send(body, { 'x-liftgate-environment': 'No|Where' })).toMatchObject({ status: 400 });
    for (const source of ['replay:nope', 'replay:', 'a|b'])
      expect(await send(body, { 'x-liftgate-source': source })).toMatchObject({
        status: 400,
        error: { message: expect.stringMatching(/^x-liftgate-source: must be "http" or "replay:"/) },
      });
    expect(await send(body, { 'x-liftgate-source': 'replay:checkout' })).toMatchObject({ status: 200 });
  });

  test('by another method, as JSON like everything else', async () => {
    const response = await fetch(`${server.url}/v1/events`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await response.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
    const nothing = await fetch(`${server.url}/v1/nothing`, { method: 'POST' });
    expect([nothing.status, await nothing.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
  });
});

describe('events sent a moment after what they name was made', () => {
  test('are accepted and counted by a server and a worker that had not heard of it', async () => {
    const other = await startServer(redis.url, { LIFTGATE_PARTITIONS: '4' });
    try {
      await fetch(`${other.url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '[]',
      }); // has its snapshot now
      for (let round = 0; round < 10; round++) {
        const flag = `brand-new-${round}`;
        await client.flags.create.mutate({ environment, key: flag, stage: 'ga' });
        await client.metrics.create.mutate({ environment, key: flag, kind: 'count' });
        const response = await fetch(`${other.url}/v1/events`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify([exposure({ flag }), metric({ metric: flag, at: Date.now() + 1 })]),
        });
        expect(await response.json()).toEqual({ accepted: 2, rejected: [] });
      }
      await eventually(async () => (await client.system.progress.query()).behind === 0, 10_000);
      const { total, unexplained } = await client.system.balance.query({ environment });
      expect(Object.keys(total).filter((disposition) => disposition.startsWith('rejected'))).toEqual([]);
      expect(unexplained).toBe(0);
    } finally {
      await other.kill9();
    }
  });
});
