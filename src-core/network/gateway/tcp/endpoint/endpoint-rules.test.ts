import { beforeEach, describe, expect, it } from 'vitest';
import { joinBytes } from '../../../../base/join-bytes.ts';
import { SimulatedEnd, VirtualClock } from '../testing/simulated-line.ts';
import { ENDPOINT_LIMITS } from './limits.ts';
import type { Segment, SegmentHead } from './segment.ts';
import { FLAG, NO_DATA, NO_SACK } from './segment.ts';
import { parseSegment } from './segment-format.ts';

/** Of this end; the other end's are 5,000 and on. */
const ISS = 0xffff_fff0;
const IRS = 5_000;
const MINUTE = 60_000;

let clock: VirtualClock;
let end: SimulatedEnd;
let sent: Segment[];
let hasRoom: boolean;

beforeEach(() => {
  clock = new VirtualClock();
  end = new SimulatedEnd(clock);
  sent = [];
  hasRoom = true;
  end.put = (packets) => {
    if (hasRoom) sent.push(...packets.map((packet) => parseSegment(packet)!));
    return hasRoom;
  };
});

function receive(flags: number, fields: Partial<SegmentHead> & { data?: Uint8Array } = {}): void {
  end.endpoint.receive({
    sequence: IRS + 1,
    acknowledgment: (ISS + 1) >>> 0,
    flags,
    window: 65_535,
    maximumSegment: 0,
    windowScale: -1,
    sackPermitted: false,
    timestamps: null,
    sack: NO_SACK,
    data: NO_DATA,
    ...fields,
  });
}

function pass(milliseconds: number): void {
  const until = clock.now + milliseconds;
  clock.run(until, () => false);
  clock.now = until;
}

/** An active open that was answered; what was sent so far is forgotten. */
function established(options: Partial<SegmentHead> = {}): void {
  end.connect(ISS);
  receive(FLAG.syn | FLAG.ack, { sequence: IRS, maximumSegment: 1_000, ...options });
  sent.length = 0;
}

/** Sequence numbers as bytes since this end's SYN. */
function positions(): number[] {
  return sent.map(({ sequence }) => (sequence - ISS) >>> 0);
}

describe('an endpoint that opens', () => {
  it('sends SYN with what it offers, again with longer and longer waits, and gives up', () => {
    end.connect(ISS);
    const [syn] = sent;
    expect(syn).toMatchObject({
      sequence: ISS,
      flags: FLAG.syn,
      maximumSegment: 1460,
      windowScale: 7,
      sackPermitted: true,
    });
    pass(1_001 + 2_001);
    expect(sent.length).toBe(3);
    pass(10 * MINUTE);
    expect([sent.filter(({ flags }) => flags === FLAG.syn).length, end.result]).toEqual([7, 'timeout']);
  });

  it('acknowledges the answer', () => {
    end.connect(ISS);
    receive(FLAG.syn | FLAG.ack, { sequence: IRS });
    expect(sent[1]).toMatchObject({ sequence: (ISS + 1) >>> 0, acknowledgment: IRS + 1, flags: FLAG.ack });
    expect([end.isEstablished, end.endpoint.state]).toEqual([true, 'established']);
  });

  it('is established when the other end opens at the same time', () => {
    end.connect(ISS);
    receive(FLAG.syn, { sequence: IRS, acknowledgment: 0 });
    expect([end.endpoint.state, sent[1]?.flags]).toEqual(['syn-received', FLAG.syn | FLAG.ack]);
    receive(FLAG.syn | FLAG.ack, { sequence: IRS });
    receive(FLAG.ack);
    expect(end.endpoint.state).toBe('established');
  });

  it('is refused by RST that acknowledges its SYN, and by no other', () => {
    end.connect(ISS);
    receive(FLAG.rst | FLAG.ack, { acknowledgment: 77 });
    receive(FLAG.rst);
    expect(end.result).toBe(null);
    receive(FLAG.rst | FLAG.ack);
    expect(end.result).toBe('refused');
  });

  it('answers an acknowledgment of what it never sent by RST', () => {
    end.connect(ISS);
    receive(FLAG.syn | FLAG.ack, { acknowledgment: 77 });
    expect(sent[1]).toMatchObject({ flags: FLAG.rst, sequence: 77 });
    expect(end.endpoint.state).toBe('syn-sent');
  });

  it('sends what was written before, and FIN behind it, once the connection stands', () => {
    end.connect(ISS);
    end.endpoint.write(new Uint8Array(10));
    end.endpoint.end();
    receive(FLAG.syn | FLAG.ack, { sequence: IRS });
    expect(sent[1]).toMatchObject({ flags: FLAG.ack | FLAG.psh | FLAG.fin });
    expect([sent[1]!.data.length, end.endpoint.state]).toEqual([10, 'fin-wait-1']);
  });
});

describe('an established endpoint', () => {
  it('believes RST only at the very next number: RFC 5961', () => {
    established();
    receive(FLAG.rst, { sequence: IRS + 100 });
    expect([end.result, sent.map(({ flags }) => flags)]).toEqual([null, [FLAG.ack]]);
    receive(FLAG.rst, { sequence: IRS - 100_000 });
    expect([end.result, sent.length]).toEqual([null, 1]);
    receive(FLAG.rst);
    expect(end.result).toBe('reset');
  });

  it('answers SYN, and acknowledgments of what was never sent, by a bounded number of acknowledgments', () => {
    established();
    for (let at = 0; at < 1_000; at++) {
      receive(FLAG.syn, { sequence: IRS + 1 + at });
      receive(FLAG.ack, { acknowledgment: (ISS + 500 + at) >>> 0 });
    }
    expect([sent.length, end.endpoint.state]).toEqual([ENDPOINT_LIMITS.challengesPerSecond, 'established']);
  });

  it('drops what is older than what it has seen: PAWS', () => {
    established({ timestamps: { value: 10_000, echo: ISS } });
    receive(FLAG.ack, { timestamps: { value: 9_000, echo: ISS }, data: Uint8Array.of(1) });
    expect([end.receivedBytes, sent.at(-1).acknowledgment]).toEqual([0, IRS + 1]);
    receive(FLAG.ack, { timestamps: { value: 10_000, echo: ISS }, data: Uint8Array.of(1) });
    expect(end.receivedBytes).toBe(1);
  });

  it('takes each byte once, however segments overlap', () => {
    established();
    const whole = Uint8Array.from({ length: 90 }, (_, at) => at);
    for (const [from, to] of [
      [0, 20],
      [10, 30],
      [50, 60],
      [40, 70],
      [45, 80],
      [25, 90],
      [0, 90],
    ] as const)
      receive(FLAG.ack, { sequence: IRS + 1 + from, data: whole.slice(from, to) });
    expect(joinBytes(end.received)).toEqual(whole);
  });

  it('tells what arrived beyond a gap, the newest first', () => {
    established({ sackPermitted: true });
    const data = new Uint8Array(100);
    for (const at of [200, 600, 400]) receive(FLAG.ack, { sequence: IRS + 1 + at, data });
    const blocks = sent.at(-1).sack.map((edge) => edge - IRS - 1);
    expect(blocks).toEqual([400, 500, 600, 700, 200, 300]);
    receive(FLAG.ack, { data: new Uint8Array(200) });
    expect([sent.at(-1).acknowledgment - IRS - 1, sent.at(-1).sack.map((edge) => edge - IRS - 1)]).toEqual([
      300,
      [400, 500, 600, 700],
    ]);
  });

  it('sends again what three duplicates say is lost, and only that', () => {
    established({ sackPermitted: true });
    end.most = 1_000;
    end.endpoint.write(new Uint8Array(6_000));
    expect(positions()).toEqual([1, 1_001, 2_001, 3_001, 4_001, 5_001]);
    const block = (to: number): number[] => [(ISS + 1_001) >>> 0, (ISS + to) >>> 0];
    for (const to of [2_001, 3_001, 4_001]) receive(FLAG.ack, { sack: block(to) });
    expect(positions().slice(6)).toEqual([1]);
  });

  it('sends again after a time without acknowledgment, and gives up in the end', () => {
    established();
    end.endpoint.write(new Uint8Array(10));
    pass(ENDPOINT_LIMITS.leastRto + 1);
    expect(positions()).toEqual([1, 1]);
    pass(60 * MINUTE);
    expect([end.result, sent.at(-1).flags & FLAG.rst]).toEqual(['timeout', FLAG.rst]);
    expect(sent.length).toBe(ENDPOINT_LIMITS.retries + 2);
  });

  it('does not count what found no room as lost', () => {
    established();
    hasRoom = false;
    end.endpoint.write(new Uint8Array(10));
    pass(30 * MINUTE);
    hasRoom = true;
    end.room();
    expect([end.result, positions()]).toEqual([null, [1]]);
  });

  it('asks a closed window again and again, as long as it is answered', () => {
    established();
    receive(FLAG.ack, { window: 0 });
    end.endpoint.write(new Uint8Array(10));
    expect(sent.length).toBe(0);
    for (let asked = 0; asked < 40; asked++) {
      const before = sent.length;
      pass(61_000);
      expect(sent.length).toBeGreaterThan(before);
      receive(FLAG.ack, { window: 0 });
    }
    expect([end.result, sent.every(({ data }) => data.length === 0)]).toEqual([null, true]);
    receive(FLAG.ack, { window: 1_000 });
    expect(sent.at(-1).data.length).toBe(10);
  });

  it('waits with a small segment while the window is small, but not for ever', () => {
    established();
    receive(FLAG.ack, { window: 10_000 });
    receive(FLAG.ack, { window: 20 });
    end.endpoint.write(new Uint8Array(3_000));
    expect(sent.length).toBe(0);
    pass(5_000);
    expect(sent.some(({ data }) => data.length === 20)).toBe(true);
  });

  it('never takes its window back, and opens it by a lot or not at all', () => {
    established();
    end.reads = () => false;
    const edges: number[] = [];
    receive(FLAG.ack, { sequence: IRS, data: Uint8Array.of(0) });
    for (let at = 0; at < 200; at++) {
      receive(FLAG.ack, { sequence: IRS + 1 + at * 1_000, data: new Uint8Array(1_000) });
      const { acknowledgment, window } = sent.at(-1);
      edges.push(acknowledgment + window);
    }
    expect(edges.slice(2).every((edge, at) => edge >= edges[at + 1]!)).toBe(true);
  });

  it('asks whether the other end is there after hours of silence', () => {
    established();
    pass(2 * 60 * MINUTE + 1);
    expect(sent.map(({ sequence, data }) => [(sequence - ISS) >>> 0, data.length])).toEqual([[0, 0]]);
    receive(FLAG.ack);
    pass(2 * 60 * MINUTE + 1);
    expect([sent.length, end.result]).toEqual([2, null]);
    pass(20 * MINUTE);
    expect(end.result).toBe('timeout');
  });

  it('delays an acknowledgment of one segment, and no other', () => {
    established();
    receive(FLAG.ack, { data: new Uint8Array(1_000) });
    expect(sent.length).toBe(0);
    pass(ENDPOINT_LIMITS.delayedAck);
    expect(sent.length).toBe(1);
    receive(FLAG.ack, { sequence: IRS + 1_001, data: new Uint8Array(1_000) });
    receive(FLAG.ack, { sequence: IRS + 2_001, data: new Uint8Array(1_000) });
    expect(sent.length).toBe(2);
  });

  it('waits for more with a short segment only while two whole ones are on the way', () => {
    established();
    end.most = 10_000;
    end.endpoint.write(new Uint8Array(10));
    end.endpoint.write(new Uint8Array(10));
    expect(sent.length).toBe(2);
    end.endpoint.write(new Uint8Array(2_500));
    expect(sent.slice(2).reduce((sum, { data }) => sum + data.length, 0)).toBe(2_000);
    receive(FLAG.ack, { acknowledgment: (ISS + 2_021) >>> 0 });
    expect(sent.at(-1).data.length).toBe(500);
  });
});

describe('an endpoint that closes', () => {
  it('goes through FIN-WAIT and TIME-WAIT, where FIN that comes again is acknowledged again', () => {
    established();
    end.endpoint.end();
    expect(end.endpoint.state).toBe('fin-wait-1');
    receive(FLAG.ack, { acknowledgment: (ISS + 2) >>> 0 });
    expect(end.endpoint.state).toBe('fin-wait-2');
    const fin = { acknowledgment: (ISS + 2) >>> 0 };
    receive(FLAG.ack | FLAG.fin, fin);
    expect([end.endpoint.state, end.hasEnded, sent.at(-1).acknowledgment]).toEqual(['time-wait', true, IRS + 2]);
    const before = sent.length;
    receive(FLAG.ack | FLAG.fin, fin);
    expect(sent.length).toBe(before + 1);
    pass(ENDPOINT_LIMITS.timeWait + 1);
    expect([end.result, end.endpoint.state]).toEqual(['well', 'closed']);
  });

  it('goes through CLOSING when both close at once', () => {
    established();
    end.endpoint.end();
    receive(FLAG.ack | FLAG.fin);
    expect(end.endpoint.state).toBe('closing');
    receive(FLAG.ack, { sequence: IRS + 2, acknowledgment: (ISS + 2) >>> 0 });
    expect(end.endpoint.state).toBe('time-wait');
  });

  it('goes through CLOSE-WAIT and LAST-ACK when the other end closes first', () => {
    established();
    receive(FLAG.ack | FLAG.fin);
    expect([end.endpoint.state, end.hasEnded]).toEqual(['close-wait', true]);
    end.endpoint.write(new Uint8Array(10));
    end.endpoint.end();
    expect(end.endpoint.state).toBe('last-ack');
    receive(FLAG.ack, { sequence: IRS + 2, acknowledgment: (ISS + 12) >>> 0 });
    expect(end.result).toBe('well');
  });

  it('gives everything to a slow reader although the connection is over', () => {
    established();
    end.reads = () => false;
    receive(FLAG.ack, { data: new Uint8Array(500) });
    receive(FLAG.ack | FLAG.fin, { sequence: IRS + 501, data: new Uint8Array(700) });
    end.endpoint.end();
    receive(FLAG.ack, { sequence: IRS + 1_202, acknowledgment: (ISS + 2) >>> 0 });
    pass(MINUTE);
    expect([end.receivedBytes, end.hasEnded, end.result]).toEqual([500, false, null]);
    end.reads = () => true;
    end.endpoint.read();
    pass(MINUTE);
    expect([end.receivedBytes, end.hasEnded, end.result, end.budget.used]).toEqual([1_200, true, 'well', 0]);
  });

  it('does not wait for FIN for ever when nobody reads any more', () => {
    established();
    end.endpoint.end();
    end.endpoint.orphan();
    receive(FLAG.ack, { acknowledgment: (ISS + 2) >>> 0 });
    pass(ENDPOINT_LIMITS.orphanWait + 1);
    expect(end.result).toBe('timeout');
  });

  it('may be replaced in TIME-WAIT by a SYN that is newer', () => {
    established();
    end.endpoint.end();
    receive(FLAG.ack | FLAG.fin, { acknowledgment: (ISS + 2) >>> 0 });
    const syn = (sequence: number): Segment => ({
      ...sent[0]!,
      flags: FLAG.syn,
      sequence,
      data: NO_DATA,
      timestamps: null,
    });
    expect([end.endpoint.mayBeReplacedBy(syn(IRS)), end.endpoint.mayBeReplacedBy(syn(IRS + 100_000))]).toEqual([
      false,
      true,
    ]);
  });
});
