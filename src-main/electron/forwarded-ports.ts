import { createClient } from '../../src-core/contract/client.ts';
import { contract } from '../../src-core/contract/contract.ts';
import { connectLocally } from '../transports/local-socket.ts';
import { socketPathFor } from '../transports/socket-path.ts';

const REACHED_BY_LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '0.0.0.0', '::']);

/** Ports of this computer's loopback that lead to a guest now, over TCP, whichever process has the service. */
export async function forwardedPorts(dataDirectory: string): Promise<readonly number[]> {
  const channel = await connectLocally(socketPathFor(dataDirectory));
  try {
    const client = createClient(contract, channel);
    const [machines, containers] = await Promise.all([client.machines.list({}), client.containers.list({})]);
    return [...machines.flatMap(({ forwards }) => forwards), ...containers.flatMap(({ ports }) => ports)]
      .filter(
        ({ state, protocol, address }) => state === 'active' && protocol === 'tcp' && REACHED_BY_LOOPBACK.has(address),
      )
      .map(({ port }) => port);
  } finally {
    channel.close();
  }
}
