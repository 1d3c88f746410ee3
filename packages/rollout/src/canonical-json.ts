/**
 * The one text of a JSON value: keys sorted, no spaces, numbers in their shortest form that reads back to the same double. Two values with
 * the same text are the same, so a hash of the text seals the value. Throws a TypeError on what JSON cannot hold, naming its path.
 */
export function canonicalJson(value: unknown, path = '$'): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${path} must be a finite number, got ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value))
    return `[${value.map((item, k) => canonicalJson(item, `${path}[${k}]`)).join(',')}]`;
  if (typeof value === 'object') {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field, `${path}.${key}`)}`);
    return `{${fields.join(',')}}`;
  }
  throw new TypeError(`${path} must be JSON, got ${typeof value}`);
}

/** The path of the first difference between two JSON values, or null when they are the same. */
export function firstDifference(a: unknown, b: unknown, path = '$'): string | null {
  if (isContainer(a) && isContainer(b) && Array.isArray(a) === Array.isArray(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const difference = firstDifference(Reflect.get(a, key), Reflect.get(b, key), `${path}.${key}`);
      if (difference !== null) return difference;
    }
    return null;
  }
  return a === undefined || b === undefined || canonicalJson(a) !== canonicalJson(b) ? path : null;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
