import { describe, expect, it } from 'vitest';
import { differences, type Tolerance } from './vectors/compare.ts';
import { haveVectors, loadCases, vectorDirectory, type Case } from './vectors/load.ts';
import { answerDistribution, distributionTolerance } from './vectors/distributions.ts';
import { answerEdge, edgeTolerance } from './vectors/edge.ts';
import { answerMargins } from './vectors/margins.ts';
import { answerMoments, momentsTolerance } from './vectors/moments.ts';
import { answerProportions } from './vectors/proportions.ts';
import { answerRelativeLift, answerWelch } from './vectors/means.ts';
import { answerSampleRatio, sampleRatioTolerance } from './vectors/sample-ratio.ts';
import { answerSequential, sequentialTolerance } from './vectors/sequential.ts';

type Tolerances = (path: string) => Tolerance;

interface Suite {
  readonly file: string;
  readonly run: () => { readonly ran: number; readonly of: number; readonly failures: string[] };
}

/** `answer` gives the library's answer in the shape of the file, undefined where the library has none yet. */
function suite<Input, Output>(
  file: string,
  answer: (vector: Case<Input, Output>) => unknown,
  tolerance: (vector: Case<Input, Output>) => Tolerances,
): Suite {
  return {
    file,
    run: () => {
      const cases = loadCases<Input, Output>(file);
      const answered = cases
        .map((vector) => ({ vector, actual: answer(vector) }))
        .filter((a) => a.actual !== undefined);
      const failures = answered.flatMap(({ vector, actual }) =>
        differences(vector.output, actual, tolerance(vector)).map(
          (difference) => `${vector.id}: ${difference}`,
        ),
      );
      return { ran: answered.length, of: cases.length, failures };
    },
  };
}

const within =
  (rel: number, abs = 0): (() => Tolerances) =>
  () =>
  () => ({ rel, abs });

const suites = [
  suite('moments', answerMoments, momentsTolerance),
  suite('distributions', answerDistribution, distributionTolerance),
  suite('welch', answerWelch, within(1e-9)),
  suite('proportions', answerProportions, within(1e-9, 1e-12)),
  suite('relative_lift', answerRelativeLift, within(1e-9)),
  suite('relative_margin', answerMargins, within(1e-8, 1e-9)),
  suite('srm', answerSampleRatio, sampleRatioTolerance),
  suite('sequential', answerSequential, sequentialTolerance),
  suite('edge', answerEdge, edgeTolerance),
];

if (!haveVectors) console.log(`reference vectors skipped: ${vectorDirectory} does not exist`);

describe.skipIf(!haveVectors)('the library agrees with the reference vectors', () => {
  for (const { file, run } of suites) {
    it(`${file}.json`, () => {
      const { ran, of, failures } = run();
      console.log(`${file}.json: ${ran} of ${of} cases ran, ${failures.length} differences`);
      expect(failures).toEqual([]);
      expect(ran).toBeGreaterThan(0);
    });
  }
});
