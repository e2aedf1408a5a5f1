import type { IncomingMessage } from 'node:http';
import { WEB_KEY_PREFIX, WEB_PROTOCOL } from '../../../src-core/contract/web-session.ts';
import { isSecret } from './web-secrets.ts';
import type { WebSecrets } from './web-secrets.ts';

export type Refusal = { readonly status: 401 | 403; readonly reason: string };

/** The only names that this computer's loopback has in the address bar. Any port, so that one may be forwarded. */
const OWN_HOST = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/;

/**
 * The page's own name and origin. A foreign Host means that somebody's DNS name points here (DNS rebinding); a
 * foreign Origin or site means that somebody's page asks.
 */
export function refuseForeign(request: IncomingMessage): Refusal | undefined {
  const { host, origin } = request.headers;
  if (host === undefined || !OWN_HOST.test(host)) return { status: 403, reason: 'unknown Host' };
  if (origin !== undefined && origin !== `http://${host}`) return { status: 403, reason: 'foreign Origin' };
  const site = request.headers['sec-fetch-site'];
  const navigates =
    request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document';
  if ((site === 'cross-site' || site === 'same-site') && !navigates) return { status: 403, reason: 'foreign site' };
  return undefined;
}

export function cookieName(request: IncomingMessage): string {
  // Cookies do not tell ports apart, so the name does: two services may run.
  return `innkeeper-${request.socket.localPort}`;
}

export function refuseWithoutCookie(request: IncomingMessage, secrets: WebSecrets): Refusal | undefined {
  const prefix = `${cookieName(request)}=`;
  const cookies = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const given = cookies.find((pair) => pair.startsWith(prefix))?.slice(prefix.length);
  return isSecret(given, secrets.cookie) ? undefined : { status: 401, reason: 'no valid session' };
}

/** A WebSocket: browsers let any page try, so the Origin must be told, and the key must be known. */
export function refuseConnection(request: IncomingMessage, secrets: WebSecrets): Refusal | undefined {
  const foreign = refuseForeign(request);
  if (foreign) return foreign;
  if (request.headers.origin === undefined) return { status: 403, reason: 'no Origin' };
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const key = protocols.find((name) => name.startsWith(WEB_KEY_PREFIX))?.slice(WEB_KEY_PREFIX.length);
  if (!protocols.includes(WEB_PROTOCOL) || !isSecret(key, secrets.key)) return { status: 401, reason: 'no valid key' };
  return refuseWithoutCookie(request, secrets);
}

/** Whether the page's key is still the right one. */
export function refuseWithoutKey(request: IncomingMessage, secrets: WebSecrets): Refusal | undefined {
  const key = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  return isSecret(key, secrets.key) ? undefined : { status: 401, reason: 'no valid key' };
}
