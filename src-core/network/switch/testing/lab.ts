import type { Frame, Offload } from '../../../host/frame-port.ts';
import { CAN, COMPLETE } from '../../../host/frame-port.ts';
import type { CardSpec, LinkConditions, SwitchPort } from '../../network-runner.ts';
import { PERFECT_LINK } from '../../network-runner.ts';
import { FakeHostNetwork } from '../../testing/fake-host-network.ts';
import { seededFractions } from '../../wire-format/testing/hostile.ts';
import { Switch } from '../switch.ts';

export const GATEWAY_MAC = '0a:00:00:00:00:01';

/** A card's end of a cable, with room for so many frames each way, as a test holds it. */
export class FakeCard implements SwitchPort {
  readonly card: CardSpec;
  /** What the switch has sent to it. */
  readonly received: Frame[] = [];
  /** What waits to be taken by the switch. */
  readonly sent: Frame[] = [];
  peerCan: number = CAN.checksum | CAN.tcp4 | CAN.tcp6 | CAN.ecn;
  room = Infinity;
  droppedFrames = 0;
  takenFrames = 0;

  constructor(name: string) {
    this.card = { key: name, name, mac: macOf(name), address: `10.86.0.${name.charCodeAt(0)}` };
  }

  send(pieces: readonly Uint8Array[], offload: Offload): boolean {
    if (this.received.length >= this.room) return false;
    this.received.push({ bytes: Uint8Array.from(pieces.flatMap((piece) => [...piece])), offload });
    return true;
  }

  peek(): Frame | null {
    return this.sent[0] ?? null;
  }

  take(): void {
    this.sent.shift();
    this.takenFrames++;
  }

  dropped(): void {
    this.droppedFrames++;
  }

  flush(): void {
    // Nobody sleeps here.
  }

  tell(): void {
    // What the switch takes is of no matter here: tests send what they want.
  }

  /** Has the card send a frame. */
  put(bytes: Uint8Array, offload: Offload = COMPLETE): void {
    this.sent.push({ bytes, offload });
  }

  /** The last byte of each frame that it received: tests number them so. */
  get numbers(): number[] {
    return this.received.map(({ bytes }) => bytes[bytes.length - 1] ?? -1);
  }
}

/** Of the card with this one-letter name. */
export function macOf(name: string): string {
  return `52:54:00:00:00:${name.charCodeAt(0).toString(16)}`;
}

/** A switch with cards and a gateway that only listens. */
export class Lab {
  readonly host = new FakeHostNetwork();
  readonly atGateway: Frame[] = [];
  readonly switch: Switch;
  rooms = 0;
  wakes = 0;

  constructor(conditions: LinkConditions = PERFECT_LINK) {
    const gateway = {
      mac: GATEWAY_MAC,
      receive: (frame: Frame): void => void this.atGateway.push({ ...frame, bytes: frame.bytes.slice() }),
      room: (): void => {
        this.rooms++;
      },
    };
    const situation = {
      now: () => this.host.now(),
      after: (milliseconds: number, then: () => void) => this.host.after(milliseconds, then),
      random: seededFractions(0x5eed),
      wake: () => {
        this.wakes++;
      },
    };
    this.switch = new Switch(situation, gateway, conditions);
  }

  card(name: string): FakeCard {
    const card = new FakeCard(name);
    this.switch.attach(card);
    return card;
  }

  /** Until there is nothing more to do at once. */
  settle(): void {
    for (let turn = 0; turn < 1000; turn++) if (!this.switch.service()) return;
    throw new Error('the switch never comes to rest');
  }

  pass(milliseconds: number): void {
    for (let passed = 0; passed < milliseconds; passed++) {
      this.host.advance(1);
      this.settle();
    }
  }
}
