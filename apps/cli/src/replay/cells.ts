/** How a cell becomes a number or a time. What is not plainly one of them is refused, never guessed. */

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** A finite number, or TRUE/FALSE as 1/0; null for anything else ("1,5", "$3", "NaN", "0x10", ""). */
export function parseNumber(cell: string): number | null {
  if (NUMBER.test(cell)) {
    const value = Number(cell);
    // −0 and 0 are one value, so that they get one event id.
    return Number.isFinite(value) ? value + 0 : null;
  }
  const word = cell.length <= 5 ? cell.toLowerCase() : '';
  return word === 'true' ? 1 : word === 'false' ? 0 : null;
}

/** Digits after the point of the shortest decimal text of a number: 12.5 has 1, 1e-7 has 7. */
export function decimalsOf(value: number): number {
  if (Number.isInteger(value)) return 0;
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const fraction = mantissa.split('.')[1]?.length ?? 0;
  return Math.max(0, fraction - Number(exponent));
}

const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?$/;
const UNIX = /^\d{9,13}(?:\.\d{1,9})?$/;
/** A Unix time of this size is milliseconds: as seconds it would lie beyond the year 5000. */
const MILLISECONDS_FROM = 1e11;

/**
 * Milliseconds since 1970 of an ISO 8601 date or time (without a zone: UTC, so that no machine's own zone matters) or
 * of a Unix time in seconds or milliseconds; null for anything else.
 */
export function parseTime(cell: string): number | null {
  if (UNIX.test(cell)) {
    const unix = Number(cell);
    return Math.round(unix < MILLISECONDS_FROM ? unix * 1000 : unix);
  }
  const [matched, date = '', clock = '00:00', zone = 'Z'] = ISO.exec(cell) ?? [];
  if (matched === undefined) return null;
  const at = Date.parse(`${date}T${clock.replace(',', '.')}${zone === 'UTC' ? 'Z' : withColon(zone)}`);
  return Number.isNaN(at) || at < 0 ? null : at;
}

function withColon(zone: string): string {
  return zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
}
