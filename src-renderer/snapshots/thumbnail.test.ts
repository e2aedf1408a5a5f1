import { expect, test } from 'vitest';
import { thumbnailLayout } from './thumbnail.ts';

const screen = (columns: number, lines: readonly string[]) => ({ columns, rows: 24, lines: [...lines] });

test('what was written last is drawn, and empty lines below it are not', () => {
  const many = Array.from({ length: 24 }, (_, index) => `line ${index}`);
  const { lines } = thumbnailLayout(screen(40, [...many, '', '  ']), 120, 72);
  expect(lines.at(-1)).toBe('line 23');
  expect(lines.length).toBeGreaterThan(8);
  expect(lines.length).toBeLessThan(24);
});

test('a wide terminal loses its right side rather than becoming a mist', () => {
  const wide = thumbnailLayout(screen(300, ['x'.repeat(300)]), 120, 72);
  expect(wide.lines[0]?.length).toBeLessThan(80);
  expect(wide.fontPx).toBeGreaterThan(3);
  expect(thumbnailLayout(screen(20, ['x'.repeat(20)]), 120, 72).lines).toEqual(['x'.repeat(20)]);
});

test('an empty screen has no lines', () => {
  expect(thumbnailLayout(screen(80, []), 120, 72).lines).toEqual([]);
});
