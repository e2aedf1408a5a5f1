import { z } from 'zod';
import { integerSchema, u32Schema } from '../state/values.ts';
import { edgesOnly, type InterruptLine, type MmioDevice } from './device.ts';

/** Registers of the Goldfish real-time clock (Android emulator, "GOLDFISH-VIRTUAL-HARDWARE", section "Goldfish timer"). */
const REGISTER = {
  timeLow: 0x00,
  timeHigh: 0x04,
  alarmLow: 0x08,
  alarmHigh: 0x0c,
  interruptEnabled: 0x10,
  clearAlarm: 0x14,
  alarmStatus: 0x18,
  clearInterrupt: 0x1c,
};

const LOW = 0xffff_ffffn;
const SIGNIFICANT = (1n << 64n) - 1n;

export interface RtcState {
  /** What the guest set the clock forward by, nanoseconds. */
  offsetNs: bigint;
  /** The high half as it was when the low half was read. */
  latchedHigh: number;
  alarmNs: bigint;
  alarmHigh: number;
  timeHigh: number;
  armed: boolean;
  pending: boolean;
  interruptEnabled: boolean;
}

export const rtcSavedSchema = z.strictObject({
  offsetNs: integerSchema,
  latchedHigh: u32Schema,
  alarmNs: integerSchema,
  alarmHigh: u32Schema,
  timeHigh: u32Schema,
  armed: z.boolean(),
  pending: z.boolean(),
  interruptEnabled: z.boolean(),
});
export type RtcSaved = z.infer<typeof rtcSavedSchema>;

function powerOnState(): RtcState {
  return {
    offsetNs: 0n,
    latchedHigh: 0,
    alarmNs: 0n,
    alarmHigh: 0,
    timeHigh: 0,
    armed: false,
    pending: false,
    interruptEnabled: false,
  };
}

/** The board's wall clock, nanoseconds since 1970 UTC, with an alarm. */
export class GoldfishRtc implements MmioDevice {
  state: RtcState = powerOnState();
  readonly #wallClockNs: () => bigint;
  readonly #line: InterruptLine;

  constructor(wallClockNs: () => bigint, line: InterruptLine) {
    this.#wallClockNs = wallClockNs;
    this.#line = edgesOnly(line);
  }

  reset(): void {
    this.state = powerOnState();
    this.#update();
  }

  /** What it shows is not part of it: that follows the host's clock, also over the time that a machine was away. */
  save(): RtcSaved {
    const { offsetNs, alarmNs, ...rest } = this.state;
    return { ...rest, offsetNs: offsetNs.toString(), alarmNs: alarmNs.toString() };
  }

  restore({ offsetNs, alarmNs, ...rest }: RtcSaved): void {
    this.state = { ...rest, offsetNs: BigInt(offsetNs), alarmNs: BigInt(alarmNs) };
    this.#update();
  }

  read(offset: number): number {
    const state = this.state;
    switch (offset) {
      case REGISTER.timeLow: {
        const now = this.#now();
        state.latchedHigh = Number((now >> 32n) & LOW);
        return Number(now & LOW);
      }
      case REGISTER.timeHigh:
        return state.latchedHigh;
      case REGISTER.alarmLow:
        return Number(state.alarmNs & LOW);
      case REGISTER.alarmHigh:
        return Number((state.alarmNs >> 32n) & LOW);
      case REGISTER.interruptEnabled:
        return Number(state.interruptEnabled);
      case REGISTER.alarmStatus:
        return Number(state.armed);
      default:
        return 0;
    }
  }

  /** The high halves are written first: writing a low half sets the clock or arms the alarm. */
  write(offset: number, _size: number, value: number): void {
    const state = this.state;
    if (offset === REGISTER.timeHigh) state.timeHigh = value;
    else if (offset === REGISTER.timeLow) state.offsetNs = join(state.timeHigh, value) - this.#wallClockNs();
    else if (offset === REGISTER.alarmHigh) state.alarmHigh = value;
    else if (offset === REGISTER.alarmLow) {
      state.alarmNs = join(state.alarmHigh, value);
      state.armed = true;
    } else if (offset === REGISTER.clearAlarm) state.armed = false;
    else if (offset === REGISTER.interruptEnabled) state.interruptEnabled = (value & 1) !== 0;
    else if (offset === REGISTER.clearInterrupt) state.pending = false;
    this.service();
  }

  /** Rings when the alarm is due. */
  service(): void {
    const { state } = this;
    if (state.armed && this.#now() >= state.alarmNs) {
      state.armed = false;
      state.pending = true;
    }
    this.#update();
  }

  /** Nanoseconds until the alarm rings; Infinity when none is set that anybody would hear. */
  get dueInNs(): number {
    const { armed, interruptEnabled, alarmNs } = this.state;
    return armed && interruptEnabled ? Math.max(0, Number(alarmNs - this.#now())) : Infinity;
  }

  #now(): bigint {
    return (this.#wallClockNs() + this.state.offsetNs) & SIGNIFICANT;
  }

  #update(): void {
    this.#line(this.state.pending && this.state.interruptEnabled);
  }
}

function join(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}
