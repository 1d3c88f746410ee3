import { MAX_UNIT_LENGTH, unitOf, type EvaluationContext } from '@liftgate/flags';

/** As `unitIdSchema` of the flags, at the price of an evaluation. */
export function isUnitId(id: string): boolean {
  if (id.length === 0 || id.length > MAX_UNIT_LENGTH) return false;
  for (let index = 0; index < id.length; index++) {
    const code = id.codePointAt(index) ?? 0;
    if (code < 0x20 || code === 0x7f) return false;
    if (code >= 0xd800 && code <= 0xdfff) return false; // half a surrogate pair
    if (code > 0xffff) index++;
  }
  return true;
}

/** A context of unknown origin is not searched further than this for ids that may turn out to be units. */
const MAX_CANDIDATES = 32;

/** Unit names by which a context is asked for ids while the flags are not known: everything it has. */
export function candidateNames(context: EvaluationContext): string[] {
  return ['user', 'tenant', ...Object.keys(context).slice(0, MAX_CANDIDATES)];
}

/** The valid ids the context has under these names. */
export function unitIdsOf(context: EvaluationContext, names: readonly string[]): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const name of names) {
    const id = unitOf(name, context);
    if (id !== undefined && isUnitId(id)) ids[name] = id;
  }
  return ids;
}
