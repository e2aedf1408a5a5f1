import {
  ALLOWED_CALLS,
  CALLS_BY_CAPABILITY,
  CLONE3_CALL,
  CLONE_CALL,
  IOCTL_CALL,
  PERSONALITY_CALL,
  SOCKET_CALL,
} from './system-calls.ts';

/** linux/audit.h, linux/seccomp.h, linux/filter.h. */
const AUDIT_ARCH_RISCV64 = 0xc000_00f3;
const RET_ALLOW = 0x7fff_0000;
const RET_ERRNO = 0x0005_0000;
const EPERM = 1;
const ENOSYS = 38;
/** Offsets in struct seccomp_data; arguments are 64 bits wide. */
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
const FIRST_ARGUMENT_AT = 16;
const OP = { load: 0x20, and: 0x54, jumpEqual: 0x15, jumpGreaterEqual: 0x35, result: 0x06 };
const INSTRUCTION_BYTES = 8;

/** Of clone(2): flags that make namespaces. */
const NAMESPACE_FLAGS = 0x7e02_0000;
/** Those of a program of this architecture, 32-bit ones, with and without a layout of memory that can be foretold. */
const PERSONALITIES = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];
/**
 * linux/fs.h, FS_IOC_FSSETXATTR and FS_IOC_SETFLAGS: by these an owner could count its files as nobody's, past what it may
 * take of the disk. Programs take the answer for a file system that does not know them.
 */
const FILE_ATTRIBUTES = [0x401c_5820, 0x4008_6602];
const ENOTTY = 25;
/** Sockets to whoever runs the machine; and for frames of any make, also in the name of other containers. */
const REFUSED_FAMILIES = [40, 17];

/** @param capabilities of the container, "CAP_CHOWN" @returns names of the calls that it may make, whatever their arguments */
export function allowedCalls(capabilities: readonly string[]): Readonly<Record<string, number>> {
  return capabilities.reduce((all, name) => ({ ...all, ...CALLS_BY_CAPABILITY[name] }), ALLOWED_CALLS);
}

/** What the OCI runtime is told ("Linux Container Configuration", "Seccomp"). It says the same as `seccompProgram`. */
export function seccompSection(capabilities: readonly string[]): object {
  const allowed = allowedCalls(capabilities);
  const allow = 'SCMP_ACT_ALLOW';
  const is = (value: number): object => ({ index: 0, value, op: 'SCMP_CMP_EQ' });
  const clone = {
    names: ['clone'],
    action: allow,
    args: [{ index: 0, value: NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
  };
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: ['SCMP_ARCH_RISCV64'],
    syscalls: [
      { names: Object.keys(allowed), action: allow },
      ...PERSONALITIES.map((value) => ({ names: ['personality'], action: allow, args: [is(value)] })),
      {
        names: ['socket'],
        action: allow,
        args: REFUSED_FAMILIES.map((value) => ({ index: 0, value, op: 'SCMP_CMP_NE' })),
      },
      {
        names: ['ioctl'],
        action: allow,
        args: FILE_ATTRIBUTES.map((value) => ({ index: 1, value, op: 'SCMP_CMP_NE' })),
      },
      ...(CLONE_NAME in allowed ? [] : [clone]),
      ...(CLONE3_NAME in allowed ? [] : [{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS }]),
    ],
  };
}

const CLONE_NAME = 'clone';
const CLONE3_NAME = 'clone3';

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

/** The filter itself, struct sock_filter: making it takes the runtime's library some million instructions each time. */
export function seccompProgram(capabilities: readonly string[]): Uint8Array {
  const allowed = allowedCalls(capabilities);
  const numbers = new Set(Object.values(allowed));
  const program: Instruction[] = [
    [OP.load, 0, 0, ARCHITECTURE_AT],
    [OP.jumpEqual, 1, 0, AUDIT_ARCH_RISCV64],
    refuse(EPERM),
    [OP.load, 0, 0, NUMBER_AT],
    ...(numbers.has(CLONE3_CALL) ? [] : onCall(CLONE3_CALL, [refuse(ENOSYS)])),
    ...(numbers.has(CLONE_CALL) ? [] : onCall(CLONE_CALL, cloneCheck())),
    ...onCall(SOCKET_CALL, familyCheck()),
    ...onCall(IOCTL_CALL, ioctlCheck()),
    ...onCall(PERSONALITY_CALL, personalityCheck()),
    ...rangeChecks(rangesOf([...numbers])),
  ];
  return encode(program);
}

const ALLOW: Instruction = [OP.result, 0, 0, RET_ALLOW];
const refuse = (errno: number): Instruction => [OP.result, 0, 0, RET_ERRNO | errno];
/** Its lower half. */
const argument = (index: number): Instruction => [OP.load, 0, 0, FIRST_ARGUMENT_AT + 8 * index];

function onCall(number: number, then: readonly Instruction[]): readonly Instruction[] {
  return [[OP.jumpEqual, 0, then.length, number], ...then];
}

function cloneCheck(): readonly Instruction[] {
  return [argument(0), [OP.and, 0, 0, NAMESPACE_FLAGS], [OP.jumpEqual, 0, 1, 0], ALLOW, refuse(EPERM)];
}

function familyCheck(): readonly Instruction[] {
  const last = REFUSED_FAMILIES.length - 1;
  const tests = REFUSED_FAMILIES.map((value, at): Instruction => [OP.jumpEqual, last - at + 1, 0, value]);
  return [argument(0), ...tests, ALLOW, refuse(EPERM)];
}

function ioctlCheck(): readonly Instruction[] {
  const last = FILE_ATTRIBUTES.length - 1;
  const tests = FILE_ATTRIBUTES.map((value, at): Instruction => [OP.jumpEqual, last - at + 1, 0, value]);
  return [argument(1), ...tests, ALLOW, refuse(ENOTTY)];
}

function personalityCheck(): readonly Instruction[] {
  const last = PERSONALITIES.length - 1;
  const tests = PERSONALITIES.map((value, at): Instruction => [OP.jumpEqual, last - at + 1, 0, value]);
  return [argument(0), ...tests, refuse(EPERM), ALLOW];
}

/** Ascending; each begins after a gap. */
function rangesOf(numbers: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range && number <= range[1] + 1) range[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

/** Two jumps for each range, to the two results behind them all. */
function rangeChecks(ranges: readonly (readonly [number, number])[]): readonly Instruction[] {
  const checks = ranges.flatMap(([first, last], at): Instruction[] => {
    const behind = 2 * (ranges.length - at);
    return [
      [OP.jumpGreaterEqual, 0, behind - 1, first],
      [OP.jumpGreaterEqual, 0, behind - 1, last + 1],
    ];
  });
  return [...checks, refuse(EPERM), ALLOW];
}

function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    const at = index * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, ifTrue);
    view.setUint8(at + 3, ifFalse);
    view.setUint32(at + 4, value, true);
  }
  return bytes;
}
