import { describe, expect, it } from 'vitest';
import { balanceLine, eventBalance } from 'liftgate';

const before = { counted: 100, duplicate: 5 };

describe('the balance of a replay', () => {
  it('explains every event by where it ended since the replay began', () => {
    const balance = eventBalance(
      before,
      { counted: 108, duplicate: 6, late: 1 },
      { events: 11, accepted: 10, refused: 1 },
    );
    expect(balance).toMatchObject({
      ended: { counted: 8, duplicate: 1, late: 1 },
      redelivered: 0,
      unexplained: 0,
    });
    expect(balanceLine(balance)).toBe('sent 11 = counted 8 + duplicate 1 + late 1 + refused 1');
  });

  it('an event that is nowhere is unexplained', () => {
    const balance = eventBalance(
      before,
      { counted: 109, duplicate: 5 },
      { events: 10, accepted: 10, refused: 0 },
    );
    expect(balance.unexplained).toBe(1);
    expect(balanceLine(balance)).toBe('sent 10 = counted 9 + UNEXPLAINED 1');
  });

  it('an event that the server answered nothing about is unexplained', () => {
    const balance = eventBalance({}, { counted: 8 }, { events: 10, accepted: 8, refused: 1 });
    expect(balance.unexplained).toBe(1);
  });

  it('what arrived once more is explained as long as it was counted as a duplicate', () => {
    const sent = { events: 10, accepted: 10, refused: 0 };
    const twice = eventBalance(before, { counted: 110, duplicate: 15 }, sent);
    expect(twice).toMatchObject({ redelivered: 10, unexplained: 0 });
    expect(balanceLine(twice)).toBe('sent 10 + sent again 10 = counted 10 + duplicate 10');
    const strange = eventBalance(before, { counted: 112, duplicate: 5 }, sent);
    expect(strange.unexplained).toBe(-2);
    expect(balanceLine(strange)).toBe('sent 10 = counted 12 + UNEXPLAINED \u22122');
  });

  it('events of an earlier replay that moved, from counted to quarantined, leave it even', () => {
    const balance = eventBalance(
      { counted: 3 },
      { counted: 2, quarantined: 2 },
      { events: 1, accepted: 1, refused: 0 },
    );
    expect(balance.unexplained).toBe(0);
  });
});
