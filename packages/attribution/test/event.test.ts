import { describe, expect, test } from 'vitest';
import { balanceTotal, eventInputSchema, unitsOf } from '@liftgate/attribution';

const metric = { id: 'e1', at: 1_700_000_000_000, kind: 'metric', metric: 'spend', user: 'u1' };
const exposure = { id: 'e1', at: 1_700_000_000_000, kind: 'exposure', flag: 'f', variant: 'A', user: 'u1' };

/** "path: message" of the first complaint, or null. */
function complaint(event: unknown): string | null {
  const parsed = eventInputSchema.safeParse(event);
  if (parsed.success) return null;
  const [issue] = parsed.error.issues;
  return `${issue?.path.join('.')}: ${issue?.message}`;
}

describe('an event as it arrives', () => {
  test('a metric event without a value counts one', () => {
    expect(eventInputSchema.parse(metric)).toMatchObject({ value: 1 });
  });

  test.each([
    [1_700_000_000_000, 1_700_000_000_000],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000],
    ['2023-11-14T22:13:20.123Z', 1_700_000_000_123],
    ['2023-11-14T23:13:20+01:00', 1_700_000_000_000],
    [-1, -1],
  ])('the time %s is %s', (at, expected) => {
    expect(eventInputSchema.parse({ ...metric, at }).at).toBe(expected);
  });

  test.each([
    ['2023-11-14T22:13:20'],
    ['2023-02-30T00:00:00Z'],
    ['yesterday'],
    ['1700000000000'],
    [1.5],
    [Number.NaN],
    [8.64e15 + 1],
    [-8.64e15 - 1],
    [null],
  ])('the time %s is refused', (at) => {
    expect(complaint({ ...metric, at })).toBe(
      'at: must be milliseconds since 1970 or an ISO 8601 time with zone',
    );
  });

  test.each<[Record<string, unknown>, string]>([
    [{ ...metric, id: '' }, 'id: must not be empty'],
    [{ ...metric, id: 'x'.repeat(129) }, 'id: must hold at most 128 characters'],
    [{ ...metric, user: '' }, 'user: must not be empty'],
    [{ ...metric, user: 'x'.repeat(257) }, 'user: must hold at most 256 characters'],
    [{ ...metric, user: 'a\nb' }, 'user: must not hold control characters'],
    [{ ...metric, units: { device: '' } }, 'units.device: must not be empty'],
    [{ ...exposure, epoch: 0 }, 'epoch: Too small: expected number to be >0'],
    [{ ...metric, value: '5' }, 'value: Invalid input: expected number, received string'],
    [{ ...metric, value: Number.NaN }, 'value: Invalid input: expected number, received NaN'],
  ])('%j is refused by name', (event, message) => {
    expect(complaint(event)).toBe(message);
  });

  test.each([
    [{ ...metric, kind: 'click' }],
    [{ ...metric, colour: 'red' }],
    [{ ...exposure, metric: 'x' }],
    [null],
    ['x'],
    [[]],
  ])('%j is no event', (event) => {
    expect(complaint(event)).not.toBeNull();
  });

  test('at most eight units', () => {
    const units = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`u${n}`, 'x']));
    expect(complaint({ ...metric, user: undefined, units })).toBeNull();
    expect(complaint({ ...metric, units })).toBe(': must name at most 8 units');
  });

  test('user and tenant win over units of the same name', () => {
    expect(unitsOf({ user: 'u', units: { user: 'other', device: 'd' } })).toEqual({ user: 'u', device: 'd' });
    expect(unitsOf({ tenant: 't' })).toEqual({ tenant: 't' });
  });

  test('a unit called __proto__ is nobody', () => {
    const hostile: unknown = JSON.parse(
      '{"id":"e","at":1,"kind":"metric","metric":"m","units":{"__proto__":"x"}}',
    );
    const parsed = eventInputSchema.safeParse(hostile);
    if (parsed.success) expect(Object.getPrototypeOf(unitsOf(parsed.data))).toBe(Object.prototype);
    expect({}).not.toHaveProperty('x');
  });
});

test('the total of a balance is the number of events', () => {
  expect(balanceTotal({})).toBe(0);
  expect(balanceTotal({ counted: 3, late: 1, 'rejected:unknown_flag': 2 })).toBe(6);
});
