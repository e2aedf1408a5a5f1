import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FrameReader } from './frames.ts';
import { FRAME_KIND, HEADER_BYTES, MAX_PAYLOAD_BYTES, type Frame, type FrameKind } from './protocol.ts';

const SEAL = 0x1234_5678;
const always = (): boolean => true;

function reader(): { frames: Frame[]; reader: FrameReader } {
  const frames: Frame[] = [];
  return {
    frames,
    reader: new FrameReader(SEAL, (frame) => frames.push({ ...frame, payload: frame.payload.slice() })),
  };
}

const anyFrame = fc.record({
  kind: fc.constantFrom<FrameKind>(...Object.values(FRAME_KIND)),
  session: fc.nat(0xffff_ffff),
  channel: fc.nat(255),
  payload: fc.uint8Array({ maxLength: 300 }),
});

describe('frames', () => {
  test('come out as they went in, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 40 })), (sent, cuts) => {
        const stream = sent.flatMap((f) => [...encodeFrame(f.kind, f.session, f.channel, f.payload, SEAL)]);
        const { frames, reader: own } = reader();
        for (let at = 0, i = 0; at < stream.length; i++) {
          const end = at + (cuts[i % cuts.length] ?? stream.length);
          expect(own.push(Uint8Array.from(stream.slice(at, end)), always)).toBeUndefined();
          at = end;
        }
        expect(frames).toEqual(sent);
      }),
      { seed: 20261122, numRuns: 200 },
    );
  });

  test('may be as long as allowed, and no longer', () => {
    const { frames, reader: own } = reader();
    own.push(encodeFrame(FRAME_KIND.data, 1, 1, new Uint8Array(MAX_PAYLOAD_BYTES), SEAL), always);
    expect(frames[0]?.payload.length).toBe(MAX_PAYLOAD_BYTES);
    const long = encodeFrame(FRAME_KIND.data, 1, 1, new Uint8Array(0), SEAL);
    new DataView(long.buffer).setUint32(8, MAX_PAYLOAD_BYTES + 1, true);
    expect(own.push(long, always)).toBe('no-frame');
  });

  test('that were cut off and filled up with zeros are a side that starts anew', () => {
    const cut = encodeFrame(FRAME_KIND.data, 1, 1, new Uint8Array(100).fill(7), SEAL).subarray(0, 50);
    const { frames, reader: own } = reader();
    expect(own.push(cut, always)).toBeUndefined();
    expect(own.push(new Uint8Array(HEADER_BYTES + 200), always)).toBe('restart');
    expect(frames).toEqual([]);
  });

  test('with another seal, kind or reserved bytes are none', () => {
    const whole = (): Uint8Array => encodeFrame(FRAME_KIND.data, 1, 1, Uint8Array.of(1, 2, 3), SEAL);
    for (const at of [0, 2, 3, whole().length - 1]) {
      const broken = whole();
      broken[at] = 0x77;
      expect(reader().reader.push(broken, always)).toBe('no-frame');
    }
  });
});
