/**
 * The devices that containers may open, as a program for the kernel (BPF_PROG_TYPE_CGROUP_DEVICE, linux/bpf.h): docker's
 * list. It is attached once to the cgroup that all of them are in. Making a node is allowed, as it is there: without
 * being allowed to open it, it is good for nothing.
 */

const TYPE_CHARACTER = 2;
const ACCESS_MKNOD = 1;
/** Major and minor; null for any minor: null, zero, full, random, urandom, tty, console, ptmx, terminals, tun. */
const ALLOWED: readonly (readonly [number, number | null])[] = [
  [1, 3],
  [1, 5],
  [1, 7],
  [1, 8],
  [1, 9],
  [5, 0],
  [5, 1],
  [5, 2],
  [136, null],
  [10, 200],
];

const OP = {
  loadWord: 0x61,
  move: 0xb7,
  moveRegister: 0xbf,
  shiftRight: 0x77,
  and: 0x57,
  jumpNot: 0x55,
  jumpEqual: 0x15,
  exit: 0x95,
};
const INSTRUCTION_BYTES = 8;

/** struct bpf_cgroup_dev_ctx: access and type, major, minor. */
export function deviceProgram(): Uint8Array {
  const words: Instruction[] = [
    [OP.loadWord, 2, 1, 0, 0],
    [OP.moveRegister, 3, 2, 0, 0],
    [OP.shiftRight, 3, 0, 0, 16],
    [OP.and, 2, 0, 0, 0xffff],
    [OP.loadWord, 4, 1, 4, 0],
    [OP.loadWord, 5, 1, 8, 0],
    // Nothing but making a node.
    [OP.jumpNot, 3, 0, 2, ACCESS_MKNOD],
    ...answer(1),
    [OP.jumpEqual, 2, 0, 2, TYPE_CHARACTER],
    ...answer(0),
  ];
  for (const [major, minor] of ALLOWED) {
    words.push([OP.jumpNot, 4, 0, minor === null ? 2 : 3, major]);
    if (minor !== null) words.push([OP.jumpNot, 5, 0, 2, minor]);
    words.push(...answer(1));
  }
  words.push(...answer(0));
  return encode(words);
}

/** Code, destination, source, offset, value. */
type Instruction = readonly [number, number, number, number, number];

const answer = (value: number): Instruction[] => [
  [OP.move, 0, 0, 0, value],
  [OP.exit, 0, 0, 0, 0],
];

function encode(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, [code, destination, source, offset, value]] of instructions.entries()) {
    const at = index * INSTRUCTION_BYTES;
    view.setUint8(at, code);
    view.setUint8(at + 1, destination | (source << 4));
    view.setInt16(at + 2, offset, true);
    view.setInt32(at + 4, value, true);
  }
  return bytes;
}
