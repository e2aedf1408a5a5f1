import { type BrowserWindow, dialog } from 'electron';
import type { PreferenceStore } from './preferences.ts';

/** The window of a page that asks, as Electron finds it. */
export type PageWindow = NonNullable<ReturnType<typeof BrowserWindow.fromWebContents>>;

/** @returns whether the person wants this address opened */
export async function confirmLink(window: PageWindow, address: string, store: PreferenceStore): Promise<boolean> {
  if (!store.preferences.confirmLinks) return true;
  const { response, checkboxChecked } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'Open this address in your browser?',
    detail: address,
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    checkboxLabel: 'Do not ask again',
  });
  if (response === 0 && checkboxChecked) store.change({ confirmLinks: false });
  return response === 0;
}

export type QuitChoice = 'suspend' | 'shut-down' | 'tray' | 'cancel';
const QUIT_CHOICES: readonly QuitChoice[] = ['suspend', 'shut-down', 'tray', 'cancel'];

/** What to do with the guests that run when the app is to end. */
export async function askHowToQuit(
  window: BrowserWindow | null,
  names: readonly string[],
  store: PreferenceStore,
): Promise<QuitChoice> {
  const { quitWithGuests } = store.preferences;
  if (quitWithGuests !== 'ask') return quitWithGuests;
  const question = {
    type: 'question' as const,
    message: names.length === 1 ? `Machine ${names[0]} is running` : `${names.length} machines are running`,
    detail: [
      names.join(', '),
      'Suspending saves each machine to disk; it goes on from there when it is resumed.',
      'Shutting down asks each guest to power off, and forces off whichever does not.',
    ].join('\n\n'),
    buttons: ['Suspend all', 'Shut down all', 'Keep running in the tray', 'Cancel'],
    defaultId: 3,
    cancelId: 3,
    checkboxLabel: 'Do not ask again',
  };
  const { response, checkboxChecked } = await (window === null
    ? dialog.showMessageBox(question)
    : dialog.showMessageBox(window, question));
  const choice = QUIT_CHOICES[response] ?? 'cancel';
  if (checkboxChecked && choice !== 'cancel') store.change({ quitWithGuests: choice });
  return choice;
}
