import { describe, expect, it } from 'vitest';
import { CallList, CallResults } from './call-list.ts';
import { namesIn } from './file-calls.ts';
import { SYS } from './linux.ts';

const ROOM_AT = 0x10_0000;

/** What the program of the node would answer, with results of our making. */
function answered(list: CallList, results: readonly number[]): CallResults {
  const { bytes, answerBytes } = list.encode();
  const answer = bytes.slice(0, answerBytes);
  const view = new DataView(answer.buffer);
  for (const [index, result] of results.entries()) view.setBigInt64(32 + index * 64 + 56, BigInt(result), true);
  return new CallResults(answer, list.length);
}

describe('a list of system calls', () => {
  it('is encoded as the program reads it: header, calls, rooms, data', () => {
    const list = new CallList();
    const room = list.room(5);
    const fd = list.call('open', SYS.openat, -100, '/a', 0);
    list.try(SYS.read, fd, room, 5);
    const { bytes, answerBytes } = list.encode();
    const view = new DataView(bytes.buffer);
    const word = (at: number): bigint => view.getBigUint64(at, true);
    expect([word(0), word(8), word(16)]).toEqual([2n, BigInt(bytes.length), BigInt(answerBytes)]);
    expect(answerBytes).toBe(32 + 2 * 64 + 8);
    expect(view.getUint16(32, true)).toBe(56);
    expect(view.getBigInt64(40, true)).toBe(-100n);
    expect(word(48)).toBe(BigInt(ROOM_AT + answerBytes));
    expect([...bytes.subarray(answerBytes, answerBytes + 3)]).toEqual([0x2f, 0x61, 0]);
    // The second call: its first argument is what the first one answers.
    expect([view.getUint8(96 + 4), view.getUint8(96 + 5)]).toEqual([1, 1]);
    expect(word(104)).toBe(BigInt(ROOM_AT + 32 + 56));
    expect(word(112)).toBe(BigInt(ROOM_AT + 32 + 2 * 64));
  });

  it('tells the first thing that did not work, but not of what may fail', () => {
    const list = new CallList();
    list.try(SYS.mkdirat, 0);
    list.call('mount it', SYS.mount, 0);
    list.goOn('come back', SYS.setns, 0);
    expect(list.failureIn(answered(list, [-17, 0, 0]))).toBeNull();
    expect(list.failureIn(answered(list, [-17, -1, 0]))).toEqual({ doing: 'mount it', errno: 1 });
    expect(list.failureIn(answered(list, [0, 0, -5]))).toEqual({ doing: 'come back', errno: 5 });
  });

  it('knows which descriptors stay open when it ends early', () => {
    const list = new CallList();
    const first = list.call('open', SYS.openat, 0);
    list.call('open', SYS.openat, 0);
    list.try(SYS.close, first);
    list.call('mount', SYS.mount, 0);
    list.call('open', SYS.openat, 0);
    expect(list.leftOpenIn(answered(list, [7, 8, 0, -1, 0]))).toEqual([8]);
  });

  it('puts addresses of data into structures', () => {
    const list = new CallList();
    const text = list.text('x');
    const words = list.words(5, text);
    list.try(SYS.bpf, words);
    const { bytes, answerBytes } = list.encode();
    const view = new DataView(bytes.buffer);
    expect(view.getBigUint64(answerBytes + 8, true)).toBe(5n);
    expect(view.getBigUint64(answerBytes + 16, true)).toBe(BigInt(ROOM_AT + answerBytes));
  });

  it('reads no more than a call has read, and nothing when it failed', () => {
    const list = new CallList();
    const room = list.room(8);
    const read = list.try(SYS.read, 0, room, 8);
    expect(answered(list, [3]).read(read, room)).toHaveLength(3);
    expect(answered(list, [-5]).read(read, room)).toHaveLength(0);
    expect(answered(list, [4096]).read(read, room)).toHaveLength(8);
  });
});

describe('names of a directory', () => {
  const entry = (name: string, length = 24): number[] => {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint16(16, length, true);
    bytes.set(new TextEncoder().encode(name), 19);
    return [...bytes];
  };

  it('come without the directory itself and the one above', () => {
    expect(namesIn(Uint8Array.from([...entry('.'), ...entry('..'), ...entry('a'), ...entry('bc')]))).toEqual([
      'a',
      'bc',
    ]);
  });

  it('end where they are broken', () => {
    expect(namesIn(Uint8Array.from([...entry('a'), ...new Array<number>(24).fill(0)]))).toEqual(['a']);
    expect(namesIn(new Uint8Array(7))).toEqual([]);
  });
});
