import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { murmur3 } from '@liftgate/flags';

describe('murmur3', () => {
  // Seeds and hashes published by Ian Boyd ("MurmurHash3 test vectors", Stack Overflow 14747343).
  test.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['\0', 0, 0x514e28b7],
    ['\0\0', 0, 0x30f4c306],
    ['\0\0\0', 0, 0x85f0b427],
    ['\0\0\0\0', 0, 0x2362f9de],
    ['a', 0x9747b28c, 0x7fa09ea6],
    ['aa', 0x9747b28c, 0x5d211726],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['ab', 0x9747b28c, 0x74875592],
    ['abc', 0x9747b28c, 0xc84a62dd],
    ['abcd', 0x9747b28c, 0xf0478627],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['ππππππππ', 0x9747b28c, 0xd58063c1],
    ['a'.repeat(256), 0x9747b28c, 0x37405bdc],
  ])('hashes %j with seed %s as Ian Boyd publishes', (text, seed, hash) => {
    expect(murmur3(text, seed)).toBe(hash);
  });

  // From Wikipedia's article "MurmurHash".
  test.each([
    ['test', 0, 0xba6bd213],
    ['test', 0x9747b28c, 0x704b81dc],
    ['Hello, world!', 0, 0xc0363e43],
    ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ])('hashes %j with seed %s as Wikipedia publishes', (text, seed, hash) => {
    expect(murmur3(text, seed)).toBe(hash);
  });

  test('the byte-wise oracle of this test has the verification value of SMHasher, Austin Appleby 2011', () => {
    const hashes = new Uint8Array(256 * 4);
    const view = new DataView(hashes.buffer);
    for (let length = 0; length < 256; length++) {
      const key = Uint8Array.from({ length }, (_, byte) => byte);
      view.setUint32(length * 4, oracle(key, 256 - length), true);
    }
    expect(oracle(hashes, 0)).toBe(0xb0f57ee3);
  });

  test.each([
    'Zoë',
    '大阪',
    '🦊🦊',
    'a🦊',
    '\ud800',
    '\udc00',
    'x\ud83e',
    '\udd8a\ud83e',
    '\ud83e\ud83e\udd8a',
    '\uffff',
    '\u07ff\u0800',
    'é'.repeat(65),
  ])('hashes the UTF-8 bytes of %j', (text) => {
    expect(murmur3(text)).toBe(oracle(new TextEncoder().encode(text), 0));
  });

  test('hashes the UTF-8 bytes of any text, lone surrogates included, with any seed', () => {
    const unit = fc.oneof(
      fc.integer({ min: 0, max: 0x7f }),
      fc.integer({ min: 0, max: 0xffff }),
      fc.integer({ min: 0xd7ff, max: 0xe000 }),
    );
    const text = fc.array(unit, { maxLength: 24 }).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 0xffffffff }), (text, seed) => {
        expect(murmur3(text, seed)).toBe(oracle(Buffer.from(text), seed));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** MurmurHash3_x86_32 over bytes, in big integers: slow and plain. */
function oracle(bytes: Uint8Array, seed: number): number {
  const MASK = 0xffffffffn;
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (32n - by))) & MASK;
  const scramble = (k: bigint) => (rotate((k * 0xcc9e2d51n) & MASK, 15n) * 0x1b873593n) & MASK;
  let hash = BigInt(seed);
  const whole = bytes.length - (bytes.length % 4);
  for (let i = 0; i < bytes.length; i += 4) {
    let block = 0n;
    for (let j = Math.min(i + 4, bytes.length) - 1; j >= i; j--) block = block * 256n + BigInt(bytes[j] ?? 0);
    hash ^= scramble(block);
    if (i < whole) hash = (rotate(hash, 13n) * 5n + 0xe6546b64n) & MASK;
  }
  hash ^= BigInt(bytes.length);
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & MASK;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & MASK;
  return Number(hash ^ (hash >> 16n));
}
