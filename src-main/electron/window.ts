import { join } from 'node:path';
import { BrowserWindow, Menu, nativeTheme, type Rectangle, screen } from 'electron';
import { outDirectory, PAGE_URL } from './page.ts';
import type { PreferenceStore } from './preferences.ts';

const LEAST_SIZE = { minWidth: 720, minHeight: 480 };
/** What the page paints first, so that the frame does not flash in another colour. */
const BACKGROUND = { dark: '#1a1d22', light: '#ffffff' };
/** A page that goes down more often than this in a minute is not loaded again by itself. */
const MOST_CRASHES = 3;
const CRASH_WINDOW_MS = 60_000;

/** A window that would open where no screen is any more (a monitor was unplugged) opens in the middle instead. */
function onScreen(bounds: Partial<Rectangle> & { width: number; height: number }): Partial<Rectangle> {
  const { x, y, width, height } = bounds;
  if (x === undefined || y === undefined) return { width, height };
  const visible = screen.getAllDisplays().some(({ workArea: area }) => {
    const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
    const down = Math.min(y + height, area.y + area.height) - Math.max(y, area.y);
    return across > 100 && down > 100;
  });
  return visible ? { x, y, width, height } : { width, height };
}

/** A page that crashed is loaded again: the guests are elsewhere, and its consoles come back with their scrollback. */
function reloadAfterCrash(window: BrowserWindow, log: (message: string) => void): void {
  let crashes: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    log(`the window's page ended: ${reason} (${exitCode})`);
    const now = Date.now();
    crashes = [...crashes.filter((at) => now - at < CRASH_WINDOW_MS), now];
    if (crashes.length <= MOST_CRASHES) window.webContents.reload();
  });
}

/** Cut, copy and paste where text can be edited; a page has no such menu of its own. */
function offerEditMenu(window: BrowserWindow): void {
  window.webContents.on('context-menu', (_event, { isEditable, selectionText }) => {
    if (!isEditable && selectionText === '') return;
    const items = isEditable ? (['cut', 'copy', 'paste'] as const) : (['copy'] as const);
    Menu.buildFromTemplate(items.map((role) => ({ role }))).popup({ window });
  });
}

/** Opens the window on the page. It shows itself when the page has been drawn. */
export function openWindow(store: PreferenceStore, log: (message: string) => void): BrowserWindow {
  const { bounds, maximized } = store.window;
  const { x, y, width, height } = bounds;
  const known = { width, height, ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) };
  const window = new BrowserWindow({
    ...onScreen(known),
    ...LEAST_SIZE,
    show: false,
    title: 'Innkeeper',
    icon: join(outDirectory, 'renderer/icon.png'),
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: join(outDirectory, 'preload/preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      // A guest whose terminal is not in sight must not be held back by timers that sleep.
      backgroundThrottling: false,
    },
  });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    store.window = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
  });
  reloadAfterCrash(window, log);
  offerEditMenu(window);
  void window.loadURL(PAGE_URL);
  return window;
}
