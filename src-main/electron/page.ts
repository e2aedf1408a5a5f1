import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol, type Session } from 'electron';
import { findStaticFile } from '../transports/web/static-files.ts';

/**
 * The window's page is served under a scheme of its own: unlike `file:` it has an origin, and it reaches nothing but
 * the built window.
 */
const SCHEME = 'app';
export const PAGE_ORIGIN = `${SCHEME}://innkeeper`;
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`;

/** The build's folders: this module is bundled into out/main, or into a folder of chunks in it. */
export const outDirectory = join(import.meta.dirname, import.meta.dirname.endsWith('main') ? '..' : '../..');
const pageDirectory = join(outDirectory, 'renderer');

/** Inline styles are allowed because the terminal makes its own style sheet. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Must be called before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
}

async function answer(request: Request): Promise<Response> {
  const url = new URL(request.url);
  const file = url.origin === PAGE_ORIGIN || url.host === 'innkeeper' ? url.pathname : '';
  const found = request.method === 'GET' ? await findStaticFile(pageDirectory, file) : undefined;
  if (found === undefined) return new Response('Not found', { status: 404 });
  return new Response(await readFile(found.path), {
    headers: {
      'Content-Type': found.mediaType,
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

/** Serves the page, and lets the session load nothing else. */
export function servePage(session: Session): void {
  session.protocol.handle(SCHEME, answer);
  session.webRequest.onBeforeRequest(({ url }, decide) => {
    const allowed = [`${PAGE_ORIGIN}/`, 'data:', 'devtools:'].some((prefix) => url.startsWith(prefix));
    decide({ cancel: !allowed });
  });
}
