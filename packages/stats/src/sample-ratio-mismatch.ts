import { chiSquareSf } from './chi-square-distribution.ts';
import { pFromLogE } from './confidence-sequence.ts';
import {
  complainUnlessCount,
  complainUnlessNotNegative,
  complainUnlessPositive,
  firstComplaint,
  type InvalidInput,
  unlessOverflow,
} from './input.ts';
import { deviance, stirlingError } from './log-gamma.ts';

export type SampleRatioMismatch =
  | { readonly status: 'ok'; readonly chiSquare: number; readonly df: number; readonly p: number }
  | { readonly status: 'insufficient_data' }
  /** Units in an arm that should get none. */
  | { readonly status: 'impossible_assignment'; readonly p: 0 }
  | InvalidInput;

export type SequentialSampleRatioMismatch =
  | { readonly status: 'ok'; readonly logBayesFactor: number; readonly p: number }
  /** No stratum splits its units between two arms. */
  | { readonly status: 'insufficient_data' }
  | { readonly status: 'impossible_assignment'; readonly p: 0 }
  | InvalidInput;

export interface AssignmentCounts {
  /** Units per arm so far. */
  readonly observed: readonly number[];
  /** The intended split, in any scale. */
  readonly weights: readonly number[];
}

/** Pearson's chi-square of the arms' sizes against the intended split, for one final report. Arms of weight 0 are left out of df. */
export function sampleRatioMismatch(
  observed: readonly number[],
  weights: readonly number[],
): SampleRatioMismatch {
  const invalid = checkCounts({ observed, weights });
  if (invalid) return invalid;
  if (isImpossible({ observed, weights })) return { status: 'impossible_assignment', p: 0 };
  const arms = armsOf({ observed, weights });
  const total = sum(arms.map((arm) => arm.count));
  if (total === 0) return { status: 'insufficient_data' };
  const chiSquare = sum(
    arms.map(({ count, share }) => (count - total * share) * ((count - total * share) / (total * share))),
  );
  const df = arms.length - 1;
  return unlessOverflow({
    status: 'ok' as const,
    chiSquare,
    df,
    p: df === 0 ? 1 : chiSquareSf(chiSquare, df),
  });
}

/**
 * Sequential test of the split: the Bayes factor of a Dirichlet-multinomial around the intended split against the split itself.
 * It is an e-process, so 1/BF may be watched after every unit; strata (stages) multiply. It depends only on the cumulative counts.
 * `p` is min(1, 1/BF) now; the always-valid p-value is the smallest so far. A mismatch is called at p < 0.001.
 * `concentration` (10,000) is how close to the intended split a real mismatch is expected to be.
 * Source: Lindon and Malek, Anytime-valid inference for multinomial count data (2022).
 */
export function sequentialSampleRatioMismatch(
  strata: readonly AssignmentCounts[],
  { concentration = 10_000 }: { readonly concentration?: number } = {},
): SequentialSampleRatioMismatch {
  const invalid = firstComplaint(complainUnlessPositive('concentration', concentration));
  if (invalid) return invalid;
  for (const stratum of strata) {
    const invalidStratum = checkCounts(stratum);
    if (invalidStratum) return invalidStratum;
  }
  if (strata.some(isImpossible)) return { status: 'impossible_assignment', p: 0 };
  const split = strata.map(armsOf).filter((arms) => arms.length > 1);
  if (split.length === 0) return { status: 'insufficient_data' };
  const logBayesFactor = sum(split.map((arms) => logBayesFactorOf(arms, concentration)));
  return unlessOverflow({ status: 'ok' as const, logBayesFactor, p: pFromLogE(logBayesFactor) });
}

interface Arm {
  readonly count: number;
  readonly share: number;
}

/**
 * ln Γ(K) − ln Γ(K + N) + Σ[ln Γ(Kw + n) − ln Γ(Kw)] − Σ n ln w, with Stirling's terms cancelled on paper:
 * what remains are the deviances of the posterior counts and small corrections, so that it is exact to 1e-9 at 10⁹ units too.
 */
function logBayesFactorOf(arms: readonly Arm[], concentration: number): number {
  const total = concentration + sum(arms.map((arm) => arm.count));
  const perArm = arms.map(({ count, share }) => {
    const prior = concentration * share;
    const posterior = prior + count;
    return (
      deviance(posterior, total * share) +
      0.5 * Math.log(prior / posterior) +
      stirlingError(posterior) -
      stirlingError(prior)
    );
  });
  return (
    sum(perArm) + 0.5 * Math.log(total / concentration) + stirlingError(concentration) - stirlingError(total)
  );
}

function armsOf({ observed, weights }: AssignmentCounts): Arm[] {
  const total = sum(weights);
  return weights.flatMap((weight, i) =>
    weight > 0 ? [{ count: observed[i] ?? 0, share: weight / total }] : [],
  );
}

function isImpossible({ observed, weights }: AssignmentCounts): boolean {
  return weights.some((weight, i) => weight === 0 && (observed[i] ?? 0) > 0);
}

function checkCounts({ observed, weights }: AssignmentCounts): InvalidInput | null {
  return firstComplaint(
    observed.length === weights.length
      ? null
      : `observed and weights must have one entry per arm, got ${observed.length} and ${weights.length}`,
    ...observed.map((count, i) => complainUnlessCount(`observed[${i}]`, count)),
    ...weights.map((weight, i) => complainUnlessNotNegative(`weights[${i}]`, weight)),
    complainUnlessPositive('the sum of weights', sum(weights)),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
