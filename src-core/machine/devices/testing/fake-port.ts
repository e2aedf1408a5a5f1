import type { BytePort } from '../../board-interface.ts';

/** An outside that takes at most `room` bytes until there is more room. */
export class FakePort implements BytePort {
  output = '';
  input = '';
  room: number;

  constructor(room = Infinity) {
    this.room = room;
  }

  get available(): number {
    return this.input.length;
  }

  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.room);
    this.output += String.fromCharCode(...bytes.subarray(0, taken));
    this.room -= taken;
    return taken;
  }

  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.input.length);
    for (let index = 0; index < count; index++) into[index] = this.input.charCodeAt(index);
    this.input = this.input.slice(count);
    return count;
  }
}
