import { COMPLETE } from '../../../host/frame-port.ts';
import type { Offload } from '../../../host/frame-port.ts';
import { HOSTILE_OPERATIONS, seededRandom } from '../../../machine/devices/testing/random.ts';
import { ipFrame, numbered, tcpPayload, udpPayload, uncutTcp } from './frames.ts';

export const HOSTILE_FRAMES = HOSTILE_OPERATIONS;
/** For as many: only a stop for what never ends. */
export const HOSTILE_TIMEOUT_MS = 60_000 + HOSTILE_FRAMES * 2;

/** Numbers from 0 to 1, 1 excluded: the same for the same seed. @param seed not 0 */
export function seededFractions(seed: number): () => number {
  const random = seededRandom(seed);
  return () => random(2 ** 32) / 2 ** 32;
}

/** Frames that are sound but for a few bytes, their length, or what is said to be left to do; or plain noise. */
export function hostileFrames(seed: number): () => { bytes: Uint8Array; offload: Offload } {
  const random = seededFractions(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const models = soundFrames();
  return () => {
    const model = models[below(models.length)] ?? { bytes: new Uint8Array(14), offload: COMPLETE };
    const source = random() < 0.1 ? numbered(1 + below(200)) : model.bytes;
    const bytes = source.slice(0, random() < 0.3 ? 1 + below(source.length) : source.length);
    for (let count = below(6); count > 0; count--) bytes[below(Math.min(bytes.length, 120))] = below(256);
    const { offload } = model;
    if (random() < 0.7) return { bytes, offload };
    const wild = { ...offload, flags: below(4), checksumStart: below(70_000), checksumOffset: below(70_000) };
    return {
      bytes,
      offload: random() < 0.5 ? wild : { ...offload, segmentation: below(256), segmentBytes: below(3000) },
    };
  };
}

function soundFrames(): { bytes: Uint8Array; offload: Offload }[] {
  const [source, destination] = ['10.86.0.2', '10.86.0.3'];
  const dns = [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 119, 119, 119, 2, 105, 110, 0, 0, 1, 0, 1];
  const payloads = [
    { protocol: 6, payload: tcpPayload({ options: [2, 4, 5, 180, 1, 3, 3, 7], flags: 2 }) },
    { protocol: 17, payload: udpPayload(5000, 53, Uint8Array.from(dns)) },
    { protocol: 17, payload: udpPayload(68, 67, numbered(300)) },
    { protocol: 1, payload: Uint8Array.of(8, 0, 0, 0, 0, 1, 0, 1, 1, 2) },
  ];
  const [source6, destination6] = ['fd12::2', 'fd12::3'];
  const neighbour = Uint8Array.from([
    135,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0xfd,
    0x12,
    ...new Array<number>(14).fill(0),
    1,
    1,
    1,
    2,
    3,
    4,
    5,
    6,
  ]);
  const wrapped = Uint8Array.from([58, 0, 5, 2, 0, 0, 1, 0, ...neighbour]);
  const frames = [
    ...payloads.map((packet) => ipFrame({ source, destination, ...packet })),
    ipFrame({ source: source6, destination: destination6, protocol: 58, payload: neighbour, checksumAt: 2 }),
    ipFrame({ source: source6, destination: destination6, protocol: 0, payload: wrapped }),
  ].map((bytes) => ({ bytes, offload: COMPLETE }));
  const uncut = ([4, 6] as const).map((version) => uncutTcp({ data: numbered(5000), flags: 24 }, 1400, version));
  return [...frames, ...uncut.map(({ frame, offload }) => ({ bytes: frame, offload }))];
}
