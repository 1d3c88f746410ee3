import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUnit, encodeUnit, NEW_UNIT, type UnitState } from '@liftgate/attribution';
import { anEvent, callSizes, deliver, newLedger } from './histories.ts';

describe('the stored form of a unit', () => {
  test('reads back as what was written, for every state that events can lead to', () => {
    fc.assert(
      fc.property(fc.array(anEvent(60, 50), { maxLength: 30 }), callSizes, (events, sizes) => {
        const state = deliver(events, sizes, newLedger());
        const text = encodeUnit(state);
        expect(decodeUnit(text)).toEqual(state);
        expect(encodeUnit(decodeUnit(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test('a unit read back goes on as if it had stayed in memory', () => {
    fc.assert(
      fc.property(
        fc.array(anEvent(60, 50), { maxLength: 20 }),
        fc.array(anEvent(60, 50), { maxLength: 20 }),
        (first, second) => {
          const stayed = deliver(first, [3], newLedger());
          const stored = decodeUnit(encodeUnit(stayed));
          expect(encodeUnit(deliver(second, [3], newLedger(), stored))).toBe(
            encodeUnit(deliver(second, [3], newLedger(), stayed)),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  // What is in a store must stay readable: a change of this text needs a new version.
  const text =
    '[2,1700000000000,' +
    '[[1700000000001,"e1","http","checkout",1,2,"treatment"],[1700000000002,"e2","http","spend","-12345678901234567890"]],' +
    '[[1699999999999,"e0"]],' +
    '[["search",1,1699990000000,1,"Grün ☂ \\"x\\"",0,[["spend","9007199254740993",3]]]],' +
    '[["http",[0],4]]]';
  const state: UnitState = {
    horizon: 1_700_000_000_000,
    recent: [
      {
        kind: 'exposure',
        at: 1_700_000_000_001,
        id: 'e1',
        source: 'http',
        flag: 'checkout',
        phase: 1,
        epoch: 2,
        variant: 'treatment',
      },
      {
        kind: 'metric',
        at: 1_700_000_000_002,
        id: 'e2',
        source: 'http',
        metric: 'spend',
        scaled: -12345678901234567890n,
      },
    ],
    seen: [{ id: 'e0', at: 1_699_999_999_999 }],
    folded: [
      {
        flag: 'search',
        phase: 1,
        at: 1_699_990_000_000,
        epoch: 1,
        variant: 'Grün ☂ "x"',
        quarantined: false,
        totals: new Map([['spend', { sum: 9007199254740993n, events: 3 }]]),
      },
    ],
    settled: [{ source: 'http', concern: [0], events: 4 }],
  };

  test('is this text', () => {
    expect(encodeUnit(state)).toBe(text);
    expect(decodeUnit(text)).toEqual(state);
    expect(encodeUnit(NEW_UNIT)).toBe('[2,null,[],[],[],[]]');
    expect(decodeUnit('[2,null,[],[],[],[]]')).toEqual(NEW_UNIT);
  });

  test.each([
    '',
    'null',
    '{}',
    '[1,null,[],[]]',
    '[2,null,[[1,2,3]],[],[],[]]',
    '[2,"x",[],[],[],[]]',
    text.slice(1),
  ])('a text that is none of ours is refused: %s', (broken) => {
    expect(() => decodeUnit(broken)).toThrow(Error);
  });
});
