import { isApple } from '../desktop/desktop.ts';

/** How a key combination is written on this computer: "Ctrl+N", "⌘N". */
export function keyText(key: string, shift = false): string {
  if (isApple) return `${shift ? '⇧' : ''}⌘${key}`;
  return `Ctrl+${shift ? 'Shift+' : ''}${key}`;
}

export interface KeyHelp {
  readonly keys: string;
  readonly does: string;
}

export const KEY_HELP: readonly { readonly title: string; readonly keys: readonly KeyHelp[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      { keys: keyText('N'), does: 'New machine; new container on its pages' },
      { keys: keyText('K'), does: 'Command palette' },
      { keys: keyText('F'), does: 'Search' },
      { keys: keyText('?'), does: 'This sheet' },
      { keys: keyText(','), does: 'Settings' },
      { keys: 'Esc', does: 'Close what is open' },
    ],
  },
  {
    title: 'Lists of machines, containers, images',
    keys: [
      { keys: '↑ ↓', does: 'Previous, next one' },
      { keys: 'Enter', does: 'Open it' },
      { keys: 'Delete', does: 'Delete it' },
    ],
  },
  {
    title: 'Console',
    keys: [
      { keys: keyText('C', !isApple), does: 'Copy the selection' },
      { keys: keyText('V', !isApple), does: 'Paste' },
      { keys: keyText('F', !isApple), does: 'Search in the console' },
      { keys: keyText('N', !isApple), does: 'New machine' },
      { keys: keyText('K', !isApple), does: 'Command palette' },
      { keys: 'Ctrl+F6', does: 'Leave the terminal for the tabs' },
      { keys: 'F11', does: 'Full-screen console' },
    ],
  },
];
