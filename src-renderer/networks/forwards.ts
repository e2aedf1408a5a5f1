import { CircleAlert, CircleCheck, CirclePause, type LucideIcon } from 'lucide-react';
import { z } from 'zod';
import type { Failure } from '../../src-core/contract/failures.ts';
import type { Forward, ForwardView } from '../../src-core/contract/networks.ts';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address);
}

function written(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** "127.0.0.1:8080 → 80" */
export function forwardText({ address, port, guestPort, protocol }: Forward): string {
  return `${written(address)}:${port} → ${guestPort}/${protocol}`;
}

/** Where a browser of this computer finds what a forward leads to; null where a browser cannot. */
export function forwardUrl({ protocol, address, port }: Forward): string | null {
  if (protocol !== 'tcp') return null;
  const everywhere = address === '0.0.0.0' || address === '::';
  if (everywhere || isLoopback(address)) return `http://${address === '::1' ? '[::1]' : '127.0.0.1'}:${port}/`;
  return null;
}

const freePort = z.object({ free: z.number().int().min(1).max(65_535) });

/** The next free port, where a failure says that the one wanted is taken. */
export function freePortOf(failure: Failure | null): number | null {
  return failure?.code === 'already-exists' ? (freePort.safeParse(failure.data).data?.free ?? null) : null;
}

export const FORWARD_LOOKS: Record<ForwardView['state'], { word: string; tone: string; icon: LucideIcon }> = {
  active: { word: 'Active', tone: 'running', icon: CircleCheck },
  waiting: { word: 'Machine is off', tone: 'stopped', icon: CirclePause },
  failed: { word: 'Failed', tone: 'failed', icon: CircleAlert },
};

/** A port as it is typed. @returns null for what is none */
export function readPort(text: string): number | null {
  const port = Number(text.trim());
  return /^\d+$/.test(text.trim()) && port >= 1 && port <= 65_535 ? port : null;
}
