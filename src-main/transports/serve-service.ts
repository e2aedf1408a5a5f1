import type { Disposable } from '../../src-core/base/disposable.ts';
import { contract } from '../../src-core/contract/contract.ts';
import { serve } from '../../src-core/contract/server.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../src-core/contract/wire.ts';
import type { Service } from '../service/service.ts';

/** Serves the whole contract to whoever is at the other end of `channel`. */
export function serveService(service: Service, channel: MessageChannel<ServerMessage, ClientMessage>): Disposable {
  return serve(contract, service.handlers, channel, {
    onEvent: (listener) => service.onEvent(listener),
    snapshotEvents: () => service.snapshotEvents(),
    onDefect: (error, method) => service.logDefect(error, `${method} failed`),
    onViolation: (what) => service.logDefect(null, `a client was cut off: it sent ${what}`),
  });
}
