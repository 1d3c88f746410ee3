export interface Tolerance {
  readonly rel: number;
  readonly abs?: number;
}

/** What differs between the expected fields and the answer; fields that only the answer has are not looked at. */
export function differences(
  expected: unknown,
  actual: unknown,
  tolerance: (path: string) => Tolerance,
  path = '',
): string[] {
  if (expected === null)
    return actual === null || actual === undefined ? [] : [`${path}: expected null, got ${show(actual)}`];
  if (typeof expected === 'number') return compareNumbers(expected, actual, tolerance(path), path);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return [`${path}: expected ${expected.length} items, got ${show(actual)}`];
    }
    return expected.flatMap((item, i) => differences(item, actual[i], tolerance, `${path}[${i}]`));
  }
  if (typeof expected === 'object') {
    if (actual === null || typeof actual !== 'object')
      return [`${path}: expected an object, got ${show(actual)}`];
    const fields: Record<string, unknown> = { ...actual };
    return Object.entries(expected).flatMap(([key, item]) =>
      differences(item, fields[key], tolerance, path === '' ? key : `${path}.${key}`),
    );
  }
  return Object.is(expected, actual) ? [] : [`${path}: expected ${show(expected)}, got ${show(actual)}`];
}

function compareNumbers(
  expected: number,
  actual: unknown,
  { rel, abs = 0 }: Tolerance,
  path: string,
): string[] {
  if (typeof actual !== 'number') return [`${path}: expected ${expected}, got ${show(actual)}`];
  if (expected === actual) return [];
  const error = Math.abs(actual - expected);
  if (error <= Math.max(rel * Math.abs(expected), abs)) return [];
  return [
    `${path}: expected ${expected}, got ${actual} (relative error ${(error / Math.abs(expected)).toExponential(1)})`,
  ];
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined';
}
