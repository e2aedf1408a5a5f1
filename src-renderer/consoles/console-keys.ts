import type { Terminal } from '@xterm/xterm';
import { copyText } from '../parts/clipboard.ts';
import { isApple } from '../desktop/desktop.ts';

/** Keys that are the window's own even while a terminal has the focus; all others belong to the guest. */
const WINDOW_KEYS = new Set(['F11', 'F6']);

function isLetter(event: KeyboardEvent, letter: string): boolean {
  return event.key.toLowerCase() === letter;
}

function copySelection(terminal: Terminal): void {
  if (terminal.hasSelection()) void copyText(terminal.getSelection(), 'The selection');
}

/**
 * Whether a key pressed in a terminal is for the window. Ctrl+N, Ctrl+K and Ctrl+F stay with the guest, whose shell and
 * editors use them; with Shift (or Cmd) they are the window's.
 */
export function isWindowKey(event: KeyboardEvent, terminal: Terminal): boolean {
  if (event.type !== 'keydown') return false;
  if (event.key === 'F6' && !event.ctrlKey) return false;
  if (WINDOW_KEYS.has(event.key)) return true;
  const command = isApple ? event.metaKey : event.ctrlKey && event.shiftKey;
  if (!command) return false;
  if (isLetter(event, 'c')) {
    copySelection(terminal);
    event.preventDefault();
    return true;
  }
  // The browser's own paste then reaches xterm as a paste event, with bracketed paste where the guest asked for it.
  if (isLetter(event, 'v')) return true;
  return ['n', 'k', 'f', '?', '/'].some((key) => isLetter(event, key));
}
