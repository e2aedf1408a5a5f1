import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../host/testing/fake-clock.ts';
import { STALL_MS } from './console-client.ts';
import type { ConsoleClient } from './console-client.ts';
import { MachineConsole } from './console.ts';
import { FakePipe } from '../testing/fake-runner.ts';

/** A client that takes what it gets at once, or when the test says so. */
class Watcher implements ConsoleClient {
  seen = '';
  slow = false;
  readonly waiting: (() => void)[] = [];

  write(bytes: Uint8Array): Promise<void> {
    this.seen += new TextDecoder().decode(bytes);
    return this.slow ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve();
  }

  take(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

const KILOBYTE = 'x'.repeat(1022) + '\r\n';
let clock: FakeClock;
let console: MachineConsole;
let pipe: FakePipe;

beforeEach(() => {
  clock = new FakeClock();
  console = new MachineConsole(clock);
  pipe = new FakePipe();
  console.connect(pipe);
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

/** The guest writes until it is held back. @returns kilobytes that it got rid of */
async function flood(most: number): Promise<number> {
  for (let n = 0; n < most; n++) {
    if (pipe.say(KILOBYTE) < 1024) return n;
    await settle();
  }
  return most;
}

describe('the console of a machine', () => {
  it('shows everyone what the guest writes, and a newcomer what was before', async () => {
    const early = new Watcher();
    console.attach(early);
    pipe.say('one ');
    await settle();
    const late = new Watcher();
    expect(console.attach(late).scrollbackBytes).toBe(4);
    pipe.say('two');
    await settle();
    expect([early.seen, late.seen]).toEqual(['one two', 'one two']);
  });

  it('takes a flood when nobody looks, and holds the guest back for one who looks slowly', async () => {
    expect(await flood(600)).toBe(600);
    const watcher = new Watcher();
    watcher.slow = true;
    console.attach(watcher);
    const taken = await flood(600);
    expect(taken).toBeGreaterThan(60);
    expect(taken).toBeLessThan(100);
    watcher.slow = false;
    watcher.take();
    await settle();
    expect(await flood(300)).toBe(300);
  });

  it('holds the guest back for the slowest only as long as it takes anything', async () => {
    const good = new Watcher();
    const stalled = new Watcher();
    stalled.slow = true;
    console.attach(good);
    console.attach(stalled);
    await flood(600);
    clock.pass(STALL_MS - 1);
    expect(await flood(600)).toBe(0);
    clock.pass(1);
    await settle();
    expect(await flood(600)).toBe(600);
    expect(good.seen.length).toBeGreaterThan(stalled.seen.length + 500 * 1024);
  });

  it('clears a client that comes back after it was left behind, and shows it the present', async () => {
    const stalled = new Watcher();
    stalled.slow = true;
    console.attach(stalled);
    await flood(600);
    clock.pass(STALL_MS);
    await settle();
    pipe.say('the present');
    await settle();
    stalled.seen = '';
    stalled.slow = false;
    stalled.take();
    await settle();
    expect(stalled.seen).toMatch(/^\x18\x1b\\\x1b\[!p.*\x1b\[3J/);
    expect(stalled.seen).toMatch(/the present$/);
    pipe.say(' and more');
    await settle();
    expect(stalled.seen).toMatch(/the present and more$/);
  });

  it('forgets a client whose connection is gone', async () => {
    console.attach({ write: () => Promise.reject(new Error('gone')) });
    expect(await flood(600)).toBe(600);
  });

  it('gives what is typed to the guest as it has room, in order', async () => {
    const first = console.write(new TextEncoder().encode('a'.repeat(1500)));
    const second = console.write(new TextEncoder().encode('b'));
    let done = '';
    void first.then(() => (done += '1'));
    void second.then(() => (done += '2'));
    await settle();
    expect(done).toBe('');
    expect(pipe.hear()).toBe('a'.repeat(1024));
    await settle();
    expect(done).toBe('12');
    expect(pipe.hear()).toBe('a'.repeat(476) + 'b');
  });

  it('refuses more input than anyone types when the guest does not read', async () => {
    const paste = (): Promise<void> => console.write(new Uint8Array(100_000));
    void paste();
    void paste();
    await expect(paste()).rejects.toThrow('the guest does not read what was typed');
  });

  it('reads the last words of a run that ended, and goes on with the next', async () => {
    const watcher = new Watcher();
    console.attach(watcher);
    pipe.say('last words');
    console.disconnect();
    console.note('The machine is off');
    const next = new FakePipe();
    console.connect(next);
    next.say('again');
    pipe.say('nobody hears this');
    await settle();
    expect(watcher.seen).toMatch(/^last words[^]*The machine is off[^]*again$/);
  });
});
