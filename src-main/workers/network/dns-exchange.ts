import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Endpoint } from '../../../src-core/network/host-network.ts';
import { familyOf } from './address-text.ts';
import { plainBytes } from './plain-bytes.ts';

/** RFC 1035 §4.1.1: id, flags and four counts. */
const HEADER_BYTES = 12;
const RESPONSE = 0x80;

/**
 * Sends a query in one datagram from a port of its own and waits for what answers just it: anybody can send datagrams, so
 * the id and the question have to be the same (RFC 5452 §9).
 * @returns null when nothing came in time, or nobody listens there
 */
export function askByUdp(server: Endpoint, query: Uint8Array, timeoutMs: number): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const socket = createSocket(familyOf(server.address.split('%')[0] ?? '') === 4 ? 'udp4' : 'udp6');
    let settled = false;
    const settle = (answer: Uint8Array | null): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(null), timeoutMs);
    socket.on('error', () => settle(null));
    socket.on('message', (bytes) => {
      if (answers(bytes, query)) settle(plainBytes(bytes));
    });
    // Connected, the socket takes datagrams from there only, and hears that nobody listens.
    socket.connect(server.port, server.address, () => socket.send(query));
  });
}

/** The same over a connection, RFC 7766: for answers that do not fit into a datagram. */
export function askByTcp(server: Endpoint, query: Uint8Array, timeoutMs: number): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: server.address, port: server.port });
    let received = Buffer.alloc(0);
    const settle = (answer: Uint8Array | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(null), timeoutMs);
    socket.on('error', () => settle(null));
    socket.on('end', () => settle(null));
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const answer = received.subarray(2, 2 + received.readUInt16BE(0));
      settle(answers(answer, query) ? Uint8Array.from(answer) : null);
    });
    socket.write(Buffer.from([query.length >> 8, query.length & 0xff]));
    socket.write(query);
  });
}

/** Whether it is a response with the query's id and question; letters may differ in case (RFC 4343). */
export function answers(response: Uint8Array, query: Uint8Array): boolean {
  if (response.length < HEADER_BYTES || ((response[2] ?? 0) & RESPONSE) === 0) return false;
  if (response[0] !== query[0] || response[1] !== query[1]) return false;
  // Servers that know no better leave the question out where they report an error.
  if (response[4] === 0 && response[5] === 0) return (response[3] ?? 0) % 16 !== 0;
  const end = questionEnd(query);
  if (response[5] !== query[5] || response.length < end) return false;
  for (let at = HEADER_BYTES; at < end; at++) {
    if (lower(response[at] ?? 0) !== lower(query[at] ?? 0)) return false;
  }
  return true;
}

/** Where the first question ends: labels, a zero, type and class. */
function questionEnd(query: Uint8Array): number {
  let at = HEADER_BYTES;
  while (at < query.length && query[at] !== 0) at += 1 + (query[at] ?? 0);
  return Math.min(at + 5, query.length);
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
