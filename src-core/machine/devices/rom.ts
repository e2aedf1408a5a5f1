import type { MmioDevice } from './device.ts';

/** Memory that the guest can only read. Beyond its contents it is zero. */
export class Rom implements MmioDevice {
  contents: Uint8Array = new Uint8Array();

  read(offset: number, size: number): number {
    let value = 0;
    for (let index = size - 1; index >= 0; index--) value = value * 256 + (this.contents[offset + index] ?? 0);
    return value;
  }

  write(): void {}
}
