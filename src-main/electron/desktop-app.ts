import { join } from 'node:path';
import { app, type BrowserWindow, dialog, ipcMain, type IpcMainEvent, MessageChannelMain, nativeTheme } from 'electron';
import type { WindowCommand } from '../../src-core/contract/desktop.ts';
import { toFailure } from '../../src-core/contract/failures.ts';
import { CHANNELS } from './channels.ts';
import { desktopCallHandler } from './desktop-calls.ts';
import { forwardedPorts } from './forwarded-ports.ts';
import { runningGuests, shutDownGuests, suspendGuests } from './guests.ts';
import { setMenu } from './menu.ts';
import { PAGE_ORIGIN } from './page.ts';
import { PreferenceStore } from './preferences.ts';
import { askHowToQuit, type QuitChoice } from './questions.ts';
import { openService, type ServiceAccess } from './service-access.ts';
import { AppTray } from './tray.ts';
import { openWindow } from './window.ts';

function log(message: string, error?: unknown): void {
  console.error(message, error ?? '');
}

/** The desktop app: one window, one service, a tray, and how they end together. */
export class DesktopApp {
  readonly #dataDirectory: string;
  readonly #store = new PreferenceStore();
  #access: Promise<ServiceAccess> | null = null;
  #window: BrowserWindow | null = null;
  #tray: AppTray | null = null;
  /** asking: the person is being asked. ending: it is decided, and being done. */
  #quitting: 'no' | 'asking' | 'ending' = 'no';

  constructor(dataDirectory: string) {
    this.#dataDirectory = dataDirectory;
  }

  start(): void {
    nativeTheme.themeSource = this.#store.preferences.theme;
    this.#store.onChange((preferences) => {
      nativeTheme.themeSource = preferences.theme;
      this.#window?.webContents.send(CHANNELS.preferences, preferences);
    });
    const quit = () => void this.quit();
    setMenu({ command: (command) => this.#command(command), quit });
    this.#tray = new AppTray({ show: () => this.show(), newMachine: () => this.#command('new-machine'), quit });
    this.#answerPage();
    this.show();
    void this.#service().catch((error: unknown) => this.#cannotOpen(error));
  }

  show(): void {
    if (this.#window === null) {
      const window = openWindow(this.#store, log);
      window.on('close', (event) => {
        if (this.#quitting === 'ending') return;
        event.preventDefault();
        void this.quit();
      });
      window.on('closed', () => (this.#window = null));
      this.#window = window;
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  #command(command: WindowCommand): void {
    this.show();
    this.#window?.webContents.send(CHANNELS.command, command);
  }

  /** The service, opened when it is first asked for, and again after another process that had it has ended. */
  #service(): Promise<ServiceAccess> {
    if (this.#access === null) {
      const opening = openService({ dataDirectory: this.#dataDirectory, version: app.getVersion(), log });
      this.#access = opening;
      opening.then(
        (access) => this.#follow(access),
        () => (this.#access = null),
      );
    }
    return this.#access;
  }

  #follow({ own }: ServiceAccess): void {
    if (own === null) return;
    const count = async () => this.#tray?.tell((await runningGuests(own)).length);
    own.onEvent(({ type }) => {
      if (type === 'machine' || type === 'machine-removed') void count();
    });
    void count();
    void own.stopRequested.then(() => this.#end());
  }

  #cannotOpen(error: unknown): void {
    const { doing, because, hint } = toFailure(error, `open ${this.#dataDirectory}`);
    log('the service cannot be opened', error);
    dialog.showErrorBox(
      'Innkeeper cannot start',
      [`Failed to ${doing}: ${because}`, hint].filter(Boolean).join('\n\n'),
    );
    app.exit(1);
  }

  /** Only our page, in our window's main frame, is answered. */
  #isPage({ sender, senderFrame }: Pick<IpcMainEvent, 'sender' | 'senderFrame'>): boolean {
    // A frame without a parent is the main one; its object is another after a crash, so it is not compared.
    return sender === this.#window?.webContents && senderFrame?.parent === null && senderFrame.origin === PAGE_ORIGIN;
  }

  #answerPage(): void {
    const answer = desktopCallHandler({
      store: this.#store,
      logDirectory: join(this.#dataDirectory, 'logs'),
      forwardedPorts: () => forwardedPorts(this.#dataDirectory),
    });
    ipcMain.handle(CHANNELS.call, (event, name: unknown, input: unknown) => {
      if (!this.#isPage(event)) throw new Error('not the page of this app');
      return answer(event, name, input);
    });
    ipcMain.on(CHANNELS.port, (event) => {
      if (this.#isPage(event)) void this.#connect(event);
    });
  }

  async #connect(event: IpcMainEvent): Promise<void> {
    const { port1, port2 } = new MessageChannelMain();
    try {
      const access = await this.#service();
      await access.connect(port1);
      // The page may have been loaded anew while the service was being opened: it then asks again by itself.
      if (this.#isPage(event)) event.sender.postMessage(CHANNELS.port, null, [port2]);
    } catch (error) {
      // The owner of the data directory has gone: whoever asks next finds it free, or with its next owner.
      this.#access = null;
      log('the page could not be connected', error);
      port1.close();
      if (this.#isPage(event)) event.sender.postMessage(CHANNELS.port, null, [port2]);
    }
  }

  /** Ends the app, after asking what becomes of the guests that run in it, unless that was `decided` already. */
  async quit(decided?: QuitChoice): Promise<void> {
    if (this.#quitting !== 'no') return;
    this.#quitting = 'asking';
    const own = (await this.#access?.catch(() => null))?.own ?? null;
    const guests = own === null ? [] : await runningGuests(own);
    if (own !== null && guests.length > 0) {
      const names = guests.map(({ name }) => name);
      const choice = decided ?? (await askHowToQuit(this.#window, names, this.#store));
      if (choice === 'tray' || choice === 'cancel' || (choice === 'suspend' && !(await this.#suspendAll(own)))) {
        this.#quitting = 'no';
        if (choice === 'tray') this.#window?.hide();
        return;
      }
      if (choice === 'shut-down') await shutDownGuests(own);
    }
    await this.#end();
  }

  /** @returns whether all are; otherwise the person was told, and the app stays */
  async #suspendAll(own: Parameters<typeof suspendGuests>[0]): Promise<boolean> {
    const problems = await suspendGuests(own);
    if (problems.length > 0) dialog.showErrorBox('Not all machines could be suspended', problems.join('\n\n'));
    return problems.length === 0;
  }

  async #end(): Promise<void> {
    if (this.#quitting === 'ending') return;
    this.#quitting = 'ending';
    this.#tray?.dispose();
    // The window goes first: it need not show how the service is taken down.
    this.#window?.destroy();
    try {
      const access = await this.#access?.catch(() => null);
      await access?.close();
    } catch (error) {
      log('the service did not end cleanly', error);
    }
    app.exit(0);
  }

  get isEnding(): boolean {
    return this.#quitting === 'ending';
  }
}
