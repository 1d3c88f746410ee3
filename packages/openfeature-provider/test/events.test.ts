import { afterEach, describe, expect, test } from 'vitest';
import { OpenFeature } from '@openfeature/server-sdk';
import {
  LiftgateProvider,
  type LiftgateProviderOptions,
  type ProviderStats,
} from '@liftgate/openfeature-provider';
import { eventually, memoryBackend, splitFlag } from './support/memory-backend.ts';

const checkout = splitFlag({ key: 'checkout' });
const byTenant = splitFlag({ key: 'by-tenant', unit: 'tenant' });
const byDevice = splitFlag({ key: 'by-device', unit: 'device' });
const ann = { targetingKey: 'ann' };

const providers: LiftgateProvider[] = [];
const make = (backend = memoryBackend(checkout, byTenant), options: LiftgateProviderOptions = {}) => {
  const provider = new LiftgateProvider({ backend: backend.open, lingerMs: 1, ...options });
  providers.push(provider);
  return { backend, provider };
};
afterEach(async () => {
  for (const provider of providers.splice(0)) await provider.onClose();
  await OpenFeature.close();
  await OpenFeature.clearProviders();
});

/** Every event is accounted for. */
const expectToAddUp = (stats: ProviderStats) => {
  const { accepted, delivered, waiting, overflowed, unaddressed, abandoned } = stats;
  expect(delivered + waiting + overflowed + unaddressed + abandoned).toBe(accepted);
};

describe('P10: track()', () => {
  test('an event has the metric of its name, the value given or 1, and an id of its own', async () => {
    const { backend, provider } = make();
    await OpenFeature.setProviderAndWait('events', provider);
    const client = OpenFeature.getClient('events');
    const before = Date.now();
    client.track('purchase', ann, { value: 12.5, currency: 'USD' });
    client.track('purchase', ann);
    client.track('purchase', ann, {});
    await provider.flush();
    const events = backend.sent.map(({ event }) => event);
    expect(events.map((event) => event.kind === 'metric' && [event.metric, event.value])).toEqual([
      ['purchase', 12.5],
      ['purchase', 1],
      ['purchase', 1],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
    expect(events[0]?.at).toBeGreaterThanOrEqual(before);
    expect(events[0]?.at).toBeLessThanOrEqual(Date.now());
    expect(events[0]).toMatchObject({ environment: 'production', source: 'provider' });
  });

  test('zero and negative values are kept; NaN, infinities and what is no number are counted and dropped', async () => {
    const { backend, provider } = make();
    await provider.initialize();
    for (const value of [0, -3, Number.NaN, Infinity, -Infinity]) provider.track('margin', ann, { value });
    for (const value of ['7', {}, true, 7n]) provider.track('margin', ann, { value: value as number });
    await provider.flush();
    expect(backend.sent.map(({ event }) => event.kind === 'metric' && event.value)).toEqual([0, -3]);
    expect(provider.stats()).toMatchObject({ accepted: 2, delivered: 2, notFinite: 3, invalid: 4 });
  });

  test('a name that no metric can have is counted and dropped', async () => {
    const { backend, provider } = make();
    await provider.initialize();
    for (const name of ['', 'with space', '-x', 'x'.repeat(129), 7 as unknown as string])
      provider.track(name, ann);
    const throwing = Object.defineProperty({}, 'value', {
      get() {
        throw new Error('no');
      },
    });
    provider.track('clicks', ann, throwing);
    provider.track('clicks', ann, null as unknown as { value: number });
    await provider.flush();
    expect(backend.sent).toHaveLength(1);
    expect(provider.stats()).toMatchObject({ accepted: 1, invalid: 6 });
  });

  test('an event is delivered once to every unit that some flag randomises and its context names', async () => {
    const { backend, provider } = make(
      memoryBackend(checkout, byTenant, splitFlag({ key: 'second' }), byDevice),
    );
    await provider.initialize();
    provider.track('clicks', { targetingKey: 'ann', user: 'other', tenant: 'acme', plan: 'pro' });
    provider.track('clicks', { user: 'bob', device: 'd1' });
    await provider.flush();
    expect(backend.sent.map(({ unitName, unit }) => [unitName, unit])).toEqual([
      ['user', 'ann'],
      ['tenant', 'acme'],
      ['user', 'bob'],
      ['device', 'd1'],
    ]);
    expect(backend.sent[0]?.event.id).toBe(backend.sent[1]?.event.id);
    expect(provider.stats()).toMatchObject({ accepted: 2, delivered: 2 });
  });

  test('an event without a unit that any flag randomises is counted as unaddressed', async () => {
    const { backend, provider } = make(memoryBackend(checkout));
    await provider.initialize();
    provider.track('clicks', { tenant: 'acme' });
    provider.track('clicks', {});
    provider.track('clicks', { targetingKey: 'x'.repeat(257) });
    await provider.flush();
    expect(backend.sent).toEqual([]);
    expect(provider.stats()).toMatchObject({ accepted: 3, unaddressed: 3, delivered: 0 });
  });

  test('what the tracker is given before the provider is ready is sent once it is', async () => {
    const { backend, provider } = make(memoryBackend(byDevice));
    provider.tracker.track('early', { device: 'd1', plan: 'pro' }, { value: 3 });
    expect(provider.stats()).toMatchObject({ accepted: 1, waiting: 1 });
    await OpenFeature.setProviderAndWait('events', provider);
    await provider.flush();
    expect(backend.sent).toMatchObject([
      { unitName: 'device', unit: 'd1', event: { metric: 'early', value: 3 } },
    ]);
  });

  test('while nothing can be sent the buffer is bounded in number, and the oldest give way, counted', async () => {
    const backend = memoryBackend(checkout);
    backend.sending = 'refused';
    const { provider } = make(backend, { bufferLimit: 100, batchSize: 10 });
    await provider.initialize();
    for (let value = 0; value < 1_000; value++) provider.track('clicks', ann, { value });
    await eventually(() => provider.stats().failedSends > 0);
    for (let value = 1_000; value < 1_050; value++) provider.track('clicks', ann, { value });
    const stats = provider.stats();
    expect(stats).toMatchObject({ accepted: 1_050, waiting: 100, overflowed: 950, delivered: 0 });
    expect(stats.lastSendError).toBe('the memory is away');
    expectToAddUp(stats);

    backend.sending = 'taken';
    expect(await provider.flush(20_000)).toBe(true);
    const values = backend.sent.map(({ event }) => (event.kind === 'metric' ? event.value : Number.NaN));
    expect(values).toHaveLength(100);
    // The ten on their way when the buffer was full are the oldest; all others are the newest.
    expect(values.slice(10)).toEqual(Array.from({ length: 90 }, (_, index) => 960 + index));
    expectToAddUp(provider.stats());
  });

  test('… and in bytes', async () => {
    const backend = memoryBackend(checkout);
    backend.sending = 'hanging';
    const { provider } = make(backend, { bufferBytes: 20_000, batchSize: 1 });
    await provider.initialize();
    for (let index = 0; index < 1_000; index++) provider.track('clicks', { targetingKey: 'x'.repeat(250) });
    const { waiting, waitingBytes, overflowed } = provider.stats();
    expect(waitingBytes).toBeLessThanOrEqual(20_000);
    expect(waiting).toBeGreaterThan(10);
    expect(waiting + overflowed).toBe(1_000);
  });

  test('an exposure that gave way is made again at the next evaluation', async () => {
    const backend = memoryBackend(checkout);
    backend.sending = 'refused';
    const { provider } = make(backend, { bufferLimit: 1, batchSize: 1 });
    await provider.initialize();
    const exposed = () => provider.stats().accepted;
    provider.evaluate('checkout', ann);
    provider.evaluate('checkout', { targetingKey: 'bob' });
    expect(exposed()).toBe(2);
    provider.evaluate('checkout', { targetingKey: 'bob' });
    expect(exposed()).toBe(2);
    provider.evaluate('checkout', ann);
    expect(exposed()).toBe(3);
  });

  test('a failed batch is sent again as it was, and before the next one', async () => {
    const backend = memoryBackend(checkout);
    const { provider } = make(backend, { batchSize: 3 });
    await provider.initialize();
    backend.sending = 'refused';
    for (let value = 0; value < 9; value++) provider.track('clicks', ann, { value });
    await eventually(() => provider.stats().failedSends >= 2);
    backend.sending = 'taken';
    await eventually(() => provider.stats().delivered === 9);
    expect(backend.sent.map(({ event }) => event.kind === 'metric' && event.value)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    expect(backend.batchSizes).toEqual([3, 3, 3]);
  });

  test('events of one linger leave together', async () => {
    const { backend, provider } = make(memoryBackend(checkout), { lingerMs: 50 });
    await provider.initialize();
    for (let index = 0; index < 5; index++) provider.track('clicks', ann);
    expect(backend.sent).toEqual([]);
    await eventually(() => backend.sent.length === 5);
    expect(backend.batchSizes).toEqual([5]);
  });

  test('… which begins with the first of them, however many follow', async () => {
    const { backend, provider } = make(memoryBackend(checkout), { lingerMs: 100, batchSize: 10_000 });
    await provider.initialize();
    await eventually(() => {
      provider.track('clicks', ann);
      return backend.sent.length > 0;
    });
  });

  test('… and a full batch does not wait for it', async () => {
    const { backend, provider } = make(memoryBackend(checkout), { lingerMs: 60_000, batchSize: 3 });
    await provider.initialize();
    provider.track('clicks', ann);
    provider.track('clicks', ann);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(backend.sent).toEqual([]);
    provider.track('clicks', ann);
    await eventually(() => backend.sent.length === 3);
  });
});

describe('P12: onClose', () => {
  test('sends what waits, ends the backend, and can be called often and at once', async () => {
    const { backend, provider } = make(memoryBackend(checkout), { lingerMs: 60_000 });
    await provider.initialize();
    provider.track('clicks', ann);
    provider.evaluate('checkout', ann);
    await Promise.all([provider.onClose(), provider.onClose(), provider.onClose()]);
    await provider.onClose();
    expect(backend.sent).toHaveLength(2);
    expect(backend.live.size).toBe(0);
    expectToAddUp(provider.stats());
  });

  test('every call waits until all is sent', async () => {
    const backend = memoryBackend(checkout);
    backend.sending = 'hanging';
    const { provider } = make(backend, { closeTimeoutMs: 20_000 });
    await provider.initialize();
    provider.track('clicks', ann);
    const first = provider.onClose();
    const second = provider.onClose();
    setTimeout(() => {
      backend.sending = 'taken';
      backend.release();
    }, 50);
    await second;
    expect(backend.sent).toHaveLength(1);
    await first;
  });

  test('gives up after its limit, and counts what was given up', async () => {
    const backend = memoryBackend(checkout);
    backend.sending = 'hanging';
    const { provider } = make(backend, { closeTimeoutMs: 50 });
    await provider.initialize();
    provider.track('clicks', ann);
    provider.track('clicks', ann);
    await provider.onClose();
    expect(provider.stats()).toMatchObject({ accepted: 2, abandoned: 2, waiting: 0, delivered: 0 });
    expect(backend.live.size).toBe(0);
  });

  test('afterwards evaluations give the default, and events are refused, counted', async () => {
    const { backend, provider } = make();
    await OpenFeature.setProviderAndWait('events', provider);
    await OpenFeature.close();
    const client = OpenFeature.getClient('events');
    const details = await client.getBooleanDetails('checkout', true, ann);
    expect(details).toMatchObject({ value: true, reason: 'ERROR' });
    expect(provider.evaluate('checkout', ann)).toMatchObject({
      value: undefined,
      errorCode: 'PROVIDER_NOT_READY',
      errorMessage: 'the provider is closed',
    });
    provider.track('clicks', ann);
    provider.tracker.track('clicks', ann);
    expect(provider.stats()).toMatchObject({ accepted: 0, afterClose: 2 });
    expect(backend.sent).toEqual([]);
  });

  test('it can be initialized again, also while it closes', async () => {
    const { backend, provider } = make();
    await provider.initialize();
    provider.evaluate('checkout', ann);
    const closing = provider.onClose();
    await provider.initialize();
    await closing;
    expect(provider.evaluate('checkout', ann).reason).toBe('SPLIT');
    provider.track('clicks', ann);
    await provider.flush();
    // A provider that starts anew exposes anew.
    expect(backend.sent.map(({ event }) => event.kind)).toEqual(['exposure', 'exposure', 'metric']);
    expect(backend.live.size).toBe(1);
  });

  test('closing while it initializes ends the attempt', async () => {
    const backend = memoryBackend(checkout);
    backend.openError = new Error('away');
    const { provider } = make(backend, { initTimeoutMs: 60_000 });
    const initializing = expect(provider.initialize()).rejects.toThrow(/GENERAL/);
    await provider.onClose();
    await initializing;
    expect(provider.evaluate('checkout', ann).errorCode).toBe('PROVIDER_NOT_READY');
  });

  test('the last call wins: closed, initialized and closed again at once, it is closed', async () => {
    const { backend, provider } = make();
    await provider.initialize();
    const closing = provider.onClose();
    const initializing = expect(provider.initialize()).rejects.toThrow(/closed before/);
    await Promise.all([closing, provider.onClose(), initializing]);
    expect(backend.live.size).toBe(0);
  });
});
