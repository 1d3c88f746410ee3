import { groupSequentialBounds, type Spending } from '@liftgate/stats';
import type { Case } from './load.ts';

export interface GroupSequentialInput {
  readonly information_fractions: number[];
  readonly alpha_one_sided: number;
  readonly spending: 'obf' | 'pocock' | 'power';
  readonly phi: number | null;
}

export function answerGroupSequential({ input: i }: Case<GroupSequentialInput>): unknown {
  const r = groupSequentialBounds({
    fractions: i.information_fractions,
    alpha: i.alpha_one_sided,
    spending: spendingOf(i),
  });
  if (r.status !== 'ok') return r;
  return { cumulative_alpha: r.cumulativeAlpha, z_bounds: r.bounds.map((bound) => bound ?? Infinity) };
}

function spendingOf({ spending, phi }: GroupSequentialInput): Spending {
  if (spending === 'power') return { kind: 'power', phi: phi ?? 1 };
  return { kind: spending === 'obf' ? 'obrien_fleming' : 'pocock' };
}
