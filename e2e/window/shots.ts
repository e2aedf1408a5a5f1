import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { root } from './home.ts';

export type TakeShot = (step: string) => Promise<void>;

/** How many there are of each journey, whoever took them. */
const counts = new Map<string, number>();

/** Numbered pictures of a journey's steps, in test-results/, for a person to look at. */
export function shotsOf(page: Page, journey: string): TakeShot {
  const folder = join(root, 'test-results', journey);
  mkdirSync(folder, { recursive: true });
  return async (step) => {
    const count = (counts.get(journey) ?? 0) + 1;
    counts.set(journey, count);
    await page.screenshot({ path: join(folder, `${String(count).padStart(2, '0')}-${step}.png`) });
  };
}
