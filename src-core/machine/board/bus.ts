import { z } from 'zod';
import type { MmioDevice } from '../devices/device.ts';
import { countSchema } from '../state/values.ts';

interface Block {
  readonly name: string;
  readonly base: number;
  readonly end: number;
  readonly device: MmioDevice;
  reads: number;
  writes: number;
}

/** How often the guest left its own code for a device. */
export interface ExitCount {
  readonly device: string;
  readonly kind: 'read' | 'write' | 'notify';
  readonly count: number;
}

/** How often software reached each device, and nothing. */
export const busStateSchema = z.strictObject({
  devices: z.record(z.string().max(40), z.strictObject({ reads: countSchema, writes: countSchema })),
  strays: countSchema,
});
export type BusState = z.infer<typeof busStateSchema>;

/** Which device answers at which guest physical address. */
export class Bus {
  readonly #blocks: Block[] = [];
  #last: Block | undefined;
  /** Accesses where there is nothing. */
  #strays = 0;

  attach(name: string, { base, size }: { readonly base: number; readonly size: number }, device: MmioDevice): void {
    this.#blocks.push({ name, base, end: base + size, device, reads: 0, writes: 0 });
  }

  /** Where there is nothing, zero is read. @param size 1, 2 or 4 bytes */
  read(address: number, size: number): number {
    const block = this.#find(address);
    if (!block) return 0;
    block.reads++;
    return block.device.read(address - block.base, size);
  }

  write(address: number, size: number, value: number): void {
    const block = this.#find(address);
    if (!block) return;
    block.writes++;
    block.device.write(address - block.base, size, value);
  }

  /** The counts, to be saved. */
  get state(): BusState {
    const devices = this.#blocks.map(({ name, reads, writes }) => [name, { reads, writes }] as const);
    return { devices: Object.fromEntries(devices), strays: this.#strays };
  }

  restore({ devices, strays }: BusState): void {
    for (const block of this.#blocks) {
      const { reads, writes } = devices[block.name] ?? { reads: 0, writes: 0 };
      block.reads = reads;
      block.writes = writes;
    }
    this.#strays = strays;
  }

  exits(): ExitCount[] {
    return [
      ...this.#blocks.flatMap(({ name, reads, writes }): ExitCount[] => [
        { device: name, kind: 'read', count: reads },
        { device: name, kind: 'write', count: writes },
      ]),
      { device: 'nothing', kind: 'read', count: this.#strays },
    ];
  }

  #find(address: number): Block | undefined {
    const last = this.#last;
    if (last && address >= last.base && address < last.end) return last;
    const found = this.#blocks.find((block) => address >= block.base && address < block.end);
    if (found) this.#last = found;
    else this.#strays++;
    return found;
  }
}
