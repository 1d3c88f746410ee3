import { hash } from 'node:crypto';

/**
 * Where the ids of replayed events come from.
 *
 * An event's id is a hash of what it says: flag, unit, `exposure` or metric, time column, value. So the same file sent
 * twice gives the same ids, in whatever order its rows stand and whichever other columns it has. A unit may say the
 * same thing several times (three purchases of $5): the k-th of these gets k into its id. Which of three equal rows is
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

/** 64 bits of the content, to find equal ones. */
export function fingerprint(content: EventContent): Fingerprint {
  const digest = hash('sha256', textOf(content), 'buffer');
  return { high: digest.readUInt32LE(0), low: digest.readUInt32LE(4) };
}

export interface Fingerprint {
  readonly high: number;
  readonly low: number;
}

/** The id of the k-th event with this content. */
export function eventId(content: EventContent, k: number): string {
  return hash('sha256', `${textOf(content)}\n${k}`, 'base64url').slice(0, 22);
}

/** Ids cannot hold a line break, so no two contents have one text. */
function textOf({ flag, unit, metric, at, value }: EventContent): string {
  return `${flag}\n${unit}\n${metric}\n${at}\n${value}`;
}
