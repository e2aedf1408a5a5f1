import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Doorbell } from './doorbell.ts';
import { allocateSharedPipe, GuestEnd, ServiceEnd } from './shared-pipe.ts';

/** Both ends with messages that arrive when the test says so. */
function connect(capacity: number) {
  const buffers = allocateSharedPipe(capacity);
  const doorbell = new Doorbell();
  const service = new ServiceEnd(buffers, doorbell);
  let nudges = 0;
  const guest = new GuestEnd(buffers, () => nudges++);
  const deliver = (): void => {
    for (; nudges > 0; nudges--) service.nudged();
  };
  return { service, guest, doorbell, deliver, pending: () => nudges };
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a shared pipe', () => {
  it('wakes the service once, however much the guest writes before it has looked', () => {
    const { service, guest, deliver, pending } = connect(16);
    let readable = 0;
    service.onReadable(() => readable++);
    for (const letter of 'hello') guest.write(bytesOf(letter));
    expect(pending()).toBe(1);
    deliver();
    const into = new Uint8Array(16);
    expect(service.read(into)).toBe(5);
    expect(new TextDecoder().decode(into.subarray(0, 5))).toBe('hello');
    guest.write(bytesOf('!'));
    expect(pending(), 'it has not said yet that it found nothing').toBe(0);
    expect(service.read(into)).toBe(1);
    expect(service.read(into)).toBe(0);
    guest.write(bytesOf('?'));
    expect(pending()).toBe(1);
    expect(readable).toBe(1);
  });

  it('rings for a guest that found it full, and only then', () => {
    const { service, guest, doorbell } = connect(4);
    const into = new Uint8Array(4);
    guest.write(bytesOf('abcd'));
    service.read(into);
    expect(doorbell.count).toBe(0);
    expect(guest.write(bytesOf('abcdef'))).toBe(4);
    service.read(into);
    expect(doorbell.count).toBe(1);
  });

  it('tells the service when the guest has made room', () => {
    const { service, guest, deliver } = connect(4);
    let writable = 0;
    service.onWritable(() => writable++);
    expect(service.write(bytesOf('abcdef'))).toBe(4);
    guest.read(new Uint8Array(2));
    deliver();
    expect(writable).toBe(1);
    expect(service.write(bytesOf('ef'))).toBe(2);
  });

  it('carries all bytes in order, both ways, and never leaves one side waiting for ever', () => {
    const step = fc.record({
      who: fc.constantFrom('service', 'guest', 'deliver'),
      size: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const { service, guest, deliver, doorbell } = connect(8);
        const sent = { up: 0, down: 0 };
        const seen = { up: 0, down: 0 };
        let awake = true;
        service.onReadable(() => (awake = true));
        const take = (end: { read(into: Uint8Array): number }, way: 'up' | 'down', size: number): number => {
          const into = new Uint8Array(size);
          const count = end.read(into);
          for (const byte of into.subarray(0, count)) expect(byte).toBe(seen[way]++ & 255);
          return count;
        };
        const put = (end: { write(bytes: Uint8Array): number }, way: 'up' | 'down', size: number): void => {
          sent[way] += end.write(Uint8Array.from({ length: size }, (_, at) => (sent[way] + at) & 255));
        };
        for (const { who, size } of steps) {
          if (who === 'deliver') deliver();
          else if (who === 'guest') {
            take(guest, 'down', size);
            put(guest, 'up', size);
          } else {
            put(service, 'down', size);
            // A service that was not woken does not look.
            if (awake) awake = take(service, 'up', size) > 0;
          }
        }
        deliver();
        while (awake) awake = take(service, 'up', 8) > 0;
        while (take(guest, 'down', 8) > 0);
        expect(seen).toEqual(sent);
        expect(doorbell.count).toBeGreaterThanOrEqual(sent.down > 0 ? 1 : 0);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
