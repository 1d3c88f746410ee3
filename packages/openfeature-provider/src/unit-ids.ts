import { MAX_UNIT_LENGTH, unitOf, type EvaluationContext } from '@liftgate/flags';

/** As `unitIdSchema` of the flags, at the price of an evaluation. */
export function isUnitId(id: string): boolean {
  if (id.length === 0 || id.length > MAX_UNIT_LENGTH) return false;
  for (let index = 0; index < id.length; index++) {
    const code = id.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return false;
  }
  return true;
}

/** A context of unknown origin is not searched further than this for ids that may turn out to be units. */
const MAX_CANDIDATES = 32;

/** The ids the context has for these units, plus user and tenant. Without names (not known yet): every id it has. */
export function unitIdsOf(context: EvaluationContext, names?: readonly string[]): Record<string, string> {
  const wanted = names ?? Object.keys(context).slice(0, MAX_CANDIDATES);
  const ids: [string, string][] = [];
  for (const name of new Set(['user', 'tenant', ...wanted])) {
    const id = unitOf(name, context);
    if (id !== undefined && isUnitId(id)) ids.push([name, id]);
  }
  // Not an assignment: a unit may be called __proto__.
  return Object.fromEntries(ids);
}
