import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { WindowCommand } from '../../src-core/contract/desktop.ts';

const isApple = process.platform === 'darwin';

export interface MenuActions {
  command(command: WindowCommand): void;
  quit(): void;
}

/**
 * The keys are shown here but pressed in the page, which knows whether a terminal has the focus: Ctrl+N is a guest's
 * own then. Only macOS, whose command key no guest uses, lets the menu have them.
 */
export function setMenu({ command, quit }: MenuActions): void {
  const item = (label: string, key: string, name: WindowCommand): MenuItemConstructorOptions => ({
    label,
    accelerator: `CommandOrControl+${key}`,
    registerAccelerator: isApple,
    click: () => command(name),
  });
  const app: MenuItemConstructorOptions = {
    label: 'Innkeeper',
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      item('Settings…', ',', 'preferences'),
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { type: 'separator' },
      { label: 'Quit Innkeeper', accelerator: 'Command+Q', click: quit },
    ],
  };
  const file: MenuItemConstructorOptions = {
    label: '&File',
    submenu: [
      item('New machine', 'N', 'new-machine'),
      ...(isApple
        ? []
        : [
            { type: 'separator' as const },
            item('Settings', ',', 'preferences'),
            { type: 'separator' as const },
            { label: 'Quit', click: quit },
          ]),
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: '&View',
    submenu: [
      item('Command palette', 'K', 'palette'),
      item('Search', 'F', 'search'),
      { type: 'separator' },
      {
        label: 'Full-screen console',
        accelerator: 'F11',
        registerAccelerator: false,
        click: () => command('full-screen-console'),
      },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { label: 'Reload window', click: (_item, window) => reload(window) },
    ],
  };
  const help: MenuItemConstructorOptions = { label: '&Help', submenu: [item('Keys', '?', 'shortcuts')] };
  const edit: MenuItemConstructorOptions = { role: 'editMenu' };
  Menu.setApplicationMenu(Menu.buildFromTemplate([...(isApple ? [app] : []), file, edit, view, help]));
}

function reload(window: object | undefined): void {
  if (window !== undefined && 'webContents' in window) (window as Electron.BrowserWindow).webContents.reload();
}
