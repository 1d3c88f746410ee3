import { describe, expect, test } from 'vitest';
import { groupSequentialBounds } from '@liftgate/stats';
import { benefitLook, type BenefitLook } from '@liftgate/rollout';
import { chanceFrom } from '../src/random-counts.ts';

const alpha = 0.025;

/** Looks at these amounts of information, with these z; stops at the first benefit. */
function run(informations: readonly number[], z: (k: number) => number, plannedInformation = 100) {
  const before: BenefitLook[] = [];
  const bounds: (number | null)[] = [];
  for (const [k, information] of informations.entries()) {
    const last = k === informations.length - 1;
    const outcome = benefitLook({ before, information, plannedInformation, last, alpha, z: z(k) });
    if (outcome === null) continue;
    bounds.push(outcome.bound);
    before.push({ at: '2026-11-24T00:00:00Z', information, spent: outcome.spent, benefit: outcome.benefit });
  }
  return { bounds, looks: before };
}

test.each([[[0.2, 0.4, 0.6, 0.8, 1]], [[0.3, 0.35, 0.9, 1]]])(
  'with looks at %j of the planned information the bounds are those of the group sequential design',
  (fractions) => {
    const design = groupSequentialBounds({ fractions, alpha });
    const { bounds } = run(
      fractions.map((t) => 100 * t),
      () => 0,
    );
    expect(design.status).toBe('ok');
    if (design.status !== 'ok') return;
    design.bounds.forEach((bound, k) => expect(bounds[k]).toBeCloseTo(bound ?? 0, 6));
  },
);

test('one look at the end is the fixed test', () => {
  expect(run([250], () => 0).bounds[0]).toBeCloseTo(1.959964, 6);
});

test('without new information nothing is spent', () => {
  const { looks } = run([50, 50, 100], () => 0);
  expect(looks.map(({ information }) => information)).toEqual([50, 100]);
});

test('spending never falls, even where information did', () => {
  const { looks } = run([60, 40, 90], () => 0);
  expect(looks.map(({ spent }) => spent)).toEqual(looks.map(({ spent }) => spent).toSorted((a, b) => a - b));
  expect(looks.at(-1)?.spent).toBe(alpha);
});

// Traffic is never as planned: the error rate holds all the same.
describe.each([
  ['as planned', [30, 60, 100]],
  ['half of it at the horizon', [15, 30, 50]],
  ['far more of it', [60, 90, 180]],
  ['far more at the first look', [300]],
])('no effect, information %s', (_, informations) => {
  test('goes to everyone in at most 2.5 % of runs', () => {
    const chance = chanceFrom(20_261_124);
    // The bounds do not depend on z, so they are computed once.
    const { bounds } = run(informations, () => -9);
    const runs = 40_000;
    let shown = 0;
    for (let i = 0; i < runs; i++) {
      let score = 0;
      let before = 0;
      shown += informations.some((information, k) => {
        score += Math.sqrt(information - before) * chance.normal();
        before = information;
        return score / Math.sqrt(information) >= (bounds[k] ?? Infinity);
      })
        ? 1
        : 0;
    }
    // 0.025 ± 4 standard errors.
    expect(shown / runs).toBeGreaterThan(0.0219);
    expect(shown / runs).toBeLessThan(0.0281);
  });
});
