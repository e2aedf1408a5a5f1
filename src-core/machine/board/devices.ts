import { z } from 'zod';
import type { BoardSpec, BytePort, DiskInSlot } from '../board-interface.ts';
import { INTERRUPTS, MEMORY_MAP } from '../core-interface.ts';
import type { InterruptLine } from '../devices/device.ts';
import { GENERATION_ID_BYTES, GenerationId, generationIdStateSchema } from '../devices/generation-id.ts';
import type { GuestRam } from '../devices/guest-ram.ts';
import { PciHost } from '../devices/pci/host-bridge.ts';
import { Rom } from '../devices/rom.ts';
import { GoldfishRtc, rtcSavedSchema } from '../devices/rtc.ts';
import { TestFinisher, type Finish } from '../devices/test-finisher.ts';
import { Uart, uartStateSchema } from '../devices/uart.ts';
import { BalloonDevice } from '../devices/virtio/balloon.ts';
import { ConsoleDevice } from '../devices/virtio/console.ts';
import type { VirtioDevice } from '../devices/virtio/device.ts';
import { EntropyDevice } from '../devices/virtio/entropy.ts';
import { FileSystemDevice } from '../devices/virtio/fs/device.ts';
import { VirtioFunction, virtioStateSchema } from '../devices/virtio/pci-transport.ts';
import { fromHex, hexBytes, toHex } from '../state/values.ts';
import { Bus, busStateSchema } from './bus.ts';
import type { ConsoleHub } from './console-hub.ts';
import { DebugConsole } from './debug-console.ts';
import { DiskDrives } from './disk-drives.ts';
import { NetworkCards } from './network-cards.ts';
import { PCI_SLOT } from './pci-slots.ts';

export const devicesStateSchema = z.strictObject({
  bus: busStateSchema,
  /** Contents of the boot ROM. */
  rom: hexBytes(0, 4096),
  uart: uartStateSchema,
  rtc: rtcSavedSchema,
  generation: generationIdStateSchema,
  /** In the order of their slots. */
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
  readonly generation: GenerationId;
  readonly pci: PciHost;
  readonly console: ConsoleDevice;
  readonly disks: DiskDrives;
  readonly balloon: BalloonDevice;
  readonly cards: NetworkCards;
  /** SBI's debug console is a way to the console too. */
  readonly debugConsole: DebugConsole;
  readonly #spec: BoardSpec;
  readonly #ram: GuestRam;
  /** By slot of the PCI bus. */
  readonly #functions = new Map<number, VirtioFunction>();
  #consoleOpen = false;

  constructor(spec: BoardSpec, wiring: Wiring) {
    const { ram, hub } = wiring;
    this.#spec = spec;
    this.uart = new Uart(
      hub.endpoint(() => this.uart.listening),
      wiring.line(INTERRUPTS.uart),
    );
    this.rtc = new GoldfishRtc(spec.wallClockNs, wiring.line(INTERRUPTS.rtc));
    this.generation = new GenerationId(wiring.line(INTERRUPTS.generationId));
    this.debugConsole = new DebugConsole(hub.endpoint(() => false));
    const { pciA, pciB, pciC, pciD } = INTERRUPTS;
    this.pci = new PciHost([pciA, pciB, pciC, pciD].map((source) => wiring.line(source)));
    this.console = this.#createConsole(
      spec,
      ram,
      hub.endpoint(() => this.#consoleOpen),
    );
    this.#ram = ram;
    this.plug(PCI_SLOT.console, this.console);
    this.plug(PCI_SLOT.entropy, new EntropyDevice(ram, spec.random));
    this.balloon = new BalloonDevice(ram);
    this.plug(PCI_SLOT.balloon, this.balloon);
    this.disks = new DiskDrives(ram, this, spec.harts);
    spec.disks.forEach((disk: DiskInSlot, index) => this.disks.attach(disk.slot ?? index, disk));
    for (const { slot, tag, folder } of spec.shares ?? [])
      this.plug(PCI_SLOT.shares + slot, new FileSystemDevice(ram, folder, tag));
    this.cards = new NetworkCards(ram, this);
    for (const card of spec.cards ?? []) this.cards.attach(card);
    this.#attach(new TestFinisher((how) => wiring.finish(how)));
  }

  reset(): void {
    this.uart.reset();
    this.rtc.reset();
    this.generation.reset(this.#random(GENERATION_ID_BYTES));
    this.pci.reset();
  }

  /** Puts a device into a free slot of the PCI bus, also while the guest runs: it finds it when it looks there again. */
  plug(slot: number, device: VirtioDevice): void {
    const plugged = new VirtioFunction(device, this.#ram);
    this.pci.add(plugged, slot);
    this.#functions.set(slot, plugged);
  }

  /** Takes a device out of its slot, whether the guest has let go of it or not. */
  unplug(slot: number): void {
    this.pci.remove(slot);
    this.#functions.delete(slot);
  }

  /** Lets every device go on. @returns whether one has more that it could do at once */
  service(): boolean {
    this.uart.service();
    this.rtc.service();
    let more = false;
    for (const slot of this.#functions.values()) more = slot.service() || more;
    return more;
  }

  /** Before the thread sleeps because the guest waits: the last time to tell it something. */
  guestWaits(): void {
    for (const slot of this.#functions.values()) slot.guestWaits();
  }

  /** The guest goes on as another one than before: tells it. */
  renewGeneration(): void {
    this.generation.renew(this.#random(GENERATION_ID_BYTES));
  }

  /** The virtio functions, for counts and reports. */
  get functions(): readonly VirtioFunction[] {
    return [...this.#functions].sort(([a], [b]) => a - b).map(([, plugged]) => plugged);
  }

  save(): DevicesState {
    return {
      bus: this.bus.state,
      rom: toHex(this.rom.contents),
      uart: this.uart.save(),
      rtc: this.rtc.save(),
      generation: this.generation.save(),
      virtio: this.functions.map((slot) => slot.save()),
    };
  }

  /** Into devices that were just made. @returns what is wrong with the state, or null */
  restore(saved: DevicesState): string | null {
    this.bus.restore(saved.bus);
    this.rom.contents = fromHex(saved.rom);
    this.uart.restore(saved.uart);
    this.rtc.restore(saved.rtc);
    this.generation.restore(saved.generation);
    const wrong = this.#restoreFunctions(saved.virtio);
    if (wrong === null) this.pci.restored();
    return wrong;
  }

  /**
   * By name. A balloon, a shared folder or a network card that the state does not know is as if it had been plugged in
   * just now: a state may be older than it.
   */
  #restoreFunctions(saved: DevicesState['virtio']): string | null {
    const states = new Map(saved.map((state) => [state.name, state]));
    for (const [slot, plugged] of this.#functions) {
      const state = states.get(plugged.name);
      if (!state && slot < PCI_SLOT.balloon) return `${plugged.name} was not there when it was saved`;
      const wrong = state ? plugged.restore(state) : null;
      if (wrong !== null) return `${plugged.name}: ${wrong}`;
      states.delete(plugged.name);
    }
    const [missing] = states.keys();
    return missing === undefined ? null : `${missing} is missing`;
  }

  #random(bytes: number): Uint8Array {
    const random = new Uint8Array(bytes);
    this.#spec.random(random);
    return random;
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
    bus.attach('generation', MEMORY_MAP.generationId, this.generation);
    bus.attach('test', MEMORY_MAP.test, finisher);
    bus.attach('rom', MEMORY_MAP.bootRom, this.rom);
  }
}
