import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeUnit, LATENESS_MS, type RecentEvent } from '@liftgate/attribution';
import { batchTruth } from './batch-truth.ts';
import {
  anEvent,
  anInWindowDelivery,
  balanceOf,
  callSizes,
  counted,
  deliver,
  RULES,
  newLedger,
  total,
} from './histories.ts';

const RUNS = { numRuns: 400 };
const byTimeOnly = (a: RecentEvent, b: RecentEvent) => a.at - b.at;

describe('whatever the order of delivery within the lateness window', () => {
  test.each([
    ['with an id for each event', 100_000],
    ['with few ids, so that many are reused for something else', 12],
  ])('statistics and balance are those of the whole history at once, %s', (_, ids) => {
    fc.assert(
      fc.property(
        fc.array(anInWindowDelivery(40, ids, 25), { minLength: 1, maxLength: 4 }),
        callSizes,
        (units, sizes) => {
          const ledger = newLedger();
          for (const events of units) deliver(events, sizes, ledger);
          expect(counted(ledger)).toEqual(batchTruth(units, RULES));
        },
      ),
      RUNS,
    );
  });

  test('the state itself, to the last byte, is that of delivery in order of time', () => {
    fc.assert(
      fc.property(anInWindowDelivery(40, 12, 25), callSizes, (events, sizes) => {
        const inOrder = deliver([...events].sort(byTimeOnly), [1], newLedger());
        expect(encodeUnit(deliver(events, sizes, newLedger()))).toBe(encodeUnit(inOrder));
      }),
      RUNS,
    );
  });
});

describe('whatever the order of delivery, late events included', () => {
  const anyOrder = fc
    .array(anEvent(40, 12), { maxLength: 20 })
    .chain((events) => fc.shuffledSubarray([...events, ...events], { minLength: events.length }));

  test('how the events are cut into calls changes nothing at all', () => {
    fc.assert(
      fc.property(anyOrder, callSizes, (events, sizes) => {
        const one = newLedger();
        const other = newLedger();
        const state = deliver(events, [1], one);
        expect(encodeUnit(deliver(events, sizes, other))).toBe(encodeUnit(state));
        expect(counted(other)).toEqual(counted(one));
        const whole = newLedger();
        expect(encodeUnit(deliver(events, [events.length], whole))).toBe(encodeUnit(state));
        expect(counted(whole)).toEqual(counted(one));
      }),
      RUNS,
    );
  });

  test('every event ends in exactly one place', () => {
    fc.assert(
      fc.property(anyOrder, callSizes, (events, sizes) => {
        const ledger = newLedger();
        deliver(events, sizes, ledger);
        expect(total(balanceOf(ledger))).toBe(events.length);
        for (const [key, count] of ledger.balance) expect(count, key).toBeGreaterThanOrEqual(0);
      }),
      RUNS,
    );
  });

  test('a late event is counted as late and changes nothing else', () => {
    fc.assert(
      fc.property(anyOrder, callSizes, (events, sizes) => {
        let newest = Number.NEGATIVE_INFINITY;
        const inTime: RecentEvent[] = [];
        for (const event of events) {
          if (event.at <= newest - LATENESS_MS) continue;
          inTime.push(event);
          newest = Math.max(newest, event.at);
        }
        const all = newLedger();
        const without = newLedger();
        expect(encodeUnit(deliver(events, sizes, all))).toBe(encodeUnit(deliver(inTime, sizes, without)));
        expect(counted(all).rows).toEqual(counted(without).rows);
        expect(counted(without).rows).toEqual(batchTruth([inTime], RULES).rows);
        const { late = 0, duplicate = 0 } = balanceOf(all);
        const before = balanceOf(without);
        // Whoever sends an event again long after is told that it is a duplicate, as long as its id is remembered.
        expect(late + duplicate).toBe((before['duplicate'] ?? 0) + events.length - inTime.length);
      }),
      RUNS,
    );
  });
});
