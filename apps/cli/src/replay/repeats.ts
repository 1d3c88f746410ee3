/**
 * Counts how often each content occurs without keeping all contents: a first pass over the file marks, in two
 * bitmaps of fixed size, the places that more than one content fell on; a second pass then counts only contents at
 * such a place and knows that all others occur once. Memory: 64 MB at most for the bitmaps, and 16 to 32 bytes for
 * each distinct content that is repeated (or, rarely, shares its place).
 */
export interface Repeats {
  /** First pass: this content occurs. */
  note(content: Place): void;
  /** Second pass: how many equal contents were seen before this one. */
  ordinal(content: Place): number;
}

/** 64 bits of a hash of the content. */
export interface Place {
  readonly high: number;
  readonly low: number;
}

const MOST_BITS = 2 ** 28;
const FEWEST_BITS = 2 ** 16;

/** `expected` contents in all, roughly: the bitmaps are sized for it. */
export function repeatsFor(expected: number): Repeats {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, expected) * 16));
  const bits = Math.min(MOST_BITS, Math.max(FEWEST_BITS, wanted));
  const once = new Uint32Array(bits / 32);
  const again = new Uint32Array(bits / 32);
  const counts = countTable();

  const wordOf = ({ high }: Place) => (high & (bits - 1)) >>> 5;
  const marked = (map: Uint32Array, at: Place) => ((map[wordOf(at)] ?? 0) & maskOf(at)) !== 0;
  const mark = (map: Uint32Array, at: Place) => {
    map[wordOf(at)] = (map[wordOf(at)] ?? 0) | maskOf(at);
  };
  return {
    note: (content) => mark(marked(once, content) ? again : once, content),
    ordinal: (content) => (marked(again, content) ? counts.next(content) : 0),
  };
}

function maskOf({ high }: Place): number {
  return 1 << (high & 31);
}

/** An open hash table in typed arrays: 12 bytes a slot, at most two thirds full. */
function countTable() {
  let capacity = 1 << 12;
  let used = 0;
  let high = new Uint32Array(capacity);
  let low = new Uint32Array(capacity);
  let count = new Uint32Array(capacity);

  const slotOf = (content: Place): number => {
    let slot = (content.low ^ (content.high >>> 7)) & (capacity - 1);
    while (count[slot] !== 0 && (high[slot] !== content.high || low[slot] !== content.low))
      slot = (slot + 1) & (capacity - 1);
    return slot;
  };
  const put = (content: Place, times: number) => {
    const slot = slotOf(content);
    high[slot] = content.high;
    low[slot] = content.low;
    count[slot] = times;
  };
  const grow = () => {
    const old = { high, low, count };
    capacity *= 2;
    high = new Uint32Array(capacity);
    low = new Uint32Array(capacity);
    count = new Uint32Array(capacity);
    old.count.forEach((times, slot) => {
      if (times > 0) put({ high: old.high[slot] ?? 0, low: old.low[slot] ?? 0 }, times);
    });
  };
  return {
    /** How often it was counted before; counts it. */
    next(content: Place): number {
      const before = count[slotOf(content)] ?? 0;
      if (before === 0 && ++used > (capacity * 2) / 3) grow();
      put(content, before + 1);
      return before;
    },
  };
}
