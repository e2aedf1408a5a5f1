import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { WEB_KEY_PARAMETER, WEB_PATHS } from '../../../src-core/contract/web-session.ts';
import { cookieName, refuseForeign, refuseWithoutCookie, refuseWithoutKey } from './request-guard.ts';
import type { Refusal } from './request-guard.ts';
import { securityHeaders } from './security-headers.ts';
import { findStaticFile } from './static-files.ts';
import { isSecret } from './web-secrets.ts';
import type { WebSecrets } from './web-secrets.ts';

const OWN = 'http://localhost';

export interface WebSite {
  /** The built window. */
  readonly directory: string;
  readonly secrets: WebSecrets;
}

/** Answers one request; every one is checked, whatever it asks for. */
export async function answerRequest(site: WebSite, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const foreign = refuseForeign(request);
  if (foreign) {
    refuse(response, foreign);
    return;
  }
  for (const [name, value] of Object.entries(securityHeaders(request.headers.host ?? '')))
    response.setHeader(name, value);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    plain(response, 405, 'Only GET is known here.');
    return;
  }
  const url = urlOf(request);
  if (url === undefined) {
    plain(response, 400, 'That is no address.');
    return;
  }
  if (url.pathname === WEB_PATHS.enter) {
    enter(site, request, response, url.searchParams.get('token'));
    return;
  }
  const refusal =
    refuseWithoutCookie(request, site.secrets) ??
    (url.pathname === WEB_PATHS.session ? refuseWithoutKey(request, site.secrets) : undefined);
  if (refusal) {
    refuse(response, refusal);
    return;
  }
  if (url.pathname === WEB_PATHS.session) return void response.writeHead(204).end();
  await sendFile(site.directory, url.pathname, request, response);
}

/**
 * The token is exchanged for the cookie and the key. A page that goes on by itself, not a redirect: when the link was
 * clicked on another site, a browser would follow the redirect without the SameSite cookie.
 */
function enter(site: WebSite, request: IncomingMessage, response: ServerResponse, token: string | null): void {
  const { secrets } = site;
  if (!isSecret(token ?? undefined, secrets.token)) {
    refuse(response, { status: 401, reason: 'no valid token' });
    return;
  }
  response.setHeader('Set-Cookie', `${cookieName(request)}=${secrets.cookie}; HttpOnly; SameSite=Strict; Path=/`);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  const next = `/#${WEB_KEY_PARAMETER}=${secrets.key}`;
  response.end(
    `<!doctype html><title>Innkeeper</title><link rel="icon" href="data:,"><meta http-equiv="refresh" content="0;url=${next}">`,
  );
}

async function sendFile(directory: string, pathname: string, request: IncomingMessage, response: ServerResponse) {
  const file = await findStaticFile(directory, pathname);
  if (file === undefined) {
    plain(response, 404, 'There is nothing here.');
    return;
  }
  response.writeHead(200, { 'Content-Type': file.mediaType, 'Content-Length': file.sizeBytes });
  if (request.method === 'HEAD') return void response.end();
  createReadStream(file.path)
    .on('error', () => response.destroy())
    .pipe(response);
}

function refuse(response: ServerResponse, { status, reason }: Refusal): void {
  plain(response, status, `Refused: ${reason}.\nOpen the address that "inn serve --web" prints.\n`);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}

function urlOf(request: IncomingMessage): URL | undefined {
  const path = request.url ?? '';
  // Joined as text: resolving "//name/x" against a base would take the name for a host.
  return path.startsWith('/') && URL.canParse(OWN + path) ? new URL(OWN + path) : undefined;
}
