import type { App, Session, WebContents } from 'electron';
import { PAGE_ORIGIN } from './page.ts';

/** The one permission the page has: to put what the person copies onto the clipboard. It cannot read it. */
const ALLOWED_PERMISSION = 'clipboard-sanitized-write';

function isOurs(url: string): boolean {
  return url === PAGE_ORIGIN || url.startsWith(`${PAGE_ORIGIN}/`);
}

/** Denies the pages of this session everything that they might ask the system for. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(permission === ALLOWED_PERMISSION && isOurs(details.requestingUrl)),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === ALLOWED_PERMISSION && isOurs(origin),
  );
  session.setDevicePermissionHandler(() => false);
}

function confine(contents: WebContents): void {
  // The window changes what it shows by the part of the address after `#`, which is no navigation.
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Whatever page there will ever be in this app stays where it is. */
export function confineAll(app: App): void {
  app.on('web-contents-created', (_event, contents) => confine(contents));
}
