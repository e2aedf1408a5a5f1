import { create } from 'zustand';
import { AppError } from '../../src-core/base/errors.ts';
import type { InnkeeperClient } from '../../src-core/contract/contract.ts';
import type { ServiceEvent } from '../../src-core/contract/events.ts';
import { type Failure, toFailure } from '../../src-core/contract/failures.ts';
import { applyEvent, replaceInventory } from './inventory.ts';

/** A connection to the service, over whatever transport. */
export interface Connection {
  readonly client: InnkeeperClient;
  onEvent(handler: (event: ServiceEvent) => void): void;
  onClose(handler: () => void): void;
}

export type Connect = () => Promise<Connection>;

interface Session {
  /** connecting: for the first time. lost: it was there, and is being sought again. */
  readonly status: 'connecting' | 'ready' | 'lost';
  readonly problem: Failure | null;
  /** Counts connections: whoever holds a stream opens it anew when this changes. */
  readonly generation: number;
}

export const useSession = create<Session>(() => ({ status: 'connecting', problem: null, generation: 0 }));

const RETRY_FIRST_MS = 250;
const RETRY_LONGEST_MS = 5000;

let current: InnkeeperClient | null = null;

/** @throws AppError unavailable, while there is no connection */
export function service(): InnkeeperClient {
  if (current !== null) return current;
  throw new AppError({
    code: 'unavailable',
    doing: 'reach the Innkeeper service',
    because: 'there is no connection to it',
    hint: 'The window connects again by itself as soon as the service answers.',
  });
}

async function fill(client: InnkeeperClient): Promise<void> {
  await client.events.subscribe({});
  const [machines, images, tasks, networks, host] = await Promise.all([
    client.machines.list({}),
    client.images.list({}),
    client.tasks.list({}),
    client.networks.list({}),
    client.host.view({}),
  ]);
  // A service whose container engine could not be set up has none of these, and its machines are there all the same.
  const [containers, containerImages, volumes, nodes] = await Promise.all([
    client.containers.list({}).catch(() => []),
    client.containerImages.list({}).catch(() => []),
    client.volumes.list({}).catch(() => []),
    client.nodes.list({}).catch(() => []),
  ]);
  replaceInventory({ machines, images, tasks, networks, host, containers, containerImages, volumes, nodes });
}

async function openOnce(connect: Connect, onLost: () => void): Promise<void> {
  const { client, onEvent, onClose } = await connect();
  onEvent(applyEvent);
  onClose(() => {
    current = null;
    useSession.setState({ status: 'lost', problem: null });
    onLost();
  });
  await fill(client);
  current = client;
  useSession.setState((session) => ({ status: 'ready', problem: null, generation: session.generation + 1 }));
}

/** Connects, and connects again whenever the connection goes away, for as long as the page lives. */
export function keepConnected(connect: Connect): void {
  let delayMs = RETRY_FIRST_MS;
  const attempt = (): void => {
    openOnce(connect, () => setTimeout(attempt, RETRY_FIRST_MS)).then(
      () => {
        delayMs = RETRY_FIRST_MS;
      },
      (error: unknown) => {
        useSession.setState({ problem: toFailure(error, 'reach the Innkeeper service') });
        setTimeout(attempt, delayMs);
        delayMs = Math.min(delayMs * 2, RETRY_LONGEST_MS);
      },
    );
  };
  attempt();
}
