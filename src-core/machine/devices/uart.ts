import { z } from 'zod';
import type { BytePort } from '../board-interface.ts';
import { u16Schema, u8Schema } from '../state/values.ts';
import { edgesOnly, type InterruptLine, type MmioDevice } from './device.ts';
import {
  REGISTER,
  IER_RECEIVED,
  IER_TRANSMIT_EMPTY,
  IER_LINE_STATUS,
  IIR_NONE,
  IIR_TRANSMIT_EMPTY,
  IIR_RECEIVED,
  IIR_LINE_STATUS,
  IIR_RECEIVE_TIMEOUT,
  IIR_FIFOS_ENABLED,
  FCR_ENABLE,
  FCR_CLEAR_RECEIVE,
  FCR_CLEAR_TRANSMIT,
  LCR_DIVISOR_LATCH,
  MCR_LOOPBACK,
  MCR_OUT2,
  LSR_DATA_READY,
  LSR_OVERRUN,
  LSR_TRANSMIT_EMPTY,
  MODEM_CONNECTED,
  FIFO_BYTES,
  RECEIVE_TRIGGERS,
  HELD_BYTES,
} from './uart-registers.ts';

export const uartStateSchema = z.strictObject({
  interruptEnable: u8Schema,
  fifoControl: u8Schema,
  lineControl: u8Schema,
  modemControl: u8Schema,
  lineErrors: u8Schema,
  scratch: u8Schema,
  divisor: u16Schema,
  transmitEmptyPending: z.boolean(),
  received: z.array(u8Schema).max(FIFO_BYTES),
  held: z.array(u8Schema).max(HELD_BYTES),
});
export type UartState = z.infer<typeof uartStateSchema>;

function powerOnState(): UartState {
  return {
    interruptEnable: 0,
    fifoControl: 0,
    lineControl: 0,
    modemControl: MCR_OUT2,
    lineErrors: 0,
    scratch: 0,
    divisor: 12,
    transmitEmptyPending: false,
    received: [],
    held: [],
  };
}

function copyOf(state: UartState): UartState {
  return { ...state, received: [...state.received], held: [...state.held] };
}

/** A 16550A serial port, as QEMU's `virt` has it at 0x1000_0000. It sends as fast as the outside takes. */
export class Uart implements MmioDevice {
  state: UartState = powerOnState();
  readonly #port: BytePort;
  readonly #line: InterruptLine;

  constructor(port: BytePort, line: InterruptLine) {
    this.#port = port;
    this.#line = edgesOnly(line);
  }

  reset(): void {
    this.state = powerOnState();
    this.#update();
  }

  save(): UartState {
    return copyOf(this.state);
  }

  restore(state: UartState): void {
    this.state = copyOf(state);
    this.#update();
  }

  /** Whether software asked to be told of input: it then wants to have it. */
  get listening(): boolean {
    return (this.state.interruptEnable & IER_RECEIVED) !== 0;
  }

  read(offset: number): number {
    const state = this.state;
    const latched = (state.lineControl & LCR_DIVISOR_LATCH) !== 0;
    switch (offset) {
      case REGISTER.data:
        return latched ? state.divisor & 0xff : this.#receive();
      case REGISTER.interruptEnable:
        return latched ? state.divisor >> 8 : state.interruptEnable;
      case REGISTER.interruptIdentOrFifo:
        return this.#identify();
      case REGISTER.lineControl:
        return state.lineControl;
      case REGISTER.modemControl:
        return state.modemControl;
      case REGISTER.lineStatus:
        return this.#lineStatus();
      case REGISTER.modemStatus:
        return this.#modemStatus();
      case REGISTER.scratch:
        return state.scratch;
      default:
        return 0;
    }
  }

  write(offset: number, _size: number, value: number): void {
    const state = this.state;
    const byte = value & 0xff;
    const latched = (state.lineControl & LCR_DIVISOR_LATCH) !== 0;
    if (offset === REGISTER.data && latched) state.divisor = (state.divisor & 0xff00) | byte;
    else if (offset === REGISTER.data) this.#transmit(byte);
    else if (offset === REGISTER.interruptEnable && latched) state.divisor = (state.divisor & 0xff) | (byte << 8);
    else if (offset === REGISTER.interruptEnable) this.#enableInterrupts(byte & 0x0f);
    else if (offset === REGISTER.interruptIdentOrFifo) this.#controlFifo(byte);
    else if (offset === REGISTER.lineControl) state.lineControl = byte;
    else if (offset === REGISTER.modemControl) state.modemControl = byte & 0x1f;
    else if (offset === REGISTER.scratch) state.scratch = byte;
    this.#update();
  }

  /**
   * Moves bytes between the outside and the FIFOs, as far as both have room. Input is not taken before software
   * looks or wants to be told: it may be meant for the SBI's console.
   */
  service(): void {
    this.#drain();
    if (this.listening) this.#fill();
    this.#update();
  }

  #receive(): number {
    const byte = this.state.received.shift() ?? 0;
    this.#fill();
    this.#update();
    return byte;
  }

  #transmit(byte: number): void {
    if ((this.state.modemControl & MCR_LOOPBACK) !== 0) {
      this.#loopBack(byte);
      return;
    }
    const { held } = this.state;
    if (held.length < HELD_BYTES) held.push(byte);
    this.state.transmitEmptyPending = false;
    this.#drain();
  }

  #loopBack(byte: number): void {
    const { received } = this.state;
    if (received.length < FIFO_BYTES) received.push(byte);
    else this.state.lineErrors |= LSR_OVERRUN;
    this.state.transmitEmptyPending = true;
  }

  #enableInterrupts(enable: number): void {
    const risen = enable & ~this.state.interruptEnable;
    this.state.interruptEnable = enable;
    // An empty transmitter interrupts at once when its interrupt is switched on: drivers start sending with that.
    if ((risen & IER_TRANSMIT_EMPTY) !== 0 && this.state.held.length === 0) this.state.transmitEmptyPending = true;
    this.#fill();
  }

  #controlFifo(byte: number): void {
    if ((byte & FCR_CLEAR_RECEIVE) !== 0) this.state.received.length = 0;
    if ((byte & FCR_CLEAR_TRANSMIT) !== 0) this.state.transmitEmptyPending = this.state.held.length === 0;
    this.state.fifoControl = byte & 0xc9;
  }

  #drain(): void {
    const { held } = this.state;
    if (held.length === 0) return;
    const taken = this.#port.write(Uint8Array.from(held));
    held.splice(0, taken);
    if (held.length === 0) this.state.transmitEmptyPending = true;
  }

  #fill(): void {
    const { received, fifoControl } = this.state;
    const room = ((fifoControl & FCR_ENABLE) !== 0 ? FIFO_BYTES : 1) - received.length;
    if (room <= 0 || this.#port.available === 0) return;
    const bytes = new Uint8Array(room);
    const count = this.#port.read(bytes);
    received.push(...bytes.subarray(0, count));
  }

  #lineStatus(): number {
    this.#drain();
    this.#fill();
    const { received, held, lineErrors } = this.state;
    this.state.lineErrors = 0;
    this.#update();
    return (received.length > 0 ? LSR_DATA_READY : 0) | lineErrors | (held.length === 0 ? LSR_TRANSMIT_EMPTY : 0);
  }

  #modemStatus(): number {
    const control = this.state.modemControl;
    if ((control & MCR_LOOPBACK) === 0) return MODEM_CONNECTED;
    // In loopback DTR, RTS, OUT1 and OUT2 come back as DSR, CTS, RI and DCD.
    return ((control & 1) << 5) | ((control & 2) << 3) | ((control & 4) << 4) | ((control & 8) << 4);
  }

  #cause(): number {
    const { interruptEnable, lineErrors, received, fifoControl, transmitEmptyPending } = this.state;
    if ((interruptEnable & IER_LINE_STATUS) !== 0 && lineErrors !== 0) return IIR_LINE_STATUS;
    if ((interruptEnable & IER_RECEIVED) !== 0 && received.length > 0) {
      const fifo = (fifoControl & FCR_ENABLE) !== 0;
      // No time passes between the bytes of a burst: below its trigger the FIFO is at once as good as timed out.
      return fifo && received.length < (RECEIVE_TRIGGERS[fifoControl >> 6] ?? 1) ? IIR_RECEIVE_TIMEOUT : IIR_RECEIVED;
    }
    if ((interruptEnable & IER_TRANSMIT_EMPTY) !== 0 && transmitEmptyPending) return IIR_TRANSMIT_EMPTY;
    return IIR_NONE;
  }

  #identify(): number {
    const cause = this.#cause();
    if (cause === IIR_TRANSMIT_EMPTY) this.state.transmitEmptyPending = false;
    this.#update();
    return cause | ((this.state.fifoControl & FCR_ENABLE) !== 0 ? IIR_FIFOS_ENABLED : 0);
  }

  #update(): void {
    this.#line(this.#cause() !== IIR_NONE);
  }
}
