import type { Refusal, RefusalReason } from './row.ts';

/** The rows that do not count: all of them counted, the first ones kept. */
export interface Refusals {
  add(refusal: Refusal): void;
  readonly count: number;
  readonly byReason: Readonly<Partial<Record<RefusalReason, number>>>;
  /** The first MOST_KEPT, in the order of the file as far as it is known. */
  readonly first: readonly Refusal[];
}

export const MOST_KEPT = 1_000;
export const MOST_SAID = 20;

/** `onFirst` hears the first MOST_SAID. */
export function refusals(onFirst: (refusal: Refusal) => void): Refusals {
  const byReason: Partial<Record<RefusalReason, number>> = {};
  const first: Refusal[] = [];
  let count = 0;
  return {
    byReason,
    first,
    get count() {
      return count;
    },
    add(refusal) {
      count++;
      byReason[refusal.reason] = (byReason[refusal.reason] ?? 0) + 1;
      if (first.length < MOST_KEPT) first.push(refusal);
      if (count <= MOST_SAID) onFirst(refusal);
    },
  };
}
