import { MessageChannel as NodeMessageChannel } from 'node:worker_threads';
import type { MessagePort as NodePort } from 'node:worker_threads';
import { messageChannelSuite } from '../../src-core/contract/message-channel.suite.ts';
import { portChannel } from '../../src-renderer/connection/port-channel.ts';
import type { WindowPort } from '../../src-renderer/connection/port-channel.ts';
import { electronPortChannel } from './electron-port.ts';
import type { MainPort } from './electron-port.ts';

/** Node's port hands over the message itself where Electron's hands over an event. */
function asMainPort(port: NodePort): MainPort {
  return {
    postMessage: (message) => port.postMessage(message),
    on: (event: 'message' | 'close', listener: (event: { data: unknown }) => void) =>
      event === 'message'
        ? port.on('message', (data) => listener({ data }))
        : port.on('close', () => listener({ data: 0 })),
    start: () => port.start(),
    close: () => port.close(),
  };
}

messageChannelSuite('Electron port', () => {
  const { port1, port2 } = new NodeMessageChannel();
  return Promise.resolve({
    client: portChannel(port1 as unknown as WindowPort),
    server: electronPortChannel(asMainPort(port2)),
  });
});
