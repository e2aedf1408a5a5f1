import { expect, test } from 'vitest';
import { modeText } from './file-modes.ts';

test.for([
  ['directory', 0o755, 'drwxr-xr-x'],
  ['file', 0o4755, '-rwsr-xr-x'],
  ['file', 0o2644, '-rw-r-Sr--'],
  ['directory', 0o1777, 'drwxrwxrwt'],
  ['link', 0o777, 'lrwxrwxrwx'],
] as const)('a %s of mode %o is written %s', ([kind, mode, text]) => {
  expect(modeText({ kind, mode })).toBe(text);
});
