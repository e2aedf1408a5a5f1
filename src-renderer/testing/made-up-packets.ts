import { AppError } from '../../src-core/base/errors.ts';
import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type { PacketSummary } from '../../src-core/contract/networks.ts';

type Stream = Awaited<ReturnType<InnkeeperClient['networks']['packets']>>;

const PACKETS = [
  ['10.86.0.3', '10.86.0.1', 'DNS', 74, '0x8f21 A? deb.debian.org'],
  ['10.86.0.1', '10.86.0.3', 'DNS', 138, '0x8f21 deb.debian.org CNAME, A 151.101.2.132'],
  ['10.86.0.3', '151.101.2.132', 'TCP', 74, '49152 → 80 [SYN] seq 0 win 64240'],
  ['151.101.2.132', '10.86.0.3', 'TCP', 74, '80 → 49152 [SYN, ACK] seq 0 ack 1 win 65535'],
  ['10.86.0.3', '151.101.2.132', 'HTTP', 214, 'GET /debian/dists/trixie/InRelease HTTP/1.1'],
  ['151.101.2.132', '10.86.0.3', 'HTTP', 32_834, 'HTTP/1.1 200 OK'],
  ['52:54:00:8a:2f:12', 'ff:ff:ff:ff:ff:ff', 'ARP', 42, 'who has 10.86.0.1? tell 10.86.0.4'],
  ['10.86.0.4', '10.86.0.3', 'ICMP', 98, 'echo request id 7 seq 1'],
] as const;
const EVERY_MS = 300;

function stream(next: (count: number) => Uint8Array): Stream {
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    opened: {},
    onData: (handler) => {
      let count = 0;
      const send = () => void handler(next((count += 1)), 0, () => undefined);
      for (let first = 0; first < 20; first += 1) send();
      timer = setInterval(send, EVERY_MS);
    },
    write: async () => undefined,
    finish: () => undefined,
    control: () => undefined,
    result: new Promise(() => undefined),
    close: () => clearInterval(timer),
  };
}

/** Understands no filter but the plainest. */
export function packetStream(filter: string): Stream {
  if (filter !== '' && !/^\w+( \w+)*$/.test(filter)) {
    throw new AppError({
      code: 'invalid-input',
      doing: 'show packets of network default',
      because: `“${filter}” ends where a port is expected`,
      hint: 'Write port 80',
    });
  }
  const encoder = new TextEncoder();
  return stream((number) => {
    const [source, destination, protocol, bytes, info] = PACKETS[number % PACKETS.length] ?? PACKETS[0];
    const packet: PacketSummary = {
      number,
      at: Date.now(),
      from: 'web-1/0',
      source,
      destination,
      protocol,
      bytes,
      info,
    };
    return encoder.encode(`${JSON.stringify(packet)}\n`);
  });
}

/** A pcap file of packets full of letters. */
export function captureStream(): Stream {
  return stream((number) => {
    const bytes = PACKETS[number % PACKETS.length]?.[3] ?? 0;
    const piece = new Uint8Array((number === 1 ? 24 : 0) + 16 + bytes).fill(0x41);
    const view = new DataView(piece.buffer, number === 1 ? 24 : 0);
    if (number === 1) new DataView(piece.buffer).setUint32(0, 0xa1b2c3d4, true);
    view.setUint32(0, Math.floor(Date.now() / 1000), true);
    view.setUint32(4, (Date.now() % 1000) * 1000, true);
    view.setUint32(8, bytes, true);
    view.setUint32(12, bytes, true);
    return piece;
  });
}
