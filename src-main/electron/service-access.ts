import type { MessagePortMain } from 'electron';
import { AppError } from '../../src-core/base/errors.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../src-core/contract/wire.ts';
import { createService, type Service } from '../service/service.ts';
import { electronPortChannel } from '../transports/electron-port.ts';
import { connectLocally, listenLocally, type LocalListener } from '../transports/local-socket.ts';
import { serveService } from '../transports/serve-service.ts';
import { socketPathFor } from '../transports/socket-path.ts';

type ServerEnd = MessageChannel<ServerMessage, ClientMessage>;

/** The service as the app has it: its own, or that of the process that owns the data directory. */
export interface ServiceAccess {
  /** null: the service is another process's, and goes on without this app. */
  readonly own: Service | null;
  connect(port: MessagePortMain): Promise<void>;
  close(): Promise<void>;
}

export interface ServiceAccessOptions {
  readonly dataDirectory: string;
  readonly version: string;
  log(message: string, error?: unknown): void;
}

async function ownAccess(service: Service, options: ServiceAccessOptions): Promise<ServiceAccess> {
  const serve = (channel: ServerEnd) => void serveService(service, channel);
  let local: LocalListener;
  try {
    local = await listenLocally(socketPathFor(options.dataDirectory), serve);
  } catch (error) {
    await service.dispose();
    throw error;
  }
  return {
    own: service,
    connect: (port) => {
      serve(electronPortChannel(port));
      return Promise.resolve();
    },
    close: async () => {
      // As in `inn serve`: the socket goes first, so that it is never the next owner's, the connections last.
      local.stopListening();
      await service.dispose();
      await local.close();
    },
  };
}

/** Passes messages on between the page and the owner's service, as they are: the owner checks them. */
function relay(page: ServerEnd, owner: MessageChannel<ClientMessage, ServerMessage>, options: ServiceAccessOptions) {
  page.onMessage((message) => {
    try {
      owner.send(message);
    } catch (error) {
      options.log('the page sent what is no message', error);
      page.close();
    }
  });
  owner.onMessage((message) => page.send(message));
  page.onClose(() => owner.close());
  owner.onClose(() => page.close());
}

function borrowedAccess(options: ServiceAccessOptions): ServiceAccess {
  return {
    own: null,
    connect: async (port) => {
      const owner = await connectLocally(socketPathFor(options.dataDirectory));
      relay(electronPortChannel(port), owner, options);
    },
    close: () => Promise.resolve(),
  };
}

function isOwnedByAnother(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unavailable' && 'pid' in error.data;
}

/**
 * Takes the data directory, or goes in with the process that has it (a background `inn serve`).
 * @throws AppError when it can be neither opened nor shared
 */
export async function openService(options: ServiceAccessOptions): Promise<ServiceAccess> {
  const { dataDirectory, version } = options;
  try {
    return await ownAccess(await createService({ dataDirectory, host: 'app', version }), options);
  } catch (error) {
    if (isOwnedByAnother(error)) return borrowedAccess(options);
    throw error;
  }
}
