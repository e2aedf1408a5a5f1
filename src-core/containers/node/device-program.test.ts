import { expect, it } from 'vitest';
import { deviceProgram } from './device-program.ts';

const CHARACTER = 2;
const BLOCK = 1;
const MKNOD = 1;
const READ = 2;

/** linux/bpf.h, as far as our program goes. */
function allows(type: number, access: number, major: number, minor: number): boolean {
  const program = deviceProgram();
  const view = new DataView(program.buffer);
  const context = [type | (access << 16), major, minor];
  const registers = new Array<number>(11).fill(0);
  for (let at = 0; at < program.length; at += 8) {
    const target = view.getUint8(at + 1) & 15;
    const source = view.getUint8(at + 1) >> 4;
    const offset = view.getInt16(at + 2, true);
    const value = view.getInt32(at + 4, true);
    const old = registers[target] ?? 0;
    switch (view.getUint8(at)) {
      case 0x61:
        registers[target] = context[offset / 4] ?? NaN;
        break;
      case 0xb7:
        registers[target] = value;
        break;
      case 0xbf:
        registers[target] = registers[source] ?? 0;
        break;
      case 0x77:
        registers[target] = old >>> value;
        break;
      case 0x57:
        registers[target] = old & value;
        break;
      case 0x55:
        if (old !== value) at += 8 * offset;
        break;
      case 0x15:
        if (old === value) at += 8 * offset;
        break;
      case 0x95:
        return registers[0] === 1;
      default:
        throw new Error('an instruction that the kernel would not know');
    }
  }
  throw new Error('it has no end');
}

it('lets containers open the devices that every program may', () => {
  for (const [major, minor] of [
    [1, 3],
    [1, 5],
    [1, 7],
    [1, 8],
    [1, 9],
    [5, 0],
    [5, 2],
    [136, 0],
    [136, 77],
  ] as const) {
    expect([major, minor, allows(CHARACTER, READ, major, minor)]).toEqual([major, minor, true]);
  }
});

it('refuses memory, disks, consoles and all other devices', () => {
  for (const [major, minor] of [
    [1, 1],
    [1, 4],
    [1, 11],
    [4, 64],
    [10, 229],
    [10, 237],
    [250, 0],
  ] as const) {
    expect([major, minor, allows(CHARACTER, READ, major, minor)]).toEqual([major, minor, false]);
  }
  for (const major of [1, 5, 136, 254]) expect(allows(BLOCK, READ, major, 3)).toBe(false);
});

it('lets nodes be made, but not made and opened at once', () => {
  expect(allows(BLOCK, MKNOD, 254, 0)).toBe(true);
  expect(allows(BLOCK, MKNOD | READ, 254, 0)).toBe(false);
});
