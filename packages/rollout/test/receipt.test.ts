import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  actionTaken,
  canonicalJson,
  decide,
  makeReceipt,
  verifyChain,
  verifyReceipt,
  type Actor,
  type Override,
  type Receipt,
} from '@liftgate/rollout';
import { exampleEvidence, examplePlan, failures, NOW, share } from './support/rollout.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const machine: Actor = { kind: 'machine', id: 'worker 1' };

function receipt(
  previous: Receipt | null = null,
  more: { readonly actor?: Actor; readonly override?: Override; readonly errors?: number } = {},
): Receipt {
  const plan = examplePlan();
  const evidence = exampleEvidence({
    guardrails: { errors: share(failures(10_000, 100, more.errors ?? 300)) },
  });
  const decision = decide(plan, evidence, NOW);
  const { actor = machine, override } = more;
  return makeReceipt(
    { plan, evidence, decision, actor, previous, ...(override === undefined ? {} : { override }) },
    hash,
  );
}

/** As it comes back from storage. */
function stored(receipt: Receipt): Receipt {
  return JSON.parse(JSON.stringify(receipt)) as Receipt;
}

type Chain = readonly [Receipt, Receipt, Receipt];

function chain(): Chain {
  const first = receipt(null, { errors: 100 });
  const second = receipt(first, { errors: 150 });
  return [stored(first), stored(second), stored(receipt(second))];
}

describe('a receipt', () => {
  test('decides again to what it says', () => {
    expect(verifyReceipt(stored(receipt()), hash)).toEqual({ status: 'ok' });
  });

  test('does not depend on the order of its fields', () => {
    const reversed = Object.fromEntries(Object.entries(stored(receipt())).toReversed());
    expect(verifyReceipt(reversed, hash)).toEqual({ status: 'ok' });
  });

  test('with any changed character in it is found out', () => {
    const text = JSON.stringify(receipt());
    const position = fc.integer({ min: 0, max: text.length - 1 });
    fc.assert(
      fc.property(position, fc.constantFrom('0', '7', 'a', 'Z', '-', '.', ' '), (at, character) => {
        fc.pre(text[at] !== character);
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        const value = parsedOrNull(changed);
        fc.pre(value !== undefined && canonicalJson(value) !== canonicalJson(JSON.parse(text)));
        expect(verifyReceipt(value, hash).status).not.toBe('ok');
      }),
      { numRuns: 1_000 },
    );
  });

  test('that was changed and sealed again is found out by deciding again', () => {
    const { hash: _, ...honest } = stored(receipt());
    const forged = { ...honest, decision: { ...honest.decision, action: 'advance' as const } };
    const sealed = { ...forged, hash: hash(canonicalJson(forged)) };
    expect(verifyReceipt(sealed, hash)).toEqual({
      status: 'not_reproduced',
      message: 'receipt 1 differs from what the rules decide at decision.action',
    });
    const errors = share(failures(10_000, 100, 301));
    const nudged = {
      ...honest,
      evidence: { ...honest.evidence, guardrails: { ...honest.evidence.guardrails, errors } },
    };
    expect(verifyReceipt({ ...nudged, hash: hash(canonicalJson(nudged)) }, hash).status).toBe(
      'not_reproduced',
    );
  });

  test('of other rules is said to be so, and still sealed', () => {
    const { hash: _, ...old } = { ...stored(receipt()), policyVersion: 2 };
    expect(verifyReceipt({ ...old, hash: hash(canonicalJson(old)) }, hash).status).toBe('other_policy');
    expect(verifyReceipt({ ...old, hash: hash('something else') }, hash).status).toBe('altered');
  });

  test.each([null, 7, 'text', [], {}, { ...receipt(), evidence: null }])('%j is no receipt', (value) => {
    expect(verifyReceipt(value, hash).status).toBe('unreadable');
  });

  test('of a person who decided otherwise keeps both, and the machine cannot override itself', () => {
    const override = { action: 'hold', toStage: null, why: 'known outage of the payment provider' } as const;
    const kept = receipt(null, { actor: { kind: 'person', id: 'ada' }, override });
    expect(actionTaken(kept)).toBe('hold');
    expect(kept.decision.action).toBe('roll_back');
    expect(verifyReceipt(stored(kept), hash)).toEqual({ status: 'ok' });
    expect(verifyReceipt(stored(receipt(null, { override })), hash).status).toBe('unreadable');
  });
});

describe('a chain', () => {
  test('holds', () => {
    expect(verifyChain(chain(), hash)).toEqual({ status: 'ok', receipts: 3, otherPolicy: 0 });
    expect(verifyChain([], hash)).toEqual({ status: 'ok', receipts: 0, otherPolicy: 0 });
  });
  test.each<[string, (receipts: Chain) => readonly Receipt[], number]>([
    ['one removed', ([a, , c]) => [a, c], 2],
    ['the first removed', ([, b, c]) => [b, c], 1],
    ['two exchanged', ([a, b, c]) => [b, a, c], 1],
    ['one twice', ([a, b]) => [a, b, b], 3],
    [
      'one exchanged for another that is sound by itself',
      ([a, , c]) => [a, stored(receipt(a, { errors: 101 })), c],
      3,
    ],
  ])('%s breaks it', (_, tamper, sequence) => {
    expect(verifyChain(tamper(chain()), hash)).toMatchObject({ status: 'broken', sequence });
  });
});

describe('canonical JSON', () => {
  test('is one text for one value, and reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson({ b: [1, { z: 0.1, a: null }], a: undefined })).toBe('{"b":[1,{"a":null,"z":0.1}]}');
  });
  test.each([
    [{ a: [NaN] }, '$.a[0] must be a finite number, got NaN'],
    [{ a: 1n }, '$.a must be JSON, got bigint'],
    [() => 0, '$ must be JSON, got function'],
  ])('refuses what JSON cannot hold', (value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
  });
});

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
