/** Sequence numbers from one to another, both included. */
export type SequenceRange = readonly [from: number, to: number];

/**
 * Which sequence numbers of a producer are applied: all up to `base`, and the ranges beyond it, in order and apart. Its
 * size grows with the gaps that are open, not with the traffic.
 */
export interface ProducerProgress {
  readonly base: number;
  readonly beyond: readonly SequenceRange[];
  /** When its newest entry came, in milliseconds by the stream's ids: a producer long silent is forgotten. */
  readonly seenMs: number;
}

/** More open gaps than this, and the oldest counts as never to be filled. A connection re-sends in order: 0 or 1 is usual. */
const MAX_GAPS = 64;
/** Nobody sends an entry again after so long. */
export const PRODUCER_FORGOTTEN_MS = 7 * 24 * 60 * 60 * 1000;

/** Null when the sequence number is applied already; else the progress with it. */
export function advance(
  progress: ProducerProgress | undefined,
  sequence: number,
  atMs: number,
): ProducerProgress | null {
  const { base, beyond, seenMs } = progress ?? { base: 0, beyond: [], seenMs: 0 };
  if (sequence <= base || beyond.some(([from, to]) => from <= sequence && sequence <= to)) return null;
  let from = sequence;
  let to = sequence;
  const apart: SequenceRange[] = [];
  for (const range of beyond) {
    if (range[1] === from - 1) from = range[0];
    else if (range[0] === to + 1) to = range[1];
    else apart.push(range);
  }
  const seen = { seenMs: Math.max(seenMs, atMs) };
  if (from === base + 1) return { base: to, beyond: apart, ...seen };
  const ranges = [...apart, [from, to] as const].sort((a, b) => a[0] - b[0]);
  const [oldest, ...rest] = ranges;
  if (ranges.length > MAX_GAPS && oldest !== undefined) return { base: oldest[1], beyond: rest, ...seen };
  return { base, beyond: ranges, ...seen };
}

/** Progress is stored as "base|from-to,from-to|seen". */
export function progressText({ base, beyond, seenMs }: ProducerProgress): string {
  return `${base}|${beyond.map(([from, to]) => `${from}-${to}`).join(',')}|${seenMs}`;
}

export function parseProgress(text: string): ProducerProgress {
  const [base = '0', beyond = '', seenMs = '0'] = text.split('|');
  return {
    base: Number(base),
    beyond: beyond === '' ? [] : beyond.split(',').map(parseRange),
    seenMs: Number(seenMs),
  };
}

function parseRange(text: string): SequenceRange {
  const [from = '0', to = from] = text.split('-');
  return [Number(from), Number(to)];
}
