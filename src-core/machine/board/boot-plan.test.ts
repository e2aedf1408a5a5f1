import { expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import type { BoardSpec, ByteSource } from '../board-interface.ts';
import { planBoot } from './boot-plan.ts';
import { elfBytes, kernelBytes, sourceOf } from './testing/sources.ts';

const MIB = 2 ** 20;

function plan(boot: Omit<BoardSpec['boot'], 'commandLine'>, memoryBytes = 64 * MIB) {
  const port = { write: () => 0, read: () => 0, available: 0 };
  return planBoot({
    harts: 1,
    memoryBytes,
    boot: { ...boot, commandLine: '' },
    disks: [],
    console: port,
    ports: [],
    random: () => undefined,
    wallClockNs: () => 0n,
  });
}

function failure(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const kernel = sourceOf(kernelBytes());
const zeros = (sizeBytes: number): ByteSource => ({ sizeBytes, read: (into) => into.fill(0) });

test('the kernel lies at its offset, the device tree at the end of memory, the initrd below it', () => {
  const { kernel: placed, initrd, deviceTree, entry, firmware } = plan({ kernel, initrd: zeros(5 * MIB + 1) });
  expect(placed?.at).toBe(0x8020_0000);
  expect(entry).toBe(0x8020_0000);
  expect(firmware).toBeNull();
  expect(deviceTree).toBe(0x8400_0000 - 64 * 1024);
  expect(initrd?.at).toBe(0x8400_0000 - 64 * 1024 - 5 * MIB - 4096);
});

test('a kernel for the start of memory still leaves room for firmware', () => {
  expect(plan({ kernel: sourceOf(kernelBytes({ textOffset: 0 })) }).kernel?.at).toBe(0x8020_0000);
});

test('firmware starts at the beginning of memory and finds the kernel 2 MiB further', () => {
  const { entry, kernel: placed } = plan({ kernel, firmware: zeros(300_000) });
  expect([entry, placed?.at]).toEqual([0x8000_0000, 0x8020_0000]);
  expect(plan({ firmware: zeros(300_000) }).kernel).toBeNull();
});

test('firmware as an ELF file starts at its entry', () => {
  const firmware = sourceOf(elfBytes(new Uint8Array(16), { address: 0x8000_1000, entry: 0x8000_1008 }));
  expect(plan({ firmware }).entry).toBe(0x8000_1008);
});

test('what does not fit is refused with figures', () => {
  const large = sourceOf(kernelBytes({ imageBytes: 40 * MIB }));
  expect(plan({ kernel: large, initrd: zeros(21 * MIB) }).kernel).not.toBeNull();
  const error = failure(() => plan({ kernel: large, initrd: zeros(30 * MIB) }));
  expect(error.code).toBe('no-room');
  expect(error.message).toContain('64 MiB');
  expect(error.message).toContain('42 MiB');
  expect(error.message).toContain('30 MiB');
  expect(error.hint).toContain('73 MiB');
});

test('the zeros behind a kernel count as the kernel', () => {
  expect(failure(() => plan({ kernel: sourceOf(kernelBytes({ imageBytes: 63 * MIB })) })).code).toBe('no-room');
});

test('firmware that reaches into the kernel is refused', () => {
  expect(failure(() => plan({ kernel, firmware: zeros(3 * MIB) })).code).toBe('no-room');
});

const bytes = (...start: number[]) => Uint8Array.from({ length: 4096 }, (_, at) => start[at] ?? 0x11);
const pe = (machine: number) => {
  const file = new Uint8Array(4096);
  const view = new DataView(file.buffer);
  view.setUint16(0, 0x5a4d, true);
  view.setUint32(0x3c, 0x80, true);
  view.setUint32(0x80, 0x4550, true);
  view.setUint16(0x84, machine, true);
  return file;
};
const arm64 = () => {
  const file = bytes(0x4d, 0x5a);
  new DataView(file.buffer).setUint32(0x38, 0x644d_5241, true);
  return file;
};

test.each([
  ['gzip', bytes(0x1f, 0x8b)],
  ['xz', bytes(0xfd, 0x37, 0x7a, 0x58, 0x5a)],
  ['zstd', bytes(0x28, 0xb5, 0x2f, 0xfd)],
  ['cpio', new TextEncoder().encode('070701'.padEnd(100, '0'))],
  ['qcow2', bytes(0x51, 0x46, 0x49, 0xfb)],
  ['ELF file for x86-64', elfBytes(new Uint8Array(16), { machine: 62 })],
  ['ELF file for RISC-V', elfBytes(new Uint8Array(16))],
  ['EFI program or kernel for x86-64', pe(0x8664)],
  ['EFI program or kernel for arm64', pe(0xaa64)],
  ['kernel for arm64', arm64()],
  ['file of 5 bytes', new TextEncoder().encode('hello')],
  ['file of 0 bytes', new Uint8Array()],
  ['empty', new Uint8Array(4096)],
  ['another kind', bytes(0x23, 0x21)],
])('a kernel that is a %s is called by its name', (what, file) => {
  const error = failure(() => plan({ kernel: sourceOf(file) }));
  expect(error.code).toBe('invalid-input');
  expect(error.message).toContain('not a RISC-V Linux kernel');
  expect(error.message).toContain(what);
});

test.each([
  ['for another processor', elfBytes(new Uint8Array(16), { machine: 62 }), 'invalid-input'],
  ['that is cut off', elfBytes(new Uint8Array(16)).subarray(0, 100), 'corrupt'],
  ['whose code is cut off', elfBytes(new Uint8Array(16)).subarray(0, 125), 'corrupt'],
  ['for where there is no memory', elfBytes(new Uint8Array(16), { address: 0x1000 }), 'invalid-input'],
  ['for behind the end of memory', elfBytes(new Uint8Array(16), { address: 0x9000_0000 }), 'no-room'],
])('firmware as an ELF file %s is refused', (_, file, code) => {
  expect(failure(() => plan({ firmware: sourceOf(file) })).code).toBe(code);
});

test('without kernel and firmware there is nothing to start', () => {
  expect(failure(() => plan({})).code).toBe('invalid-input');
});
