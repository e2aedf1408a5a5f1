import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { BrowserWindow, dialog, type IpcMainInvokeEvent, shell } from 'electron';
import type { z } from 'zod';
import { AppError } from '../../src-core/base/errors.ts';
import { type DesktopCall, desktopCalls } from '../../src-core/contract/desktop.ts';
import { linkAddress } from './link-address.ts';
import { confirmLink, type PageWindow } from './questions.ts';
import type { PreferenceStore } from './preferences.ts';

type Input<C extends DesktopCall> = z.output<(typeof desktopCalls)[C]>;
type Handlers = { readonly [C in DesktopCall]: (input: Input<C>, window: PageWindow) => unknown };

export interface DesktopCallsOptions {
  readonly store: PreferenceStore;
  readonly logDirectory: string;
  /** Ports of this computer's loopback that lead to guests now, over TCP. */
  forwardedPorts(): Promise<readonly number[]>;
}

/** Asks where a new file shall be. @returns null when the person does not want it */
async function askNewFile(window: PageWindow, title: string, name: string): Promise<string | null> {
  // The name alone: a page must not be able to lead the person's eye into another folder.
  const { canceled, filePath } = await dialog.showSaveDialog(window, { title, defaultPath: basename(name) });
  return canceled || filePath === '' ? null : filePath;
}

function handlers({ store, logDirectory, forwardedPorts }: DesktopCallsOptions): Handlers {
  return {
    preferences: () => store.preferences,
    changePreferences: (change) => store.change(change),
    chooseFile: async ({ title }, window) => {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, { title, properties: ['openFile'] });
      return canceled ? null : (filePaths[0] ?? null);
    },
    chooseFolder: async ({ title }, window) => {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, { title, properties: ['openDirectory'] });
      return canceled ? null : (filePaths[0] ?? null);
    },
    chooseNewFile: ({ title, name }, window) => askNewFile(window, title, name),
    saveFile: async ({ title, name, bytes }, window) => {
      const path = await askNewFile(window, title, name);
      if (path !== null) await writeFile(path, bytes);
      return path;
    },
    openLink: async ({ url }, window) => {
      const address = await linkAddress(url, forwardedPorts);
      if (await confirmLink(window, address, store)) await shell.openExternal(address);
    },
    showLogs: async () => {
      const problem = await shell.openPath(logDirectory);
      if (problem !== '') {
        throw new AppError({ code: 'unavailable', doing: `show ${logDirectory}`, because: problem });
      }
    },
    setFullScreen: ({ on }, window) => window.setFullScreen(on),
  };
}

function isCall(name: unknown): name is DesktopCall {
  return typeof name === 'string' && Object.hasOwn(desktopCalls, name);
}

/** Answers the page's calls. The caller has made sure that it is the page; here the input is parsed. */
export function desktopCallHandler(options: DesktopCallsOptions) {
  const answers = handlers(options);
  return (event: IpcMainInvokeEvent, name: unknown, input: unknown): unknown => {
    const window = BrowserWindow.fromWebContents(event.sender);
    if (!isCall(name) || window === null) throw new Error('not a call of this app');
    const answer = answers[name] as (input: unknown, window: PageWindow) => unknown;
    return answer(desktopCalls[name].parse(input), window);
  };
}
