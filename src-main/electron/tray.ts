import { join } from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import { outDirectory } from './page.ts';

export interface TrayActions {
  show(): void;
  newMachine(): void;
  quit(): void;
}

/** How the app is reached while its window is hidden and guests run on. */
export class AppTray {
  readonly #tray: Tray;
  readonly #actions: TrayActions;

  constructor(actions: TrayActions) {
    this.#actions = actions;
    this.#tray = new Tray(nativeImage.createFromPath(join(outDirectory, 'renderer/tray.png')));
    this.#tray.on('click', () => actions.show());
    this.tell(0);
  }

  /** @param running how many guests run */
  tell(running: number): void {
    const { show, newMachine, quit } = this.#actions;
    const words =
      running === 0 ? 'No machine is running' : `${running} ${running === 1 ? 'machine is' : 'machines are'} running`;
    this.#tray.setToolTip(`Innkeeper: ${words}`);
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: words, enabled: false },
        { type: 'separator' },
        { label: 'Open Innkeeper', click: show },
        { label: 'New machine', click: newMachine },
        { type: 'separator' },
        { label: 'Quit', click: quit },
      ]),
    );
  }

  dispose(): void {
    this.#tray.destroy();
  }
}
