import { encodeJson, decodeJson } from '../ascii-json.ts';
import { decodeGrant } from '../credit.ts';
import { AgentLink } from '../link.ts';
import { FRAME_KIND, type Frame, type FrameKind } from '../protocol.ts';
import { MemoryEnd } from './memory-duplex.ts';

/** What the host sent, in the order in which it came. */
export type Heard =
  | { readonly session: number; readonly message: Record<string, unknown> }
  | { readonly session: number; readonly stdin: string }
  | { readonly session: number; readonly credit: number; readonly channel: number }
  | { readonly session: number; readonly finished: number };

const EVERYTHING = [
  ...['exec', 'terminal', 'ping', 'set-time', 'power-off', 'identify', 'rescan-pci', 'remove-pci'],
  ...['mount', 'unmount', 'sync', 'bring-up-cards'],
];

/** The guest's end, which says exactly what a test wants it to say. */
export class FakeGuest {
  readonly end = new MemoryEnd();
  readonly heard: Heard[] = [];
  readonly link: AgentLink;
  onUp = (): void => this.about();

  constructor(random: () => number = Math.random) {
    this.link = new AgentLink(this.end, random, {
      onUp: () => this.onUp(),
      onDown: () => this.link.start(),
      onFrame: (frame) => this.heard.push(translate(frame)),
      onWritable: () => undefined,
    });
  }

  about(features = EVERYTHING): void {
    this.say(0, { kind: 'about', agent: 'fake', features });
  }

  say(session: number, message: unknown): void {
    this.send(FRAME_KIND.message, session, 0, encodeJson(message));
  }

  send(kind: FrameKind, session: number, channel: number, payload: Uint8Array): void {
    this.link.send(kind, session, channel, payload);
  }
}

function translate(frame: Frame): Heard {
  const { session, channel } = frame;
  switch (frame.kind) {
    case FRAME_KIND.message:
      return { session, message: decodeJson(frame.payload) as Record<string, unknown> };
    case FRAME_KIND.data:
      return { session, stdin: new TextDecoder().decode(frame.payload) };
    case FRAME_KIND.credit:
      return { session, channel, credit: decodeGrant(frame.payload) ?? -1 };
    case FRAME_KIND.finish:
      return { session, finished: channel };
  }
}
