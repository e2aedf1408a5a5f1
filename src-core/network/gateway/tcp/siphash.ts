/** A number of 64 bits as two halves, as JavaScript reckons with 32 bits. */
interface Word {
  high: number;
  low: number;
}

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a short hash that nobody computes without the key.
 * @param key 16 bytes
 * @returns the lower 32 bits of the hash, unsigned
 */
export function sipHash(key: Uint8Array, message: Uint8Array): number {
  const [k0, k1] = [wordAt(key, 0, 8), wordAt(key, 8, 16)];
  const state: readonly [Word, Word, Word, Word] = [
    { high: k0.high ^ 0x736f6d65, low: k0.low ^ 0x70736575 },
    { high: k1.high ^ 0x646f7261, low: k1.low ^ 0x6e646f6d },
    { high: k0.high ^ 0x6c796765, low: k0.low ^ 0x6e657261 },
    { high: k1.high ^ 0x74656462, low: k1.low ^ 0x79746573 },
  ];
  const whole = message.length & ~7;
  for (let at = 0; at < whole; at += 8) compress(state, wordAt(message, at, at + 8));
  const last = wordAt(message, whole, message.length);
  last.high |= message.length << 24;
  compress(state, last);
  state[2].low ^= 0xff;
  for (let round = 0; round < 4; round++) sipRound(state);
  return (state[0].low ^ state[1].low ^ state[2].low ^ state[3].low) >>> 0;
}

function compress(state: readonly [Word, Word, Word, Word], word: Word): void {
  xor(state[3], word);
  sipRound(state);
  sipRound(state);
  xor(state[0], word);
}

function sipRound([v0, v1, v2, v3]: readonly [Word, Word, Word, Word]): void {
  add(v0, v1);
  rotate(v1, 13);
  xor(v1, v0);
  swap(v0);
  add(v2, v3);
  rotate(v3, 16);
  xor(v3, v2);
  add(v0, v3);
  rotate(v3, 21);
  xor(v3, v0);
  add(v2, v1);
  rotate(v1, 17);
  xor(v1, v2);
  swap(v2);
}

function wordAt(bytes: Uint8Array, begin: number, end: number): Word {
  const word = { high: 0, low: 0 };
  for (let at = begin; at < end; at++) {
    const place = at - begin;
    if (place < 4) word.low |= (bytes[at] ?? 0) << (place * 8);
    else word.high |= (bytes[at] ?? 0) << ((place - 4) * 8);
  }
  return word;
}

function add(to: Word, other: Word): void {
  const low = (to.low >>> 0) + (other.low >>> 0);
  to.high = (to.high + other.high + (low > 0xffff_ffff ? 1 : 0)) | 0;
  to.low = low | 0;
}

function xor(to: Word, other: Word): void {
  to.high ^= other.high;
  to.low ^= other.low;
}

/** To the left, by less than 32. */
function rotate(word: Word, bits: number): void {
  const { high, low } = word;
  word.high = (high << bits) | (low >>> (32 - bits));
  word.low = (low << bits) | (high >>> (32 - bits));
}

/** To the left by 32. */
function swap(word: Word): void {
  const { high } = word;
  word.high = word.low;
  word.low = high;
}
