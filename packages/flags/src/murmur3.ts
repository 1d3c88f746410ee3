/**
 * MurmurHash3_x86_32 (Austin Appleby, public domain) over the UTF-8 bytes of a text, as an unsigned 32-bit integer.
 * Lone surrogates hash as U+FFFD, as every UTF-8 encoder writes them.
 */
export function murmur3(text: string, seed = 0): number {
  let hash = seed;
  let block = 0;
  let bytes = 0;
  const push = (byte: number) => {
    block |= byte << ((bytes & 3) << 3);
    bytes++;
    if ((bytes & 3) === 0) {
      hash = mix(hash, block);
      block = 0;
    }
  };
  for (let index = 0; index < text.length; index++) {
    let code = text.charCodeAt(index);
    if (code < 0x80) {
      push(code);
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = code < 0xdc00 ? text.charCodeAt(index + 1) : Number.NaN;
      if (low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        index++;
      } else {
        code = 0xfffd;
      }
    }
    if (code < 0x800) {
      push(0xc0 | (code >> 6));
    } else {
      if (code < 0x10000) {
        push(0xe0 | (code >> 12));
      } else {
        push(0xf0 | (code >> 18));
        push(0x80 | ((code >> 12) & 0x3f));
      }
      push(0x80 | ((code >> 6) & 0x3f));
    }
    push(0x80 | (code & 0x3f));
  }
  if ((bytes & 3) !== 0) hash ^= scramble(block);
  return finish(hash ^ bytes);
}

function scramble(block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

function mix(hash: number, block: number): number {
  const h = hash ^ scramble(block);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
