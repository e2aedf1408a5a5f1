import { confirm } from '../parts/ConfirmDialog.tsx';
import { tell, tellFailure } from '../parts/tell.ts';
import { usePreferences } from '../state/preferences.ts';
import { desktopApp } from './desktop.ts';

/** @returns null for anything but an https address */
function webAddress(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url?.protocol === 'https:' ? url : null;
}

/** Opens an address in the person's browser after they agreed: a guest may have written it. */
export function openLink(text: string): void {
  const url = webAddress(text);
  if (url === null) return tell('This link is not opened', 'Only https addresses are. Copy it if you trust it.');
  open(url);
}

/** Opens what a forwarded port of this computer leads to. The desktop app makes sure that it is one. */
export function openForward(url: string): void {
  open(new URL(url));
}

function open(url: URL): void {
  if (desktopApp !== undefined) {
    // The desktop app asks by itself, where a page gone astray could not answer for the person.
    desktopApp.openLink(url.href).catch((error: unknown) => tellFailure(error, `open ${url.href}`));
    return;
  }
  const go = () => void window.open(url.href, '_blank', 'noopener,noreferrer');
  if (!usePreferences.getState().confirmLinks) return go();
  confirm({ title: 'Open this address?', text: url.href, verb: 'Open', onAgree: go });
}
