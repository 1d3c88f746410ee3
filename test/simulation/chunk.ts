import { randomFrom } from './random.ts';
import type { Outcome } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/** A part of a scenario's runs; which worker does it does not matter, because the seed names the part. */
export interface Chunk {
  readonly scenario: number;
  readonly chunk: number;
  readonly runs: number;
  readonly seed: number;
}

export const RUNS_PER_CHUNK = 100;

export function runChunk({ scenario, chunk, runs, seed }: Chunk): Outcome[] {
  const random = randomFrom(seed, scenario, chunk);
  const simulated = scenarios[scenario];
  if (!simulated) throw new Error(`there is no scenario ${scenario}`);
  return Array.from({ length: runs }, () => simulated.simulate(random));
}

export function chunksOf(scenario: number, runs: number, seed: number): Chunk[] {
  const count = Math.ceil(runs / RUNS_PER_CHUNK);
  return Array.from({ length: count }, (_, chunk) => ({
    scenario,
    chunk,
    seed,
    runs: Math.min(RUNS_PER_CHUNK, runs - chunk * RUNS_PER_CHUNK),
  }));
}
