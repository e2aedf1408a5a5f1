import type { Disposable } from '../../../base/disposable.ts';
import type { HostNetwork } from '../../host-network.ts';

/** Something that is to happen at a time. It may ring too early, never too late. */
export class Alarm {
  readonly ring: () => void;
  /** For `AlarmClock` alone. */
  at = Infinity;
  place = -1;

  constructor(ring: () => void) {
    this.ring = ring;
  }
}

/**
 * Many alarms with one timer of this computer: a binary heap. TCP puts its alarms off with every segment; so a later
 * time is not noted: the alarm rings at the old one, and is set again by who finds that nothing is due.
 */
export class AlarmClock implements Disposable {
  readonly #host: Pick<HostNetwork, 'now' | 'after'>;
  readonly #heap: Alarm[] = [];
  #timer: Disposable | null = null;
  #timerAt = Infinity;

  constructor(host: Pick<HostNetwork, 'now' | 'after'>) {
    this.#host = host;
  }

  /** Lets it ring at that time, or before if it was set to before. */
  set(alarm: Alarm, at: number): void {
    if (at >= alarm.at) return;
    alarm.at = at;
    if (alarm.place < 0) alarm.place = this.#heap.push(alarm) - 1;
    this.#rise(alarm);
    this.#arm();
  }

  /** It does not ring. */
  remove(alarm: Alarm): void {
    const { place } = alarm;
    if (place < 0) return;
    alarm.place = -1;
    alarm.at = Infinity;
    const last = this.#heap.pop();
    if (this.#heap.length === 0) this.#disarm();
    if (last === undefined || last === alarm) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  dispose(): void {
    this.#disarm();
    this.#heap.length = 0;
  }

  #disarm(): void {
    if (this.#timer === null) return;
    this.#timer.dispose();
    this.#timer = null;
    this.#timerAt = Infinity;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.at >= this.#timerAt) return;
    this.#timer?.dispose();
    this.#timerAt = first.at;
    this.#timer = this.#host.after(Math.max(0, first.at - this.#host.now()), () => this.#ring());
  }

  #ring(): void {
    this.#timer = null;
    // Until this is over nothing sets the timer: once, at its end, is enough.
    this.#timerAt = -Infinity;
    const now = this.#host.now();
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.remove(first);
      first.ring();
    }
    this.#timerAt = Infinity;
    this.#arm();
  }

  #rise(alarm: Alarm): void {
    let { place } = alarm;
    while (place > 0) {
      const above = (place - 1) >>> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.at <= alarm.at) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(alarm, place);
  }

  #sink(alarm: Alarm): void {
    let { place } = alarm;
    for (;;) {
      const left = this.#heap[place * 2 + 1];
      const right = this.#heap[place * 2 + 2];
      const least = left !== undefined && right !== undefined && right.at < left.at ? right : left;
      if (least === undefined || least.at >= alarm.at) break;
      const below = least.place;
      this.#put(least, place);
      place = below;
    }
    this.#put(alarm, place);
  }

  #put(alarm: Alarm, place: number): void {
    this.#heap[place] = alarm;
    alarm.place = place;
  }
}
