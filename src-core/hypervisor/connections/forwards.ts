import { AppError } from '../../base/errors.ts';
import { MOST_FORWARDS } from '../../contract/networks.ts';
import type { Forward } from '../../contract/networks.ts';
import type { PortLeases } from '../../host/port-leases.ts';
import type { PortProbe } from '../../host/port-probe.ts';

/** Ports that are tried when a free one is looked for. */
const MOST_TRIED = 100;
const HIGHEST_PORT = 65_535;

/** What of a forward is taken on this computer. */
export type ForwardedPort = Pick<Forward, 'protocol' | 'address' | 'port'>;

export function forwardKey({ protocol, address, port }: ForwardedPort): string {
  return `${protocol} ${address} ${port}`;
}

/** @throws AppError 'already-exists', 'no-room' */
export function withForward(before: readonly Forward[], forward: Forward, doing: string): Forward[] {
  if (before.some((each) => forwardKey(each) === forwardKey(forward))) {
    const because = `it has ${forward.protocol} port ${forward.port} already`;
    throw new AppError({ code: 'already-exists', doing, because, hint: 'Remove that first, or take another port.' });
  }
  if (before.length < MOST_FORWARDS) return [...before, forward];
  throw new AppError({ code: 'no-room', doing, because: `it has ${MOST_FORWARDS} forwarded ports, which is the most` });
}

/** @throws AppError 'not-found' */
export function withoutForward(before: readonly Forward[], port: ForwardedPort, doing: string): Forward[] {
  const after = before.filter((each) => forwardKey(each) !== forwardKey(port));
  if (after.length < before.length) return after;
  const because = `no such port leads to it`;
  const ports = before.map((each) => `${each.protocol} ${each.address}:${each.port}`).join(', ');
  throw new AppError({ code: 'not-found', doing, because, ...(ports === '' ? {} : { hint: `It has ${ports}.` }) });
}

/**
 * Finds a port of this computer free, or says who has it.
 * @throws AppError 'already-exists', with the next free one in `data.free`; 'denied'
 */
export async function checkPort(
  port: ForwardedPort,
  { host, probePort }: { readonly host: { readonly ports: PortLeases }; readonly probePort: PortProbe },
  doing: string,
): Promise<void> {
  const state = async (candidate: ForwardedPort): Promise<string | null> => {
    const holder = host.ports.holderOf(candidate);
    if (holder !== null) return `${candidate.protocol} port ${candidate.port} is held by ${holder}`;
    const found = await probePort(candidate);
    if (found === 'free') return null;
    if (found === 'taken') return `another program has ${candidate.protocol} port ${candidate.port}`;
    return `this computer's system lets no ordinary program have port ${candidate.port}`;
  };
  const because = await state(port);
  if (because === null) return;
  const free = await nextFree(port, state);
  const hint = free === null ? 'Take another port.' : `Take another port: ${free} is free.`;
  const code = because.startsWith('this computer') ? 'denied' : 'already-exists';
  throw new AppError({ code, doing, because, hint, data: free === null ? {} : { free } });
}

async function nextFree(
  port: ForwardedPort,
  state: (candidate: ForwardedPort) => Promise<string | null>,
): Promise<number | null> {
  // Below 1024 ports are the system's on many computers.
  const first = Math.max(port.port + 1, 1024);
  const last = Math.min(first + MOST_TRIED, HIGHEST_PORT);
  for (let candidate = first; candidate <= last; candidate++) {
    if ((await state({ ...port, port: candidate })) === null) return candidate;
  }
  return null;
}
