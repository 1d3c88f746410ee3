import { describe, expect, test } from 'vitest';
import {
  LATENESS_MS,
  MAX_RECENT,
  NEW_UNIT,
  fold,
  metricRule,
  outcomeOf,
  takeIn,
  type RecentEvent,
  type RecentExposure,
  type RecentMetric,
} from '@liftgate/attribution';
import { balanceOf, counted, deliver, HOUR, ruleOf, newLedger } from './histories.ts';

const T0 = Date.UTC(2026, 10, 24, 10);

function met(variant: string, at: number, more: Partial<RecentExposure> = {}): RecentExposure {
  const id = more.id ?? `x${variant}${at}`;
  return {
    kind: 'exposure',
    id,
    at: T0 + at,
    source: 'http',
    flag: 'f',
    variant,
    epoch: 1,
    phase: 1,
    ...more,
  };
}

function did(metric: string, scaled: bigint, at: number, id = `m${metric}${at}`): RecentMetric {
  return { kind: 'metric', id, at: T0 + at, source: 'http', metric, scaled };
}

/** What is counted after these events, in this order, all in one call. */
function after(...events: (RecentExposure | RecentMetric)[]) {
  const ledger = newLedger();
  deliver(events, [events.length], ledger);
  return counted(ledger);
}

describe('what one unit contributes', () => {
  test('an exposed unit without any event counts, by the epoch and the day of its first exposure', () => {
    expect(after(met('B', 0, { epoch: 3 }))).toEqual({
      rows: { 'production/f#1 3|B|': '1 0 0' },
      days: { 'production/f#1 2026-11-24|3|B|': '1 0 0' },
      balance: { counted: 1 },
    });
  });

  test('a count and a sum add the values up, and the square is that of the total', () => {
    expect(after(met('B', 0), did('clicks', 2n, 1), did('clicks', 3n, 2), did('spend', -7n, 3)).rows).toEqual(
      {
        'production/f#1 1|B|': '1 0 0',
        'production/f#1 1|B|clicks': '1 5 25',
        'production/f#1 1|B|spend': '1 -7 49',
      },
    );
  });

  test.each([
    ['never 1', [0n, 0n], '1 0 0'],
    ['0 and then 1', [0n, 1n], '1 1 1'],
    ['1 and then 0', [1n, 0n], '1 1 1'],
    ['1 three times', [1n, 1n, 1n], '1 1 1'],
  ])('a proportion with %s', (_, values, sums) => {
    const events = values.map((value, index) => did('visited', value, index + 1));
    expect(after(met('B', 0), ...events).rows['production/f#1 1|B|visited']).toBe(sums);
  });

  test.each([
    [[1n, 2n], '1 2 4'],
    [[2n, 3n], '1 2 4'],
    [[1n, 1n, 2n], '1 1 1'],
    [[-1n, -2n], '1 -2 4'],
    [[5n], '1 5 25'],
  ])('a mean of %s is rounded half to even', (values, sums) => {
    const events = values.map((value, index) => did('seconds', value, index + 1));
    expect(after(met('B', 0), ...events).rows['production/f#1 1|B|seconds']).toBe(sums);
  });

  test('a unit that met a second variant counts for nothing but the quarantine', () => {
    expect(after(met('A', 0), did('spend', 5n, 1), met('B', 2))).toEqual({
      rows: { 'production/f#1 quarantined': '1 0 0' },
      days: {},
      balance: { quarantined: 3 },
    });
  });

  test('a unit quarantined in one experiment still counts in another', () => {
    const other = met('A', 0, { flag: 'g', id: 'other' });
    const { rows, balance } = after(met('A', 0), other, met('B', 2), did('spend', 5n, 3));
    expect(rows).toEqual({
      'production/f#1 quarantined': '1 0 0',
      'production/g#1 1|A|': '1 0 0',
      'production/g#1 1|A|spend': '1 5 25',
    });
    expect(balance).toEqual({ quarantined: 2, counted: 2 });
  });

  test('a unit quarantined in one phase is counted afresh in the next', () => {
    const { rows } = after(met('A', 0), met('B', 1), met('B', 2, { phase: 2, id: 'again' }));
    expect(rows).toEqual({ 'production/f#1 quarantined': '1 0 0', 'production/f#2 1|B|': '1 0 0' });
  });

  test('the same variant in a later epoch confirms: the first epoch counts', () => {
    const { rows, balance } = after(met('A', 1, { epoch: 2 }), met('A', 0));
    expect(rows).toEqual({ 'production/f#1 1|A|': '1 0 0' });
    expect(balance).toEqual({ counted: 2 });
  });

  test('a metric that nobody knows any more is left out of the statistics', () => {
    const ledger = newLedger();
    takeIn(NEW_UNIT, [met('A', 0), did('gone', 5n, 1)], 'production', ruleOf, ledger);
    expect(counted(ledger).rows).toEqual({ 'production/f#1 1|A|': '1 0 0' });
  });
});

describe('events at the same moment', () => {
  test('a metric event at the moment of the exposure counts, one before does not', () => {
    const { rows, balance } = after(did('spend', 1n, -1), did('spend', 2n, 0), met('A', 0));
    expect(rows['production/f#1 1|A|spend']).toBe('1 2 4');
    expect(balance).toEqual({ unattributable: 1, counted: 2 });
  });

  test('two variants at one moment are a quarantine, whichever comes first', () => {
    const [a, b] = [met('A', 0), met('B', 0)];
    expect(after(a, b)).toEqual(after(b, a));
    expect(after(a, b).rows).toEqual({ 'production/f#1 quarantined': '1 0 0' });
  });

  test('two epochs at one moment: the id decides, not the order of arrival', () => {
    const [early, late] = [met('A', 0, { id: 'a', epoch: 2 }), met('A', 0, { id: 'b', epoch: 1 })];
    expect(after(early, late)).toEqual(after(late, early));
    expect(after(late, early).rows).toEqual({ 'production/f#1 2|A|': '1 0 0' });
  });
});

describe('one id', () => {
  test('an event delivered twice is counted once, in one call and over calls', () => {
    const event = did('spend', 5n, 1);
    for (const sizes of [[9], [1], [2, 1]]) {
      const ledger = newLedger();
      deliver([met('A', 0), event, event, event], sizes, ledger);
      expect(counted(ledger)).toMatchObject({ balance: { counted: 2, duplicate: 2 } });
      expect(counted(ledger).rows['production/f#1 1|A|spend']).toBe('1 5 25');
    }
  });

  test('for two different events is a conflict: the earlier counts, whichever arrived first', () => {
    const [one, other] = [did('spend', 5n, 1, 'same'), did('spend', 6n, 2, 'same')];
    expect(after(met('A', 0), one, other)).toEqual(after(met('A', 0), other, one));
    expect(after(met('A', 0), other, one)).toMatchObject({
      rows: { 'production/f#1 1|A|spend': '1 5 25' },
      balance: { counted: 2, 'rejected:id_conflict': 1 },
    });
  });

  test('for two events at the same moment is a conflict that the content settles, not the order', () => {
    const [one, other] = [did('spend', 5n, 1, 'same'), did('spend', 10n, 1, 'same')];
    expect(after(met('A', 0), one, other)).toEqual(after(met('A', 0), other, one));
    expect(after(met('A', 0), other, one).rows['production/f#1 1|A|spend']).toBe('1 5 25');
  });

  test('of an exposure sent again after a change of the stage is a duplicate, and the first epoch stays', () => {
    const [first, again] = [met('A', 0, { id: 'x', epoch: 9 }), met('A', 0, { id: 'x', epoch: 10 })];
    for (const events of [
      [first, again],
      [again, first],
    ]) {
      expect(after(...events)).toMatchObject({
        rows: { 'production/f#1 9|A|': '1 0 0' },
        balance: { counted: 1, duplicate: 1 },
      });
    }
  });

  test('still conflicts when its first event has been folded away', () => {
    const ledger = newLedger();
    const events = [
      met('A', 0),
      did('spend', 5n, 1, 'same'),
      did('clicks', 1n, 5 * HOUR),
      did('clicks', 1n, 8 * HOUR),
      did('spend', 100n, 4 * HOUR, 'same'),
    ];
    const state = deliver(events, [1], ledger);
    expect(state.recent.some((event) => event.at === T0 + 1)).toBe(false);
    expect(counted(ledger)).toMatchObject({
      rows: { 'production/f#1 1|A|spend': '1 5 25' },
      balance: { counted: 4, 'rejected:id_conflict': 1 },
    });
  });

  test('used again after the lateness window is another event', () => {
    const { rows } = after(
      met('A', 0),
      did('spend', 5n, 1, 'same'),
      did('spend', 6n, 1 + LATENESS_MS, 'same'),
    );
    expect(rows['production/f#1 1|A|spend']).toBe('1 11 121');
  });

  test('at another unit is another event', () => {
    const ledger = newLedger();
    for (let unit = 0; unit < 2; unit++) deliver([met('A', 0), did('spend', 5n, 1, 'same')], [9], ledger);
    expect(counted(ledger).rows['production/f#1 1|A|spend']).toBe('2 10 50');
  });
});

describe('the lateness window', () => {
  const newest = did('clicks', 1n, LATENESS_MS);

  test('an exposure less than six hours behind the newest event still moves everything to it', () => {
    const { rows, balance } = after(newest, met('A', 1));
    expect(rows['production/f#1 1|A|clicks']).toBe('1 1 1');
    expect(balance).toEqual({ counted: 2 });
  });

  test('one that is six hours behind is late, and changes nothing', () => {
    const ledger = newLedger();
    const state = deliver([newest], [1], ledger);
    expect(takeIn(state, [met('A', 0)], 'production', ruleOf, ledger)).toBe(state);
    expect(counted(ledger)).toEqual({ rows: {}, days: {}, balance: { unattributable: 1, late: 1 } });
  });

  test('an event sent again after it was folded is a duplicate, and long after that late', () => {
    const ledger = newLedger();
    const first = met('A', 0);
    let state = deliver([first, did('clicks', 1n, 8 * HOUR)], [1], ledger);
    expect(state.recent).toHaveLength(1);
    state = deliver([first], [1], ledger, state);
    expect(balanceOf(ledger)).toEqual({ counted: 2, duplicate: 1 });
    state = deliver([did('clicks', 1n, 20 * HOUR), first], [1], ledger, state);
    expect(balanceOf(ledger)).toEqual({ counted: 3, duplicate: 1, late: 1 });
  });

  test('a folded event still goes into quarantine with its unit', () => {
    const ledger = newLedger();
    const state = deliver([met('A', 0), did('spend', 5n, 1), did('spend', 1n, 8 * HOUR)], [1], ledger);
    expect(state.recent).toHaveLength(1);
    deliver([met('B', 9 * HOUR)], [1], ledger, state);
    expect(counted(ledger)).toEqual({
      rows: { 'production/f#1 quarantined': '1 0 0' },
      days: {},
      balance: { quarantined: 4 },
    });
  });

  test('folding changes nothing that follows from the state', () => {
    const state = deliver([met('A', 0), did('spend', 5n, 1), did('seconds', 5n, 2)], [9], newLedger());
    const unfolded = { ...state, recent: [...state.recent, did('spend', 7n, 9 * HOUR)] };
    const folded = fold(unfolded, ruleOf);
    expect(folded.recent).toHaveLength(1);
    expect(outcomeOf(folded, ruleOf)).toEqual(outcomeOf(unfolded, ruleOf));
    expect(fold(folded, ruleOf)).toEqual(folded);
  });
});

describe('a crowded unit', () => {
  const crowd = Array.from({ length: MAX_RECENT + 500 }, (_, n) => did('clicks', 1n, n + 1, `c${n}`));

  test('keeps a bounded state and counts every event that comes in order', () => {
    const ledger = newLedger();
    const more = Array.from({ length: MAX_RECENT }, (_, n) => did('clicks', 1n, 10_000 + n, `d${n}`));
    const state = deliver([met('A', 0), ...crowd, ...more], [250], ledger);
    expect(state.recent).toHaveLength(MAX_RECENT);
    expect(state.seen).toHaveLength(MAX_RECENT);
    const n = BigInt(crowd.length + more.length);
    expect(counted(ledger)).toMatchObject({
      rows: { 'production/f#1 1|A|': '1 0 0', 'production/f#1 1|A|clicks': `1 ${n} ${n * n}` },
      balance: { counted: crowd.length + more.length + 1 },
    });
  });

  test('counts the oldest of a jumble as late, the same however the jumble is cut', () => {
    const jumble = [met('A', 0), ...crowd.slice(600), ...crowd.slice(0, 600).toReversed()];
    const ledgers = [700, 2_000].map((size) => {
      const ledger = newLedger();
      deliver(jumble, [size], ledger);
      return ledger;
    });
    const [one, other] = ledgers.map(counted);
    expect(one).toEqual(other);
    expect(one?.balance['late']).toBeGreaterThan(0);
    expect((one?.balance['late'] ?? 0) + (one?.balance['counted'] ?? 0)).toBe(jumble.length);
  });
});

describe('a metric with a window', () => {
  const at = (hours: number) => Date.UTC(2026, 10, 24) + hours * HOUR;
  const exposed: RecentEvent = {
    kind: 'exposure',
    id: 'x',
    at: at(0),
    source: 'http',
    flag: 'checkout',
    variant: 'treatment',
    epoch: 1,
    phase: 1,
  };
  const value = (id: string, metric: string, hours: number, scaled: bigint): RecentEvent => ({
    kind: 'metric',
    id,
    at: at(hours),
    source: 'http',
    metric,
    scaled,
  });

  test('counts what comes within it, up to the cap, and says where the rest ended', () => {
    const ledger = newLedger();
    const events = [
      exposed,
      value('a', 'soon', 0, 2n),
      value('b', 'soon', 1.9, 9n),
      value('c', 'soon', 2, 100n),
      value('d', 'later', 0.5, 9n),
      value('e', 'later', 1, 2n),
    ];
    takeIn(NEW_UNIT, events, 'production', ruleOf, ledger);
    const { rows, balance } = counted(ledger);
    expect(rows['production/checkout#1 1|treatment|soon']).toBe('1 5 25');
    expect(rows['production/checkout#1 1|treatment|later']).toBe('1 2 4');
    expect(balance).toEqual({ counted: 4, unattributable: 2 });
  });

  test('takes its rule from the metric, in its unit', () => {
    const metric = {
      key: 'spend',
      name: '',
      description: '',
      kind: 'sum',
      direction: 'up',
      unit: 'usd',
    } as const;
    expect(metricRule({ ...metric, decimals: 2, version: 1, cap: 499.99, windowMs: 7 })).toEqual({
      kind: 'sum',
      delayMs: 0,
      windowMs: 7,
      cap: 49_999n,
    });
    expect(metricRule({ ...metric, decimals: 2, version: 1 }).windowMs).toBe(Number.POSITIVE_INFINITY);
  });
});
