import type { ITheme } from '@xterm/xterm';

/** The sixteen colours of a terminal, chosen to be read on the window's own background in either theme. */
const DARK: ITheme = {
  background: '#0f1115',
  foreground: '#dfe3ea',
  cursor: '#dfe3ea',
  cursorAccent: '#0f1115',
  selectionBackground: '#3a4a6b',
  black: '#3b414d',
  red: '#f07178',
  green: '#8fd18b',
  yellow: '#e6c07b',
  blue: '#7aa8f7',
  magenta: '#c796ea',
  cyan: '#6cc7cf',
  white: '#c8ced8',
  brightBlack: '#7d8594',
  brightRed: '#ff8b92',
  brightGreen: '#a8e6a3',
  brightYellow: '#f5d491',
  brightBlue: '#9dc0ff',
  brightMagenta: '#dcb3fa',
  brightCyan: '#8be0e7',
  brightWhite: '#ffffff',
};

const LIGHT: ITheme = {
  background: '#fbfbfc',
  foreground: '#23272f',
  cursor: '#23272f',
  cursorAccent: '#fbfbfc',
  selectionBackground: '#c5d5f5',
  black: '#23272f',
  red: '#b3261e',
  green: '#1e6f34',
  yellow: '#7d5700',
  blue: '#1d55b5',
  magenta: '#8a2f9f',
  cyan: '#0c6a75',
  white: '#5d6470',
  brightBlack: '#5d6470',
  brightRed: '#c9372c',
  brightGreen: '#2a7d40',
  brightYellow: '#8f6500',
  brightBlue: '#2f67c9',
  brightMagenta: '#9d42b2',
  brightCyan: '#157a86',
  brightWhite: '#3b414d',
};

export function terminalTheme(dark: boolean): ITheme {
  return dark ? DARK : LIGHT;
}

export const TERMINAL_FONT =
  'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace';
