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
      { keys: keyText('N'), does: 'New machine' },
      { keys: keyText('K'), does: 'Command palette' },
      { keys: keyText('F'), does: 'Search' },
      { keys: keyText('?'), does: 'This sheet' },
      { keys: keyText(','), does: 'Settings' },
      { keys: 'Esc', does: 'Close what is open' },
    ],
  },
  {
    title: 'List of machines',
    keys: [
      { keys: '↑ ↓', does: 'Previous, next machine' },
      { keys: 'Enter', does: 'Open the machine' },
      { keys: 'Delete', does: 'Delete the machine' },
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
