import { hash } from 'node:crypto';

/**
 * Where the ids of replayed events come from.
 *
 * An event's id is a hash of what it says: flag, unit, `exposure` or metric, time column, value. So the same file sent
 * twice gives the same ids, in whatever order its rows stand and whichever other columns it has. A unit may say the
 * same thing several times (three purchases of $5): the k-th of these gets k − 1 at the end of its id. Which of three equal rows is
 * "the second" does not matter, because they are equal.
 */
export interface EventContent {
  readonly flag: string;
  readonly unit: string;
  /** The metric, or empty for the exposure. */
  readonly metric: string;
  /** Milliseconds since 1970, or empty without a time column: the time is then the flag's. */
  readonly at: number | '';
  readonly value: number | string;
}

/** A content in brief, to find equal ones: 128 bits of SHA-256. */
export interface Fingerprint {
  readonly high: number;
  readonly low: number;
  readonly digest: Buffer;
}

export function fingerprint(content: EventContent): Fingerprint {
  const digest = hash('sha256', textOf(content), 'buffer').subarray(0, 16);
  return { high: digest.readUInt32LE(0), low: digest.readUInt32LE(4), digest };
}

/** The id of the k-th event with this content, from 0. */
export function eventId({ digest }: Fingerprint, k: number): string {
  const id = digest.toString('base64url');
  return k === 0 ? id : `${id}.${k}`;
}

/** Ids cannot hold a line break, so no two contents have one text. */
function textOf({ flag, unit, metric, at, value }: EventContent): string {
  return `${flag}\n${unit}\n${metric}\n${at}\n${value}`;
}
