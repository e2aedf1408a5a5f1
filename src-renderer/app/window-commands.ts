import { create } from 'zustand';
import type { WindowCommand } from '../../src-core/contract/desktop.ts';
import { askConsoleSearch, consoleIsOpen, toggleFullScreen } from '../consoles/console-view.ts';
import { focusPageSearch } from '../parts/list-state.ts';
import { currentPlace, go, goToMachine, type Place } from '../state/place.ts';

interface Overlays {
  readonly palette: boolean;
  readonly shortcuts: boolean;
}

export const useOverlays = create<Overlays>(() => ({ palette: false, shortcuts: false }));

function search(): void {
  if (consoleIsOpen() && document.activeElement?.closest('.console')) return askConsoleSearch();
  if (focusPageSearch()) return;
  goToMachine(null);
  // The field is there after the page has been drawn.
  requestAnimationFrame(() => void focusPageSearch());
}

const CONTAINER_PAGES: ReadonlySet<Place['page']> = new Set(['containers', 'new-container', 'volumes', 'nodes']);

/** Ctrl+N: one more of what one looks at. */
export function newGuest(): void {
  if (CONTAINER_PAGES.has(currentPlace().page)) go({ page: 'new-container', image: null });
  else windowCommands['new-machine']();
}

/** What the keys, the menus and the palette have in common. */
export const windowCommands: Record<WindowCommand, () => void> = {
  'new-machine': () => go({ page: 'new-machine', image: null }),
  palette: () => useOverlays.setState({ palette: true }),
  search,
  shortcuts: () => useOverlays.setState({ shortcuts: true }),
  preferences: () => go({ page: 'settings' }),
  'full-screen-console': () => {
    if (consoleIsOpen()) toggleFullScreen();
  },
};
