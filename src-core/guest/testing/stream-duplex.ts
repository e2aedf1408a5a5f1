import type { Duplex } from 'node:stream';
import type { AgentTimers } from '../agent-client.ts';
import type { ByteDuplex } from '../link.ts';

/** A stream of Node's as the client wants it. */
export function streamDuplex(stream: Duplex): ByteDuplex {
  return {
    write: (bytes) => stream.write(bytes.slice()),
    onData: (handler) => void stream.on('data', (chunk: Uint8Array) => handler(chunk)),
    onDrain: (handler) => void stream.on('drain', handler),
  };
}

export const realTimers: AgentTimers = {
  now: () => performance.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return { dispose: () => clearTimeout(timer) };
  },
};
