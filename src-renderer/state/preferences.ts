import { create } from 'zustand';
import { type Preferences, type PreferencesChange, preferencesSchema } from '../../src-core/contract/desktop.ts';
import { desktopApp, readPreferences, writePreferences } from '../desktop/desktop.ts';

export const usePreferences = create<Preferences>(() => preferencesSchema.parse({}));

const darkQuery = window.matchMedia('(prefers-color-scheme: dark)');

export function isDark(theme: Preferences['theme']): boolean {
  return theme === 'dark' || (theme === 'system' && darkQuery.matches);
}

function showTheme(): void {
  document.documentElement.dataset['theme'] = isDark(usePreferences.getState().theme) ? 'dark' : 'light';
}

export function onThemeChange(handler: () => void): () => void {
  const unsubscribe = usePreferences.subscribe((now, before) => {
    if (now.theme !== before.theme) handler();
  });
  darkQuery.addEventListener('change', handler);
  return () => {
    unsubscribe();
    darkQuery.removeEventListener('change', handler);
  };
}

/** Reads the preferences and applies the theme, before the first paint where that is possible. */
export async function loadPreferences(): Promise<void> {
  showTheme();
  onThemeChange(showTheme);
  desktopApp?.onPreferences((preferences) => usePreferences.setState(preferences));
  usePreferences.setState(await readPreferences());
  showTheme();
}

export async function changePreferences(change: PreferencesChange): Promise<void> {
  usePreferences.setState(change);
  usePreferences.setState(await writePreferences(change));
}
