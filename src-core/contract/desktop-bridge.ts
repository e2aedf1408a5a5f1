import type { Preferences, PreferencesChange, WindowCommand } from './desktop.ts';

/** What the preload script puts into the page, as `window.innkeeper`. It stands alone, so that the preload stays small. */
export interface DesktopBridge {
  readonly platform: string;
  preferences(): Promise<Preferences>;
  changePreferences(change: PreferencesChange): Promise<Preferences>;
  onPreferences(handler: (preferences: Preferences) => void): void;
  chooseFile(title: string): Promise<string | null>;
  chooseFolder(title: string): Promise<string | null>;
  chooseNewFile(title: string, name: string): Promise<string | null>;
  saveFile(title: string, name: string, bytes: Uint8Array): Promise<string | null>;
  openLink(url: string): Promise<void>;
  showLogs(): Promise<void>;
  setFullScreen(on: boolean): Promise<void>;
  onCommand(handler: (command: WindowCommand) => void): void;
  /** Asks for a port to the service. It arrives as a message event of the window whose data is `SERVICE_PORT`. */
  requestServicePort(): void;
}

export const SERVICE_PORT = 'innkeeper:service-port';
