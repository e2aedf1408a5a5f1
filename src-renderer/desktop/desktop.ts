import type { DesktopBridge } from '../../src-core/contract/desktop-bridge.ts';
import type { PreferencesChange, WindowCommand } from '../../src-core/contract/desktop.ts';
import { changedPreferences, type Preferences, preferencesSchema } from '../../src-core/contract/desktop.ts';

declare global {
  interface Window {
    /** Put there by the preload script of the desktop app; absent in a browser. */
    readonly innkeeper?: DesktopBridge;
  }
}

/** The desktop app around this page, if there is one: it can pick files of this computer and show the logs. */
export const desktopApp: DesktopBridge | undefined = window.innkeeper;

const STORAGE_KEY = 'innkeeper.preferences';

function storedPreferences(): Preferences {
  try {
    return preferencesSchema.parse(JSON.parse(window.localStorage.getItem(STORAGE_KEY) ?? '{}'));
  } catch {
    // Unreadable preferences are worth less than a window that opens.
    return preferencesSchema.parse({});
  }
}

export function readPreferences(): Promise<Preferences> {
  return desktopApp?.preferences() ?? Promise.resolve(storedPreferences());
}

export async function writePreferences(change: PreferencesChange): Promise<Preferences> {
  if (desktopApp !== undefined) return desktopApp.changePreferences(change);
  const changed = changedPreferences(storedPreferences(), change);
  window.localStorage.setItem(STORAGE_KEY, JSON.stringify(changed));
  return changed;
}

export function onWindowCommand(handler: (command: WindowCommand) => void): void {
  desktopApp?.onCommand(handler);
}

export const isApple = /^(darwin|Mac)/.test(desktopApp?.platform ?? navigator.platform);
