import type { WindowCommand } from '../../src-core/contract/desktop.ts';
import { isApple } from '../desktop/desktop.ts';
import { newGuest, windowCommands } from './window-commands.ts';

const COMMAND_KEYS: Readonly<Record<string, WindowCommand>> = {
  n: 'new-machine',
  k: 'palette',
  f: 'search',
  ',': 'preferences',
  '?': 'shortcuts',
  '/': 'shortcuts',
};

function inTerminal(event: KeyboardEvent): boolean {
  const { target } = event;
  return target instanceof HTMLElement && target.closest('.terminal') !== null && !target.closest('[data-read-only]');
}

/** The command of a key, if it is one here. In a terminal plain Ctrl belongs to the guest. */
function commandOf(event: KeyboardEvent): WindowCommand | undefined {
  if (event.key === 'F11') return 'full-screen-console';
  if (event.altKey || !(isApple ? event.metaKey : event.ctrlKey)) return undefined;
  const key = event.key.toLowerCase();
  const guestsOwn = inTerminal(event) && !isApple && !event.shiftKey;
  if (guestsOwn) return undefined;
  return COMMAND_KEYS[key];
}

function leaveTerminal(): void {
  document.querySelector<HTMLElement>('.tab[aria-selected="true"]')?.focus();
}

export function followKeyboard(): void {
  window.addEventListener('keydown', (event) => {
    if (event.key === 'F6' && event.ctrlKey && inTerminal(event)) {
      event.preventDefault();
      leaveTerminal();
      return;
    }
    const command = commandOf(event);
    if (command === undefined) return;
    event.preventDefault();
    if (command === 'new-machine') newGuest();
    else windowCommands[command]();
  });
}
