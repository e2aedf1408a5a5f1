import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { PortProbe } from '../../../src-core/host/port-probe.ts';

/** Takes the port for a moment: nothing else says for sure whether it can be had. */
export const probePort: PortProbe = ({ protocol, address, port }) =>
  protocol === 'tcp' ? probeTcp(address, port) : probeUdp(address, port);

type Found = Awaited<ReturnType<PortProbe>>;

function probeTcp(host: string, port: number): Promise<Found> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(foundBy(error)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')));
  });
}

function probeUdp(address: string, port: number): Promise<Found> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      resolve(foundBy(error));
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve('free')));
  });
}

function foundBy(error: NodeJS.ErrnoException): Found {
  return error.code === 'EACCES' || error.code === 'EPERM' ? 'denied' : 'taken';
}
