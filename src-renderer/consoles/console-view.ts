import { create } from 'zustand';
import { desktopApp } from '../desktop/desktop.ts';
import { currentPlace } from '../state/place.ts';

interface ConsoleView {
  readonly fullScreen: boolean;
  /** Counts requests to search, from the keyboard or the menu. */
  readonly searchAsked: number;
}

export const useConsoleView = create<ConsoleView>(() => ({ fullScreen: false, searchAsked: 0 }));

export function consoleIsOpen(): boolean {
  const place = currentPlace();
  if (place.page === 'containers') return place.container !== null && place.tab === 'terminal';
  return place.page === 'machines' && place.machine !== null && place.tab === 'console';
}

export function askConsoleSearch(): void {
  useConsoleView.setState(({ searchAsked }) => ({ searchAsked: searchAsked + 1 }));
}

function setScreen(on: boolean): void {
  if (desktopApp !== undefined) void desktopApp.setFullScreen(on);
  else if (on) void document.documentElement.requestFullscreen().catch(() => undefined);
  else if (document.fullscreenElement !== null) void document.exitFullscreen();
}

export function toggleFullScreen(): void {
  const fullScreen = !useConsoleView.getState().fullScreen;
  useConsoleView.setState({ fullScreen });
  setScreen(fullScreen);
}

export function leaveFullScreen(): void {
  if (useConsoleView.getState().fullScreen) toggleFullScreen();
}

/** In a browser, Escape and the browser's own F11 leave full screen without asking the page. */
export function followFullScreen(): void {
  document.addEventListener('fullscreenchange', () => {
    if (document.fullscreenElement === null) useConsoleView.setState({ fullScreen: false });
  });
}
