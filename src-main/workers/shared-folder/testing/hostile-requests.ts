import { FUSE, type Part } from '../../../../src-core/machine/devices/virtio/fs/testing/fuse-client.ts';
import { anyWord, type Random } from '../../../../src-core/machine/devices/testing/random.ts';
import { SWAPPED, TRAPS } from './trapped-folder.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'secret', ...TRAPS, ...SWAPPED, ...SWAPPED, ...SWAPPED];
const BAD_NAMES = ['..', '.', '', 'd/a', '../outside/a', '/etc/passwd', 'x'.repeat(255), 'x'.repeat(256), '\u00ff'];
const TARGETS = ['../outside', '../outside/secret', '/etc', '..', '.', 'a', 's0', 'x'.repeat(4000), ''];
const ATTRIBUTES = [
  'user.a',
  'trusted.overlay.opaque',
  'security.capability',
  '__proto__',
  '',
  'x'.repeat(300),
  '\u00ff',
];
const OPCODES = Object.values(FUSE).filter((opcode) => opcode !== FUSE.init && opcode !== FUSE.destroy);

/** What a hostile guest knows and guesses. */
export interface Knowledge {
  readonly nodes: readonly bigint[];
  readonly handles: readonly bigint[];
}

export interface HostileRequest {
  readonly opcode: number;
  readonly node: bigint;
  readonly parts: readonly Part[];
}

/** A request that makes sense, nearly, or none. */
export function hostileRequest(random: Random, known: Knowledge): HostileRequest {
  const opcode = OPCODES[random(OPCODES.length)] ?? FUSE.lookup;
  const node = anyNode(random, known);
  const parts = partsOf(opcode, random, known);
  if (random(24) !== 0) return { opcode, node, parts };
  // Something is missing, there is too much, or it is for another request.
  const kind = random(3);
  if (kind === 0) return { opcode, node, parts: parts.slice(0, random(parts.length + 1)) };
  if (kind === 1) return { opcode, node, parts: [...parts, new Uint8Array(random(300)).fill(random(256))] };
  return { opcode: random(60), node, parts };
}

function anyNode(random: Random, { nodes }: Knowledge): bigint {
  if (random(16) === 0) return random(2) === 0 ? BigInt(random(64)) : BigInt(anyWord(random)) << BigInt(random(33));
  return nodes[random(nodes.length)] ?? 1n;
}

function anyHandle(random: Random, { handles }: Knowledge): bigint {
  if (random(16) === 0) return BigInt(anyWord(random)) << BigInt(random(33));
  return handles[random(handles.length)] ?? 1n;
}

function anyName(random: Random): string {
  if (random(12) === 0) return BAD_NAMES[random(BAD_NAMES.length)] ?? '';
  return NAMES[random(NAMES.length)] ?? 'a';
}

function anyAttribute(random: Random): string {
  return ATTRIBUTES[random(ATTRIBUTES.length)] ?? '';
}

function anyOffset(random: Random): bigint {
  const kind = random(16);
  if (kind === 0) return BigInt(anyWord(random)) << BigInt(random(33));
  return BigInt(kind === 1 ? random(1 << 20) : random(64));
}

function openFlags(random: Random): number {
  return random(8) === 0
    ? anyWord(random)
    : random(3) | (random(4) === 0 ? 0o1000 : 0) | (random(8) === 0 ? 0o2200 : 0);
}

function partsOf(opcode: number, random: Random, known: Knowledge): Part[] {
  const name = anyName(random);
  const mode = random(0o10000);
  switch (opcode) {
    case FUSE.lookup:
    case FUSE.unlink:
    case FUSE.rmdir:
      return [name];
    case FUSE.forget:
      return [BigInt(random(3))];
    case FUSE.batchForget: {
      const count = random(4);
      const each = Array.from({ length: count }, () => [anyNode(random, known), BigInt(random(3))]).flat();
      return [random(16) === 0 ? anyWord(random) : count, 0, ...each];
    }
    case FUSE.getattr:
      return [random(2), 0, anyHandle(random, known)];
    case FUSE.setattr:
      return setattr(random, known);
    case FUSE.symlink:
      return [name, TARGETS[random(TARGETS.length)] ?? ''];
    case FUSE.mknod:
      return [(random(16) << 12) | mode, anyWord(random), 0, 0, name];
    case FUSE.mkdir:
      return [mode, 0, name];
    case FUSE.rename:
      return [anyNode(random, known), name, anyName(random)];
    case FUSE.rename2:
      return [anyNode(random, known), random(8) === 0 ? random(8) : 0, 0, name, anyName(random)];
    case FUSE.link:
      return [anyNode(random, known), name];
    case FUSE.open:
    case FUSE.opendir:
      return [openFlags(random), 0];
    case FUSE.getxattr:
    case FUSE.listxattr:
      return [
        random(8) === 0 ? anyWord(random) : random(3) * 20,
        0,
        ...(opcode === FUSE.getxattr ? [anyAttribute(random)] : []),
      ];
    case FUSE.create:
      return [openFlags(random), mode, 0, 0, name];
    default:
      return handleParts(opcode, random, known);
  }
}

function handleParts(opcode: number, random: Random, known: Knowledge): Part[] {
  const handle = anyHandle(random, known);
  const isListing = opcode === FUSE.readdir || opcode === FUSE.readdirplus;
  if (isListing || opcode === FUSE.read) {
    const offset = isListing && random(4) !== 0 ? BigInt(random(4)) : anyOffset(random);
    return [handle, offset, random(8) === 0 ? anyWord(random) : random(5000), 0, 0n, 0, 0];
  }
  if (opcode === FUSE.write) {
    const data = new Uint8Array(random(200)).fill(0x47);
    return [handle, anyOffset(random) % 2n ** 30n, random(32) === 0 ? anyWord(random) : data.length, 0, 0n, 0, 0, data];
  }
  if (opcode === FUSE.fsync || opcode === FUSE.fsyncdir) return [handle, random(2), 0];
  return [handle, 0, 0, 0n];
}

function setattr(random: Random, known: Knowledge): Part[] {
  const valid = random(4) === 0 ? random(4096) : ([1, 8, 16, 32, 48, 8 | 64][random(6)] ?? 1);
  const size = random(8) === 0 ? BigInt(anyWord(random)) << BigInt(random(12)) : BigInt(random(5000));
  const time = BigInt(anyWord(random)) << BigInt(random(33));
  const [handle, lock] = [anyHandle(random, known), 0n];
  return [valid, 0, handle, size, lock, time, time, 0n, anyWord(random), 0, 0, anyWord(random), 0, random(2), 0, 0];
}
