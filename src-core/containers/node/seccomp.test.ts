import { describe, expect, it } from 'vitest';
import { capabilitiesOf } from './capabilities.ts';
import { seccompProgram, seccompSection } from './seccomp.ts';

const ARCHITECTURE = 0xc000_00f3;
const ALLOW = 0x7fff_0000;
const refused = (errno: number): number => 0x0005_0000 | errno;
const preset = capabilitiesOf([], [], 'test');

/** linux/filter.h, as far as our programs go. */
function run(program: Uint8Array, data: { nr: number; arch?: number; args?: readonly number[] }): number {
  const view = new DataView(program.buffer, program.byteOffset);
  const words = new Map([
    [0, data.nr],
    [4, data.arch ?? ARCHITECTURE],
    ...(data.args ?? []).map((value, at) => [16 + 8 * at, value >>> 0] as const),
  ]);
  let a = 0;
  for (let at = 0; at < program.length; at += 8) {
    const value = view.getUint32(at + 4, true);
    const jump = (isSo: boolean): void => void (at += 8 * view.getUint8(at + (isSo ? 2 : 3)));
    switch (view.getUint16(at, true)) {
      case 0x20:
        a = words.get(value) ?? 0;
        break;
      case 0x54:
        a = (a & value) >>> 0;
        break;
      case 0x15:
        jump(a === value);
        break;
      case 0x35:
        jump(a >= value);
        break;
      case 0x06:
        return value;
      default:
        throw new Error('an instruction that the kernel would not know');
    }
  }
  throw new Error('it has no end');
}

const call = (nr: number, ...args: number[]): number => run(seccompProgram(preset), { nr, args });

describe('the filter of system calls', () => {
  it('allows what every program needs', () => {
    // read, write, openat, mmap, execve, futex, riscv_flush_icache, clone of a thread, fork
    for (const nr of [63, 64, 56, 222, 221, 98, 259]) expect(call(nr)).toBe(ALLOW);
    expect(call(220, 0x3d_0f00)).toBe(ALLOW);
    expect(call(220, 17)).toBe(ALLOW);
  });

  it('refuses what makes other kernels, mounts, namespaces, keys or programs in the kernel', () => {
    // mount, umount2, pivot_root, unshare, setns, init_module, kexec_load, reboot, add_key, keyctl, bpf, userfaultfd,
    // perf_event_open, open_by_handle_at, io_uring_setup, move_mount, fsopen, quotactl, swapon, settimeofday
    const calls = [40, 39, 41, 97, 268, 105, 104, 142, 217, 219, 280, 282, 241, 265, 425, 429, 430, 60, 224, 170];
    for (const nr of calls) expect([nr, call(nr)]).toEqual([nr, refused(1)]);
  });

  it('refuses calls that it does not know, also of other architectures', () => {
    for (const nr of [18, 244, 500, 0x4000_0000, 0xffff_ffff]) expect(call(nr)).toBe(refused(1));
    expect(run(seccompProgram(preset), { nr: 63, arch: 0xc000_003e })).toBe(refused(1));
  });

  it('refuses namespaces to clone, and says of clone3 that there is none, so that clone is tried', () => {
    for (const flag of [0x1000_0000, 0x0002_0000, 0x2000_0000, 0x4000_0000]) expect(call(220, flag)).toBe(refused(1));
    expect(call(435)).toBe(refused(38));
  });

  it('refuses sockets to the host and odd personalities by their arguments', () => {
    expect(call(198, 40)).toBe(refused(1));
    expect(call(198, 2)).toBe(ALLOW);
    expect(call(92, 0xffff_ffff)).toBe(ALLOW);
    expect(call(92, 0x0040_0000)).toBe(refused(1));
  });

  it('lets nobody count its files as those of others', () => {
    expect(call(29, 3, 0x401c_5820)).toBe(refused(25));
    expect(call(29, 3, 0x4008_6602)).toBe(refused(25));
    expect(call(29, 1, 0x5413)).toBe(ALLOW);
  });

  it('allows chroot with the capability for it, and not without', () => {
    expect(call(51)).toBe(ALLOW);
    const without = capabilitiesOf([], ['SYS_CHROOT'], 'test');
    expect(run(seccompProgram(without), { nr: 51 })).toBe(refused(1));
  });

  it('says the same to the runtime by names', () => {
    const section = seccompSection(preset) as {
      syscalls: { names: string[]; action: string; args?: unknown }[];
    };
    const plain = section.syscalls.filter((each) => each.action === 'SCMP_ACT_ALLOW' && !each.args);
    const names = new Set(plain.flatMap((each) => each.names));
    expect(names.has('openat')).toBe(true);
    for (const name of ['mount', 'bpf', 'ioctl', 'clone', 'clone3', 'socket', 'personality', 'setns']) {
      expect(names.has(name)).toBe(false);
    }
  });
});
