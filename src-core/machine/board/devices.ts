import { z } from 'zod';
import type { BlockBackend, BoardSpec, BytePort } from '../board-interface.ts';
import { INTERRUPTS, MEMORY_MAP } from '../core-interface.ts';
import type { InterruptLine } from '../devices/device.ts';
import type { GuestRam } from '../devices/guest-ram.ts';
import { PciHost } from '../devices/pci/host-bridge.ts';
import { Rom } from '../devices/rom.ts';
import { GoldfishRtc, rtcSavedSchema } from '../devices/rtc.ts';
import { TestFinisher, type Finish } from '../devices/test-finisher.ts';
import { Uart, uartStateSchema } from '../devices/uart.ts';
import { BlockDevice } from '../devices/virtio/block.ts';
import { ConsoleDevice } from '../devices/virtio/console.ts';
import { EntropyDevice } from '../devices/virtio/entropy.ts';
import { VirtioFunction, virtioStateSchema } from '../devices/virtio/pci-transport.ts';
import { fromHex, hexBytes, toHex } from '../state/values.ts';
import { Bus, busStateSchema } from './bus.ts';
import type { ConsoleHub } from './console-hub.ts';
import { DebugConsole } from './debug-console.ts';

export const devicesStateSchema = z.strictObject({
  bus: busStateSchema,
  /** Contents of the boot ROM. */
  rom: hexBytes(0, 4096),
  uart: uartStateSchema,
  rtc: rtcSavedSchema,
  /** By slot. */
  virtio: z.array(virtioStateSchema).max(32),
});
export type DevicesState = z.infer<typeof devicesStateSchema>;

/** What the devices do to the rest of the board. */
export interface Wiring {
  readonly ram: GuestRam;
  readonly hub: ConsoleHub;
  /** The PLIC's input of a source. */
  line(source: number): InterruptLine;
  finish(how: Finish): void;
}

/** Everything that hangs on the bus, wired as QEMU's `virt` board is. */
export class Devices {
  readonly bus = new Bus();
  readonly rom = new Rom();
  readonly uart: Uart;
  readonly rtc: GoldfishRtc;
  readonly pci: PciHost;
  readonly console: ConsoleDevice;
  readonly disks: readonly BlockDevice[];
  /** SBI's debug console is a way to the console too. */
  readonly debugConsole: DebugConsole;
  readonly #functions: VirtioFunction[] = [];
  #consoleOpen = false;

  constructor(spec: BoardSpec, wiring: Wiring) {
    const { ram, hub } = wiring;
    this.uart = new Uart(
      hub.endpoint(() => this.uart.listening),
      wiring.line(INTERRUPTS.uart),
    );
    this.rtc = new GoldfishRtc(spec.wallClockNs, wiring.line(INTERRUPTS.rtc));
    this.debugConsole = new DebugConsole(hub.endpoint(() => false));
    const { pciA, pciB, pciC, pciD } = INTERRUPTS;
    this.pci = new PciHost([pciA, pciB, pciC, pciD].map((source) => wiring.line(source)));
    this.console = this.#createConsole(
      spec,
      ram,
      hub.endpoint(() => this.#consoleOpen),
    );
    this.disks = spec.disks.map((disk, index) => createDisk(ram, disk, index));
    for (const device of [this.console, new EntropyDevice(ram, spec.random), ...this.disks]) {
      const slot = new VirtioFunction(device, ram);
      this.#functions.push(slot);
      this.pci.add(slot);
    }
    this.#attach(new TestFinisher((how) => wiring.finish(how)));
  }

  reset(): void {
    this.uart.reset();
    this.rtc.reset();
    this.pci.reset();
  }

  /** Lets every device go on. @returns whether one has more that it could do at once */
  service(): boolean {
    this.uart.service();
    this.rtc.service();
    let more = false;
    for (const slot of this.#functions) more = slot.service() || more;
    return more;
  }

  /** The virtio functions, for counts and reports. */
  get functions(): readonly VirtioFunction[] {
    return this.#functions;
  }

  save(): DevicesState {
    return {
      bus: this.bus.state,
      rom: toHex(this.rom.contents),
      uart: this.uart.save(),
      rtc: this.rtc.save(),
      virtio: this.#functions.map((slot) => slot.save()),
    };
  }

  /** Into devices that were just made. @returns what is wrong with the state, or null */
  restore(saved: DevicesState): string | null {
    if (saved.virtio.map(({ name }) => name).join() !== this.#functions.map(({ name }) => name).join())
      return 'its devices are others';
    this.bus.restore(saved.bus);
    this.rom.contents = fromHex(saved.rom);
    this.uart.restore(saved.uart);
    this.rtc.restore(saved.rtc);
    for (const [index, slot] of this.#functions.entries()) {
      const state = saved.virtio[index];
      const wrong = state ? slot.restore(state) : 'it is missing';
      if (wrong !== null) return `${slot.name}: ${wrong}`;
    }
    this.pci.restored();
    return null;
  }

  #createConsole(spec: BoardSpec, ram: GuestRam, outside: BytePort): ConsoleDevice {
    const onOpen = (open: boolean) => {
      this.#consoleOpen = open;
    };
    return new ConsoleDevice(ram, [
      { name: null, outside, onOpen },
      ...spec.ports.map(({ name, port }) => ({ name, outside: port })),
    ]);
  }

  #attach(finisher: TestFinisher): void {
    const { bus, pci } = this;
    bus.attach('pci-memory', MEMORY_MAP.pciMmio, pci.memory);
    bus.attach('uart', MEMORY_MAP.uart, this.uart);
    bus.attach('pci-config', MEMORY_MAP.pciEcam, pci.ecam);
    bus.attach('pci-ports', MEMORY_MAP.pciPio, pci.ports);
    bus.attach('rtc', MEMORY_MAP.rtc, this.rtc);
    bus.attach('test', MEMORY_MAP.test, finisher);
    bus.attach('rom', MEMORY_MAP.bootRom, this.rom);
  }
}

function createDisk(ram: GuestRam, disk: BlockBackend, index: number): BlockDevice {
  return new BlockDevice(ram, disk, `disk${index}`, `innkeeper-disk${index}`);
}
