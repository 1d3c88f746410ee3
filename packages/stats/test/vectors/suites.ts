import { differences, type Tolerance } from './compare.ts';
import { loadCases, type Case } from './load.ts';
import { answerDistribution, distributionTolerance } from './distributions.ts';
import { answerEdge, edgeTolerance } from './edge.ts';
import { answerMargins } from './margins.ts';
import { answerMoments, momentsTolerance } from './moments.ts';
import { answerProportions } from './proportions.ts';
import { answerRelativeLift, answerWelch } from './means.ts';
import { answerSampleRatio, sampleRatioTolerance } from './sample-ratio.ts';
import { answerBayes, bayesTolerance } from './bayes.ts';
import { answerCuped, answerRatio } from './bivariate.ts';
import { answerGroupSequential } from './group-sequential.ts';
import { answerDollar, answerWinsor } from './money.ts';
import { answerMultiple } from './multiplicity.ts';
import { answerPower } from './planning.ts';
import { answerQuantile, answerQuantileSequence } from './quantiles.ts';
import { answerSequential, sequentialTolerance } from './sequential.ts';

type Tolerances = (path: string) => Tolerance;

/** One file of reference cases and how the library answers it. */
export interface Suite {
  readonly file: string;
  readonly run: () => { readonly ran: number; readonly of: number; readonly failures: string[] };
}

/** `answer` gives the library's answer in the shape of the file, undefined where it has none. */
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

export const suites: readonly Suite[] = [
  suite('moments', answerMoments, momentsTolerance),
  suite('distributions', answerDistribution, distributionTolerance),
  suite('welch', answerWelch, within(1e-9)),
  suite('proportions', answerProportions, within(1e-9, 1e-12)),
  suite('relative_lift', answerRelativeLift, within(1e-9)),
  suite('relative_margin', answerMargins, within(1e-8, 1e-9)),
  suite('srm', answerSampleRatio, sampleRatioTolerance),
  suite('sequential', answerSequential, sequentialTolerance),
  suite('cuped', answerCuped, within(1e-9)),
  suite('ratio', answerRatio, within(1e-9)),
  suite('quantile', answerQuantile, within(1e-9)),
  suite('av_quantile', answerQuantileSequence, within(0)),
  suite('group_sequential', answerGroupSequential, within(0, 1e-5)),
  suite('bayes', answerBayes, bayesTolerance),
  suite('multiple', answerMultiple, within(1e-12, 1e-15)),
  suite('power', answerPower, within(1e-9)),
  suite('winsor', answerWinsor, within(1e-9)),
  suite('dollar', answerDollar, within(1e-9)),
  suite('edge', answerEdge, edgeTolerance),
];
