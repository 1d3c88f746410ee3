import {
  mergeMoments,
  momentsFromIntegers,
  momentsOf,
  replaceInMoments,
  variance,
  type Moments,
} from '@liftgate/stats';
import type { Case } from './load.ts';
import type { Tolerance } from './compare.ts';

interface MomentsInput {
  readonly values: number[];
  readonly state_a: Moments;
  readonly state_b: Moments;
  readonly state: Moments;
  readonly old: number;
  readonly new: number;
  readonly n: number;
  readonly sum: string;
  readonly sum_sq: string;
}

export function answerMoments({ kind, input: i }: Case<MomentsInput>): unknown {
  switch (kind) {
    case 'moments':
      return fields(momentsOf(i.values));
    case 'merge':
      return fields(mergeMoments(i.state_a, i.state_b));
    case 'replace':
      return fields(replaceInMoments(i.state, i.old, i.new));
    case 'integer_sums':
      return fields(momentsFromIntegers({ n: BigInt(i.n), s1: BigInt(i.sum), s2: BigInt(i.sum_sq) }, 0));
    default:
      return undefined;
  }
}

export function momentsTolerance({ id }: Case<MomentsInput>): (path: string) => Tolerance {
  const offset = Number(/^offset-(.*)$/.exec(id)?.[1] ?? 0);
  const varianceRel = offset >= 1e11 ? 1e-2 : offset >= 1e9 ? 1e-6 : 1e-9;
  // Squares of 1e-160 are denormal: finite and not negative is all that doubles can promise.
  if (id === 'tiny')
    return (path) => (path === 'm2' || path === 'variance' ? { rel: 1, abs: 1e-300 } : { rel: 1e-12 });
  return (path) => ({ rel: path === 'm2' || path === 'variance' ? varianceRel : 1e-12 });
}

function fields(m: Moments) {
  return { n: m.n, mean: m.mean, m2: m.m2, variance: variance(m), sum: m.n * m.mean };
}
