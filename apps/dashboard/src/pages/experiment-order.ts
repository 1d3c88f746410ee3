import type { ExperimentItem, VerdictState } from '../api/types.ts';
import type { ExperimentFilter } from './experiment-filter.ts';

/** What a person must decide first; then what waits; then what is done. */
const ORDER: readonly VerdictState[] = [
  'guardrail_broken',
  'harm',
  'split_wrong',
  'ready',
  'stale',
  'no_data',
  'hold',
  'early',
  'learning',
  'shipped',
];
const DECIDE: ReadonlySet<VerdictState> = new Set(['guardrail_broken', 'harm', 'split_wrong', 'ready']);

export function inOrder(items: readonly ExperimentItem[]): ExperimentItem[] {
  return [...items].sort((a, b) => rank(a) - rank(b) || a.flag.name.localeCompare(b.flag.name));
}

function rank({ verdict }: ExperimentItem): number {
  const index = ORDER.indexOf(verdict.state);
  return index === -1 ? 0 : index;
}

export function belongs({ verdict }: ExperimentItem, filter: ExperimentFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'decide':
      return DECIDE.has(verdict.state);
    case 'live':
      return verdict.state === 'shipped';
    case 'running':
      return verdict.state !== 'shipped' && !DECIDE.has(verdict.state);
  }
}
