import { expect, test } from 'vitest';
import { GUEST_HEIGHT, GUEST_WIDTH, pictureLayout } from './picture-layout.ts';

test.for([360, 600, 1200])('in %i pixels no guest lies on another, nor outside', (width) => {
  const { guests, height } = pictureLayout(width, 40, false);
  for (const [index, { x, y }] of guests.entries()) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + GUEST_WIDTH).toBeLessThanOrEqual(width);
    expect(y + GUEST_HEIGHT / 2).toBeLessThanOrEqual(height);
    const onIt = guests.filter(
      (other, at) => at > index && Math.abs(other.x - x) < GUEST_WIDTH && Math.abs(other.y - y) < GUEST_HEIGHT,
    );
    expect(onIt).toEqual([]);
  }
});

test('where there is room the guests stand on both sides, otherwise on one', () => {
  expect(pictureLayout(800, 4, false).columns).toBe(2);
  expect(pictureLayout(400, 4, false).columns).toBe(1);
});

test('an internal network needs no room for the outside world', () => {
  expect(pictureLayout(800, 0, true).height).toBeLessThan(pictureLayout(800, 0, false).height);
});
