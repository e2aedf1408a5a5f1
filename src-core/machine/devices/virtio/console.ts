import { z } from 'zod';
import { assert } from '../../../base/errors.ts';
import type { BytePort } from '../../board-interface.ts';
import { u16Schema, u32Schema } from '../../state/values.ts';
import type { GuestRam } from '../guest-ram.ts';
import { gather, scatter } from './chain.ts';
import { CONTROL, CONTROL_HEADER_BYTES, decodeControl, encodeControl } from './console-control.ts';
import { ConsolePort, consolePortStateSchema } from './console-port.ts';
import { VIRTIO_TYPE, type VirtioDevice, type VirtioTransport } from './device.ts';
import type { Virtqueue } from './queue.ts';

/** virtio 1.3 §5.3.3 "Feature bits". */
const FEATURE = { size: 1 << 0, multiport: 1 << 1, emergencyWrite: 1 << 2 };

/** §5.3.4 "Device configuration layout". */
const CONFIG = { columns: 0, rows: 2, portCount: 4, emergencyWrite: 8, bytes: 12 };

/** §5.3.2 "Virtqueues": port 0 has the first pair, the control pair follows, then the other ports' pairs. */
const CONTROL_RECEIVE = 2;
const CONTROL_TRANSMIT = 3;
const PORT_QUEUE_SIZE = 128;
const CONTROL_QUEUE_SIZE = 64;

export interface ConsolePortSpec {
  /** null for port 0, the console itself: it is a terminal (hvc0), the others are /dev/virtio-ports/NAME. */
  readonly name: string | null;
  readonly outside: BytePort;
  /** Told when a program in the guest opens or closes the port. */
  readonly onOpen?: (open: boolean) => void;
}

/** What the driver is yet to be told about a port. Sets, so that however often it asks, little waits. */
const tidingsSchema = z.strictObject({ port: u32Schema, event: u16Schema });
type Tidings = z.infer<typeof tidingsSchema>;

export const consoleStateSchema = z.strictObject({
  columns: u16Schema,
  rows: u16Schema,
  tidings: z.array(tidingsSchema).max(1000),
  ports: z.array(consolePortStateSchema).max(32),
});
export type ConsoleState = z.infer<typeof consoleStateSchema>;

/** virtio 1.3 §5.3 "Console Device", with several ports. */
export class ConsoleDevice implements VirtioDevice {
  readonly name = 'console';
  readonly type = VIRTIO_TYPE.console;
  readonly classCode = 0x07_8000;
  readonly features = FEATURE.size | FEATURE.multiport | FEATURE.emergencyWrite;
  readonly queueSizes: readonly number[];
  readonly config = new Uint8Array(CONFIG.bytes);
  /** Control messages that wait for a buffer of the driver. */
  tidings: Tidings[] = [];
  #ports: readonly ConsolePort[] = [];
  #control: { readonly receive: Virtqueue; readonly transmit: Virtqueue } | undefined;
  #transport: VirtioTransport | undefined;
  readonly #ram: GuestRam;
  readonly #specs: readonly ConsolePortSpec[];
  readonly #view = new DataView(this.config.buffer);

  constructor(ram: GuestRam, ports: readonly ConsolePortSpec[]) {
    this.#ram = ram;
    this.#specs = ports;
    const pairs = ports.flatMap(() => [PORT_QUEUE_SIZE, PORT_QUEUE_SIZE]);
    this.queueSizes = [...pairs.slice(0, 2), CONTROL_QUEUE_SIZE, CONTROL_QUEUE_SIZE, ...pairs.slice(2)];
    this.#view.setUint32(CONFIG.portCount, ports.length, true);
    this.#setSize(80, 25);
  }

  activate(queues: readonly Virtqueue[], features: number, transport: VirtioTransport): void {
    const multiport = (features & FEATURE.multiport) !== 0;
    this.#transport = transport;
    this.tidings = [];
    const pair = (first: number) => {
      const [receive, transmit] = queues.slice(first, first + 2);
      assert(receive && transmit, 'every port of a console has two queues');
      return { receive, transmit };
    };
    this.#control = multiport ? pair(CONTROL_RECEIVE) : undefined;
    this.#ports = this.#specs.slice(0, multiport ? this.#specs.length : 1).map(({ outside }, index) => {
      const { receive, transmit } = pair(index === 0 ? 0 : CONTROL_TRANSMIT + 1 + (index - 1) * 2);
      return new ConsolePort(this.#ram, outside, receive, transmit);
    });
    // A driver without control messages has one port, which is always open.
    if (!multiport) this.#setOpen(0, true);
  }

  deactivate(): void {
    this.#ports.forEach((_, index) => this.#setOpen(index, false));
    this.#ports = [];
    this.#control = undefined;
    this.#transport = undefined;
    this.tidings = [];
  }

  save(): ConsoleState {
    return {
      columns: this.#view.getUint16(CONFIG.columns, true),
      rows: this.#view.getUint16(CONFIG.rows, true),
      tidings: this.tidings.map((tiding) => ({ ...tiding })),
      ports: this.#ports.map(({ state }) => ({ ...state })),
    };
  }

  restore(saved: unknown): string | null {
    const parsed = consoleStateSchema.safeParse(saved);
    if (!parsed.success) return 'it is not the state of a console';
    const { columns, rows, tidings, ports } = parsed.data;
    if (ports.length !== this.#ports.length) return 'another number of ports';
    this.#setSize(columns, rows);
    this.tidings = tidings;
    ports.forEach(({ open, taken }, index) => {
      this.#setOpen(index, open);
      const port = this.#ports[index];
      if (port) port.state.taken = taken;
    });
    return null;
  }

  notify(queue: number): void {
    if (queue === CONTROL_TRANSMIT) this.#hear();
    else if (queue === CONTROL_RECEIVE) this.#speak();
    else this.#ports[queue < CONTROL_RECEIVE ? 0 : (queue - 2) >> 1]?.service();
  }

  service(): boolean {
    this.#speak();
    let more = false;
    for (const port of this.#ports) more = port.service() || more;
    return more;
  }

  /** §5.3.4: emergency output works before the driver is ready. It waits for nobody: what does not fit is lost. */
  writeConfig(offset: number, _size: number, value: number): void {
    if (offset === CONFIG.emergencyWrite) this.#specs[0]?.outside.write(Uint8Array.of(value & 0xff));
  }

  /** The terminal outside has another size, in character cells. */
  resize(columns: number, rows: number): void {
    this.#setSize(columns, rows);
    if (this.#control) this.#tell(0, CONTROL.resize);
    else this.#transport?.configChanged();
    this.#speak();
  }

  #setSize(columns: number, rows: number): void {
    this.#view.setUint16(CONFIG.columns, columns, true);
    this.#view.setUint16(CONFIG.rows, rows, true);
  }

  #setOpen(index: number, open: boolean): void {
    const port = this.#ports[index];
    if (!port || port.state.open === open) return;
    port.state.open = open;
    this.#specs[index]?.onOpen?.(open);
  }

  /** What the driver says. */
  #hear(): void {
    const queue = this.#control?.transmit;
    if (!queue) return;
    const header = new Uint8Array(CONTROL_HEADER_BYTES);
    for (let chain = queue.peek(), left = CONTROL_QUEUE_SIZE; chain && left > 0; chain = queue.peek(), left--) {
      if (gather(this.#ram, chain.readable, header) < CONTROL_HEADER_BYTES)
        return this.#transport?.broken('a console control message that is too short');
      const { port, event, value } = decodeControl(header);
      this.#answer(port, event, value);
      queue.complete(0);
    }
    queue.tell();
    this.#speak();
  }

  #answer(port: number, event: number, value: number): void {
    if (event === CONTROL.deviceReady && value === 1)
      this.#specs.forEach((_, index) => this.#tell(index, CONTROL.portAdd));
    else if (event === CONTROL.portReady && value === 1) this.#introduce(port);
    else if (event === CONTROL.portOpen && port < this.#ports.length) {
      this.#setOpen(port, value === 1);
      this.#ports[port]?.service();
    }
  }

  #introduce(port: number): void {
    const spec = this.#specs[port];
    if (!spec) return;
    if (spec.name === null) {
      this.#tell(port, CONTROL.consolePort);
      this.#tell(port, CONTROL.resize);
    } else this.#tell(port, CONTROL.portName);
    this.#tell(port, CONTROL.portOpen);
  }

  #tell(port: number, event: number): void {
    if (!this.tidings.some((tiding) => tiding.port === port && tiding.event === event))
      this.tidings.push({ port, event });
  }

  /** Says what waits, as far as the driver has offered buffers. */
  #speak(): void {
    const queue = this.#control?.receive;
    if (!queue) return;
    for (let tiding = this.tidings[0]; tiding; tiding = this.tidings[0]) {
      const chain = queue.peek();
      if (!chain) break;
      this.tidings.shift();
      const { port, event } = tiding;
      queue.complete(scatter(this.#ram, chain.writable, this.#message(port, event)));
    }
    queue.tell();
  }

  #message(port: number, event: number): Uint8Array {
    if (event === CONTROL.portName)
      return encodeControl({ port, event, value: 1 }, new TextEncoder().encode(this.#specs[port]?.name ?? ''));
    if (event === CONTROL.resize) return encodeControl({ port, event, value: 0 }, this.#sizeMessage());
    return encodeControl({ port, event, value: 1 });
  }

  /**
   * Columns first, as specified. Linux read the rows first for 15 years, until "virtio_console: fix order of fields
   * cols and rows" (in 6.15, and in the stable series before): an older guest sees the two swapped.
   */
  #sizeMessage(): Uint8Array {
    const size = new Uint8Array(4);
    const view = new DataView(size.buffer);
    view.setUint16(0, this.#view.getUint16(CONFIG.columns, true), true);
    view.setUint16(2, this.#view.getUint16(CONFIG.rows, true), true);
    return size;
  }
}
