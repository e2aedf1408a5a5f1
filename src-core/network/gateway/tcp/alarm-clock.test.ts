import { expect, it } from 'vitest';
import { seededRandom } from '../../../machine/devices/testing/random.ts';
import { FakeHostNetwork } from '../../testing/fake-host-network.ts';
import { Alarm, AlarmClock } from './alarm-clock.ts';

it('rings every alarm at its time or before, once, with one timer of the computer', () => {
  const host = new FakeHostNetwork();
  const clock = new AlarmClock(host);
  const random = seededRandom(3);
  const due = new Map<Alarm, number>();
  const alarms = Array.from({ length: 300 }, () => {
    const alarm: Alarm = new Alarm(() => {
      expect(due.has(alarm)).toBe(true);
      expect(host.now()).toBeLessThanOrEqual(due.get(alarm)!);
      due.delete(alarm);
    });
    return alarm;
  });
  for (let step = 0; step < 20_000; step++) {
    const alarm = alarms[random(alarms.length)]!;
    if (random(4) === 0) {
      clock.remove(alarm);
      due.delete(alarm);
    } else {
      const at = host.now() + random(500);
      clock.set(alarm, at);
      due.set(alarm, Math.min(due.get(alarm) ?? Infinity, at));
    }
    expect(host.timers).toBeLessThanOrEqual(1);
    if (random(20) === 0) host.advance(random(100));
    for (const at of due.values()) expect(at).toBeGreaterThanOrEqual(host.now());
  }
  host.advance(1_000);
  expect([due.size, host.timers]).toEqual([0, 0]);
});
