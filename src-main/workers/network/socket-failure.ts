import { AppError } from '../../../src-core/base/errors.ts';
import type { Endpoint, TcpFailure } from '../../../src-core/network/host-network.ts';

/** Ports below this one are not for everybody on Linux and others. */
const FIRST_FREE_PORT = 1024;

const FAILURES: Readonly<Record<string, TcpFailure>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  // A firewall of this computer says no.
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ETIMEDOUT: 'timeout',
};

/** The code that the operating system gave, "EADDRINUSE", or an empty string. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What a connection's error means; everything else ended it after it had been made, or might as well have. */
export function tcpFailureOf(error: unknown): TcpFailure {
  return FAILURES[codeOf(error)] ?? 'reset';
}

/** Why nobody can listen there, for a person. */
export function listenFailure(protocol: 'TCP' | 'UDP', at: Endpoint, error: unknown): AppError {
  const doing = `listen at ${protocol} port ${String(at.port)} of ${at.address}`;
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new AppError({
        code: 'already-exists',
        doing,
        because: 'another program of this computer has that port',
        hint: 'Choose another port, or end that program.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new AppError({
        code: 'denied',
        doing,
        because: 'this computer does not let you have that port',
        hint:
          at.port < FIRST_FREE_PORT
            ? `Choose a port from ${String(FIRST_FREE_PORT)} on: those below are for administrators.`
            : 'Choose another port.',
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return new AppError({
        code: 'not-found',
        doing,
        because: 'this computer has no such address',
        hint: 'Use 127.0.0.1 for this computer alone, or 0.0.0.0 for everybody who reaches it.',
        cause: error,
      });
    default:
      return new AppError({ code: 'network', doing, because: codeOf(error) || String(error), cause: error });
  }
}
