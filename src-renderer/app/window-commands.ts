import { create } from 'zustand';
import type { WindowCommand } from '../../src-core/contract/desktop.ts';
import { askConsoleSearch, consoleIsOpen, toggleFullScreen } from '../consoles/console-view.ts';
import { focusSearch } from '../machines/list-state.ts';
import { currentPlace, go, goToMachine } from '../state/place.ts';

interface Overlays {
  readonly palette: boolean;
  readonly shortcuts: boolean;
}

export const useOverlays = create<Overlays>(() => ({ palette: false, shortcuts: false }));

function search(): void {
  if (consoleIsOpen() && document.activeElement?.closest('.console')) return askConsoleSearch();
  if (currentPlace().page !== 'machines') goToMachine(null);
  // The field is there after the page has been drawn.
  requestAnimationFrame(focusSearch);
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
