import { joinBytes } from '../base/join-bytes.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameError, FrameSplitter, decodeFrame, encodeFrame } from './frames.ts';
import { clientMessageSchema } from './wire.ts';
import type { ClientMessage } from './wire.ts';

const SEED = { seed: 20261122, numRuns: 300 };

const id = fc.nat();
const message = fc.oneof(
  fc.record({ kind: fc.constant('request'), id, method: fc.string(), input: fc.jsonValue() }),
  fc.record({ kind: fc.constant('data'), stream: id, channel: id, bytes: fc.uint8Array({ maxLength: 2000 }) }),
  fc.record({ kind: fc.constant('credit'), stream: id, channel: id, bytes: id }),
) as fc.Arbitrary<ClientMessage>;

describe('frames', () => {
  it('give back every message that was put in', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const received = decodeFrame(encodeFrame(sent));
        expect(received).toEqual(
          JSON.parse(JSON.stringify(sent)).kind === 'data' ? sent : JSON.parse(JSON.stringify(sent)),
        );
      }),
      SEED,
    );
  });

  it('come out of a byte stream whole, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1 }),
        (sent, cuts) => {
          const stream = joinBytes(sent.map((each) => encodeFrame(each, true)));
          const splitter = new FrameSplitter(100_000);
          const frames: Uint8Array[] = [];
          for (let at = 0, cut = 0; at < stream.length; cut++) {
            const length = cuts[cut % cuts.length]!;
            frames.push(...splitter.push(stream.subarray(at, at + length)));
            at += length;
          }
          expect(frames).toEqual(sent.map((each) => encodeFrame(each)));
        },
      ),
      SEED,
    );
  });

  it('are refused with a FrameError, never otherwise, when they are garbage', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(message, fc.nat(), fc.nat(255)).map(([valid, at, byte]) => {
        const frame = encodeFrame(valid);
        frame[at % frame.length] = byte;
        return frame;
      }),
    );
    fc.assert(
      fc.property(garbage, (frame) => {
        try {
          clientMessageSchema.safeParse(decodeFrame(frame));
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { ...SEED, numRuns: 2000 },
    );
  });

  it('are refused when one is announced that is larger than allowed, before its memory is taken', () => {
    expect(() => new FrameSplitter(1000).push(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toThrow(FrameError);
    expect(() => new FrameSplitter(1000).push(Uint8Array.of(0xe9, 3, 0, 0))).toThrow(FrameError);
    expect(new FrameSplitter(1000).push(Uint8Array.of(0xe8, 3, 0, 0))).toEqual([]);
  });
});
