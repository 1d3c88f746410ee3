const LONGEST = 80;

/** What is wrong, with the value as it arrived, unless it is said already: `alpha must be below 0.5, got 2`. */
export function withValue(message: string, value: unknown): string {
  const text = shown(value);
  return message.endsWith(`got ${text}`) || message.startsWith(text) ? message : `${message}, got ${text}`;
}

/** The part of an input that a schema's complaint is about. */
export function valueAt(path: readonly PropertyKey[], input: unknown): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? Reflect.get(value, part)
        : undefined,
    input,
  );
}

/** A value short enough for a message. */
function shown(value: unknown): string {
  // JSON has no Infinity, though 1e999 is read as one.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}…` : text;
}
