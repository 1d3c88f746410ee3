// What the SDK is told, in which order; the outages themselves are in life.test.ts.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OpenFeature, ProviderEvents, ProviderStatus, type Client } from '@openfeature/server-sdk';
import { LiftgateProvider } from '@liftgate/openfeature-provider';
import { eventually, memoryBackend, splitFlag, type MemoryBackend } from './support/memory-backend.ts';

const one = splitFlag({ key: 'one', stage: 'ga' });
const two = splitFlag({ key: 'two', stage: 'ga' });
const three = splitFlag({ key: 'three', stage: 'ga' });
const changed = { ...one, version: 2, enabled: false };

let backend: MemoryBackend;
let client: Client;
let told: string[];
let tests = 0;
const errorAfterMs = 150;

beforeEach(async () => {
  backend = memoryBackend(one, two);
  const domain = `states-${++tests}`;
  await OpenFeature.setProviderAndWait(domain, new LiftgateProvider({ backend: backend.open, errorAfterMs }));
  client = OpenFeature.getClient(domain);
  told = [];
  const hear = (event: ProviderEvents, word: string) =>
    client.addHandler(event, (details) => {
      const flags = details !== undefined && 'flagsChanged' in details ? details.flagsChanged : undefined;
      told.push(Array.isArray(flags) ? `${word} ${flags.join(',')}` : word);
    });
  hear(ProviderEvents.Stale, 'stale');
  hear(ProviderEvents.Error, 'error');
  hear(ProviderEvents.ConfigurationChanged, 'changed');
  hear(ProviderEvents.Ready, 'ready');
  await eventually(() => told.length === 1);
  told.length = 0; // a handler of READY hears at once that it is
});
afterEach(async () => {
  await OpenFeature.close();
  await OpenFeature.clearProviders();
  OpenFeature.clearHandlers();
});

const pause = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

test('P9: changed, new and removed flags are named, those that stay the same are not', () => {
  backend.setFlags(changed, two);
  backend.setFlags(changed, two);
  backend.setFlags(structuredClone(changed), structuredClone(two));
  backend.setFlags(changed, three);
  expect(told).toEqual(['changed one', 'changed three,two']);
});

test('P8: after an outage READY comes first, then what is different now, all of it at once', () => {
  backend.listener().onStale('gone');
  expect(client.providerStatus).toBe(ProviderStatus.STALE);
  backend.setFlags(changed, two);
  backend.setFlags(changed, three);
  expect(told).toEqual(['stale']);
  backend.listener().onFresh();
  expect(told).toEqual(['stale', 'ready', 'changed one,three,two']);
  expect(client.providerStatus).toBe(ProviderStatus.READY);
});

test('P8, P9: what changed and changed back during an outage has not changed', () => {
  backend.listener().onStale('gone');
  backend.setFlags(changed, two);
  backend.setFlags(one, two);
  backend.listener().onFresh();
  expect(told).toEqual(['stale', 'ready']);
});

test('P8: a short outage does not become an error afterwards', async () => {
  backend.listener().onStale('gone');
  backend.listener().onFresh();
  await pause(2 * errorAfterMs);
  expect(told).toEqual(['stale', 'ready']);
});

test('P8: a long one does, once, and is over when it is over', async () => {
  backend.listener().onStale('gone');
  backend.listener().onStale('still gone');
  await eventually(() => client.providerStatus === ProviderStatus.ERROR);
  expect(await client.getBooleanValue('one', false, { targetingKey: 'ann' })).toBe(true);
  backend.listener().onFresh();
  expect(told).toEqual(['stale', 'error', 'ready']);
});

test('P12: a provider that was closed during an outage says nothing any more', async () => {
  backend.listener().onStale('gone');
  await OpenFeature.close();
  await pause(2 * errorAfterMs);
  expect(told).not.toContain('error');
});
