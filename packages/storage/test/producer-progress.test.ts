import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advance, parseProgress, progressText, type ProducerProgress } from '@liftgate/storage';

/** Takes sequence numbers in one after another; the numbers that were new. */
function takenIn(sequences: readonly number[]): { progress: ProducerProgress | undefined; fresh: number[] } {
  let progress: ProducerProgress | undefined;
  const fresh: number[] = [];
  for (const sequence of sequences) {
    const next = advance(progress, sequence, sequence);
    if (next === null) continue;
    fresh.push(sequence);
    // Whatever is in between is stored.
    progress = parseProgress(progressText(next));
  }
  return { progress, fresh };
}

const sequences = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 200 });

test('each sequence number is new exactly once, in whatever order and how often it comes', () => {
  fc.assert(
    fc.property(sequences, (given) => {
      expect(takenIn(given).fresh).toEqual([...new Set(given)]);
    }),
  );
});

test('the same set leaves the same progress, whatever the order', () => {
  fc.assert(
    fc.property(sequences, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (given, keys) => {
      const shuffled = given
        .map((sequence) => [keys.next().value ?? 0, sequence] as const)
        .sort(([a], [b]) => a - b)
        .map(([, sequence]) => sequence);
      expect(takenIn(shuffled).progress).toEqual(takenIn(given).progress);
    }),
  );
});

test('the progress is the base and the ranges beyond it: no range touches another or the base', () => {
  fc.assert(
    fc.property(sequences, (given) => {
      const { progress } = takenIn(given);
      if (progress === undefined) return;
      const members = new Set(given);
      for (let n = 1; n <= progress.base; n++) expect(members.has(n)).toBe(true);
      let edge = progress.base;
      for (const [from, to] of progress.beyond) {
        expect(from).toBeGreaterThan(edge + 1);
        expect(to).toBeGreaterThanOrEqual(from);
        for (let n = from; n <= to; n++) expect(members.has(n)).toBe(true);
        edge = to;
      }
      const covered = progress.beyond.reduce((sum, [from, to]) => sum + to - from + 1, progress.base);
      expect(covered).toBe(members.size);
    }),
  );
});

test('a number that never comes costs a few bytes, not one for each that follows', () => {
  const { progress } = takenIn(Array.from({ length: 5_000 }, (_, index) => index + (index < 10 ? 1 : 2)));
  expect(progress).toMatchObject({ base: 10, beyond: [[12, 5_001]] });
});

test('more gaps than anybody makes are closed from the oldest on', () => {
  const { progress } = takenIn(Array.from({ length: 1_000 }, (_, index) => 2 * index + 2));
  expect(progress?.beyond.length).toBe(64);
  expect(progress?.base).toBeGreaterThan(1_800);
  expect(progressText(progress as ProducerProgress).length).toBeLessThan(1_000);
});
