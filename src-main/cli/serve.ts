import { resolve } from 'node:path';
import { AppError } from '../../src-core/base/errors.ts';
import { defaultDataDirectory } from '../service/os/data-directory.ts';
import { createService } from '../service/service.ts';
import type { Service } from '../service/service.ts';
import { listenLocally } from '../transports/local-socket.ts';
import { serveService } from '../transports/serve-service.ts';
import { socketPathFor } from '../transports/socket-path.ts';
import { loadWebSecrets } from '../transports/web/web-secrets.ts';
import { serveWeb } from '../transports/web/web-server.ts';
import type { WebServer } from '../transports/web/web-server.ts';
import type { CliIo, ServeRequest } from './io.ts';

/** Where the window is served unless another port is asked for; if it is taken, on any that is free. */
export const USUAL_WEB_PORT = 8471;

export interface ServeWorld {
  readonly io: Pick<CliIo, 'stdout' | 'stderr' | 'environment' | 'version' | 'onSignal'>;
  /** The built window. */
  readonly rendererDirectory: string;
}

/** `inn serve`: the service until a signal or a client ends it. @throws AppError when it cannot start */
export async function runService({ io, rendererDirectory }: ServeWorld, { webPort }: ServeRequest): Promise<void> {
  const dataDirectory = resolve(defaultDataDirectory(io.environment));
  const service = await createService({ dataDirectory, host: 'background', version: io.version });
  const cleanUp: (() => unknown)[] = [() => service.dispose()];
  try {
    const onConnection = (channel: Parameters<typeof serveService>[1]) => void serveService(service, channel);
    const local = await listenLocally(socketPathFor(dataDirectory), onConnection);
    // The socket goes before the data directory is given back, so that it is never the next owner's; the
    // connections go last, so that who waits for their end knows that everything is done.
    cleanUp.unshift(() => local.stopListening());
    cleanUp.push(() => local.close());
    const web =
      webPort === undefined
        ? undefined
        : await openWeb(service, dataDirectory, rendererDirectory, webPort, onConnection);
    if (web) cleanUp.unshift(() => web.close());
    io.stdout.write(`Innkeeper ${io.version} serves ${dataDirectory} (process ${process.pid})\n`);
    if (web) io.stdout.write(`Open this address in a browser of this computer:\n${web.url}\n`);
    await ended(io, service);
    io.stdout.write('Innkeeper ends.\n');
  } finally {
    for (const step of cleanUp) await step();
  }
}

async function openWeb(
  service: Service,
  dataDirectory: string,
  directory: string,
  port: number | null,
  onConnection: (channel: Parameters<typeof serveService>[1]) => void,
): Promise<WebServer> {
  const open = (chosen: number) =>
    serveWeb({ port: chosen, directory, secrets: loadWebSecrets(dataDirectory), onConnection });
  const web = await open(port ?? USUAL_WEB_PORT).catch((error: unknown) => {
    if (port !== null || !(error instanceof AppError)) throw error;
    return open(0);
  });
  const lease = service.ports.lease({
    address: '127.0.0.1',
    port: web.port,
    protocol: 'tcp',
    owner: 'Innkeeper window',
  });
  return {
    ...web,
    close: () => {
      lease.dispose();
      return web.close();
    },
  };
}

/** Resolves on the first signal, or when a client asks for the end. A second signal does not wait for guests. */
function ended(io: ServeWorld['io'], service: Service): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = () => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    io.onSignal('SIGINT', onSignal);
    io.onSignal('SIGTERM', onSignal);
    void service.stopRequested.then(resolve);
  });
}
