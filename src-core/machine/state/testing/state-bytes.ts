import { crc32 } from 'node:zlib';
import type { ByteSource } from '../../board-interface.ts';
import type { MachineState } from '../machine-state.ts';
import { writeState, type StateTools } from '../state-file.ts';

export const testTools: StateTools = {
  crc32: (bytes, before) => crc32(bytes, before),
  compare: (a, b) => Buffer.compare(a, b),
};

export function stateBytes(state: MachineState, ram: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  writeState({ write: (bytes) => void parts.push(bytes.slice()) }, state, ram, testTools);
  return Uint8Array.from(Buffer.concat(parts));
}

/** A source that must not be read beyond its end. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  const read = (into: Uint8Array, offset: number): void => {
    if (offset + into.length > bytes.length) throw new RangeError('read beyond the end');
    into.set(bytes.subarray(offset, offset + into.length));
  };
  return { sizeBytes: bytes.length, read };
}
