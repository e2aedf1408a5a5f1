import { contextBridge, ipcRenderer } from 'electron';
import type { DesktopCall, Preferences, WindowCommand } from '../../src-core/contract/desktop.ts';
import { type DesktopBridge, SERVICE_PORT } from '../../src-core/contract/desktop-bridge.ts';
import { CHANNELS } from './channels.ts';

/**
 * All that the page gets of the desktop app. It runs sandboxed, in a world of its own; the page sees these functions
 * and nothing behind them, and the app checks again whatever they send.
 */
async function call(name: DesktopCall, input: unknown = {}): Promise<unknown> {
  const answer: unknown = await ipcRenderer.invoke(CHANNELS.call, name, input);
  return answer;
}

const bridge: DesktopBridge = {
  platform: process.platform,
  preferences: () => call('preferences') as Promise<Preferences>,
  changePreferences: (change) => call('changePreferences', change) as Promise<Preferences>,
  onPreferences: (handler) =>
    void ipcRenderer.on(CHANNELS.preferences, (_event, preferences: Preferences) => handler(preferences)),
  chooseFile: (title) => call('chooseFile', { title }) as Promise<string | null>,
  chooseFolder: (title) => call('chooseFolder', { title }) as Promise<string | null>,
  chooseNewFile: (title, name) => call('chooseNewFile', { title, name }) as Promise<string | null>,
  saveFile: (title, name, bytes) => call('saveFile', { title, name, bytes }) as Promise<string | null>,
  openLink: (url) => call('openLink', { url }) as Promise<void>,
  showLogs: () => call('showLogs') as Promise<void>,
  setFullScreen: (on) => call('setFullScreen', { on }) as Promise<void>,
  onCommand: (handler) => void ipcRenderer.on(CHANNELS.command, (_event, command: WindowCommand) => handler(command)),
  requestServicePort: () => ipcRenderer.send(CHANNELS.port),
};

contextBridge.exposeInMainWorld('innkeeper', bridge);

/** What is used here of the page's window; this folder knows no DOM otherwise. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, origin: string, ports: readonly unknown[]): void;
};

// The context bridge cannot carry a port, so it crosses into the page as a message of the window to itself.
ipcRenderer.on(CHANNELS.port, ({ ports }) => window.postMessage(SERVICE_PORT, window.location.origin, ports));
