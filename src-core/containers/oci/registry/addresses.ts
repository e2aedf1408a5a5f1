import { AppError } from '../../../base/errors.ts';
import { shown } from '../manifest.ts';
import { isLoopback } from './loopback.ts';

/** The one registry whose name is not where it is. */
const HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };

/** Where a registry may be, the best first: what is not encrypted never leaves this computer. */
export function basesOf(registry: string): readonly string[] {
  const host = HOSTS[registry] ?? registry;
  return isLocal(registry) ? [`https://${host}`, `http://${host}`] : [`https://${host}`];
}

/** Whether a registry is on this computer. */
export function isLocal(registry: string): boolean {
  return isLoopback(registry.replace(/:\d+$/, ''));
}

/**
 * An address that a registry leads to: a redirect, a place for an upload, a server of tokens.
 * @throws AppError 'network' for one that would take away the encryption, or lead others into this computer
 */
export function allowedAddress(registry: string, from: string, to: string, doing: string): URL {
  const url = URL.canParse(to, from) ? new URL(to, from) : undefined;
  if (url === undefined || !isAllowed(registry, url)) {
    throw new AppError({
      code: 'network',
      doing,
      because: `${registry} leads to a place that is not allowed: ${shown(url?.origin ?? to)}`,
      hint: 'Ask whoever runs the registry.',
    });
  }
  return url;
}

function isAllowed(registry: string, { protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  if (isLocal(registry)) return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
  return protocol === 'https:' && !isLoopback(hostname);
}
