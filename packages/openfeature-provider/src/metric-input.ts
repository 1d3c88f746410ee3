import { FLAG_KEY, type EvaluationContext } from '@liftgate/flags';
import type { FlagTable } from './flag-table.ts';
import { candidateNames, unitIdsOf } from './unit-ids.ts';

// What an application passes to `track` may be anything: it is read here once, and nothing thrown leaves this file.

/** The metric and its value, or why they are refused. */
export function parseMetric(
  metric: unknown,
  details: { readonly value?: unknown } | null,
): { metric: string; value: number } | 'notFinite' | 'invalid' {
  try {
    const value = details?.value ?? 1;
    if (typeof metric !== 'string' || !FLAG_KEY.test(metric) || typeof value !== 'number') return 'invalid';
    return Number.isFinite(value) ? { metric, value } : 'notFinite';
  } catch {
    return 'invalid';
  }
}

/** The ids that the event is to carry; undefined when the context cannot be read. */
export function readUnits(
  context: EvaluationContext,
  table: FlagTable | undefined,
): Record<string, string> | undefined {
  try {
    return unitIdsOf(context, table === undefined ? candidateNames(context) : table.idNames);
  } catch {
    return undefined;
  }
}
