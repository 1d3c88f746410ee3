import { describe, expect, it } from 'vitest';
import { chunksOf, runChunk } from './chunk.ts';
import { rowOf } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/**
 * A short, seeded version of `pnpm simulate`: a bar that is missed by more than one Monte-Carlo error fails. The full table is in
 * docs/statistics.md.
 */
const SEED = 20_260;

describe('operating characteristics, in brief', () => {
  for (const [index, scenario] of scenarios.entries()) {
    it(scenario.name, { timeout: 120_000 }, () => {
      const runs = scenario.briefRuns ?? Math.max(100, Math.round(scenario.runs / 50));
      const outcomes = chunksOf(index, runs, SEED).flatMap(runChunk);
      for (const rule of scenario.rows) {
        expect(rowOf(rule, outcomes, 1)).toMatchObject({ what: rule.what, holds: true });
      }
    });
  }

  it('the same seed gives the same outcomes, another seed others', () => {
    const of = (seed: number) => chunksOf(0, 100, seed).flatMap(runChunk);
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});
