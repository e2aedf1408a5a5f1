import { describe, expect, it } from 'vitest';
import { joinBytes } from '../../../../base/join-bytes.ts';
import { HOSTILE_OPERATIONS, seededRandom } from '../../../../machine/devices/testing/random.ts';
import type { LineConditions } from '../testing/simulated-line.ts';
import { patternAt, PERFECT, sendPattern, SimulatedConnection } from '../testing/simulated-line.ts';

const HOUR = 3_600_000;

function transfer(seed: number, conditions: LineConditions, bytes: { up: number; down: number }): SimulatedConnection {
  const random = seededRandom(seed);
  const connection = new SimulatedConnection(random, conditions);
  const { near, far, clock } = connection;
  near.most = 1448 * (1 + random(45));
  far.most = 1448 * (1 + random(45));
  const pieceOf = (): number => 1 + random(1 << (1 + random(17)));
  // Each end stops reading now and then.
  for (const end of [near, far]) {
    end.reads = () => {
      if (random(10) > 0) return true;
      clock.at(clock.now + random(300), () => end.endpoint.read());
      return false;
    };
  }
  near.offersOptions = seed % 3 !== 0;
  connection.open();
  sendPattern(near, bytes.up, pieceOf, 1);
  clock.run(HOUR, () => (far.endpoint as unknown) !== undefined);
  sendPattern(far, bytes.down, pieceOf, 2);
  clock.run(HOUR, () => near.result !== null && far.result !== null);
  return connection;
}

function expectWhole({ near, far }: SimulatedConnection, bytes: { up: number; down: number }, seed: number): void {
  const told = { seed, near: near.result, far: far.result, states: [near.endpoint.state, far.endpoint.state] };
  expect({ ...told, up: far.receivedBytes, down: near.receivedBytes }).toEqual({
    seed,
    near: 'well',
    far: 'well',
    states: ['closed', 'closed'],
    up: bytes.up,
    down: bytes.down,
  });
  expect(Buffer.compare(joinBytes(far.received), patternAt(0, bytes.up, 1))).toBe(0);
  expect(Buffer.compare(joinBytes(near.received), patternAt(0, bytes.down, 2))).toBe(0);
  expect([near.hasEnded, far.hasEnded, near.budget.used, far.budget.used]).toEqual([true, true, 0, 0]);
}

describe('two endpoints', () => {
  it('carry everything both ways over a perfect line', () => {
    const bytes = { up: 300_000, down: 5_000_000 };
    expectWhole(transfer(1, { ...PERFECT, delayMs: 1 }, bytes), bytes, 1);
  });

  it('carry every byte over lines that lose, delay, reorder, repeat and have no room', () => {
    const runs = Math.max(200, Math.floor(HOSTILE_OPERATIONS / 100));
    for (let seed = 1; seed <= runs; seed++) {
      const random = seededRandom(seed * 7919);
      const conditions: LineConditions = {
        delayMs: random(120),
        jitterMs: random(3) === 0 ? random(60) : 0,
        loss: random(2) === 0 ? random(100) / 1_000 : 0,
        duplication: random(3) === 0 ? random(100) / 1_000 : 0,
        refusal: random(3) === 0 ? random(200) / 1_000 : 0,
        mostPackets: random(3) === 0 ? 4 + random(40) : Infinity,
      };
      const bytes = { up: random(1 << random(19)), down: random(1 << random(19)) };
      expectWhole(transfer(seed, conditions, bytes), bytes, seed);
    }
  });

  it('carry 10 MB over a line with 5 % loss and 100 ms delay in bearable time', () => {
    const bytes = { up: 10_000_000, down: 0 };
    const connection = transfer(5, { ...PERFECT, delayMs: 50, loss: 0.05 }, bytes);
    expectWhole(connection, bytes, 5);
    // What NewReno gives is MSS / RTT * 1.22 / sqrt(loss): 126 s. Without mending one loss at a time it would be many more.
    expect(connection.clock.now).toBeLessThan(200_000);
    // Nearly nothing is sent that had arrived.
    expect(connection.near.sentPackets).toBeLessThan((bytes.up / 1448) * 1.1);
  });
});
