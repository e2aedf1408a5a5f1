import type { Page } from 'playwright';
import { consoleText, waitForConsole } from './console.ts';

/** A program that anybody can see running. */
const COUNTER = 'n=0; while :; do n=$((n+1)); echo count $n; sleep 0.2; done';

/** Starts counting in the terminal that is open. */
export async function startCounting(page: Page): Promise<void> {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type(`${COUNTER}\n`);
  await waitForConsole(page, /^count 3$/m);
}

/** The last number that the terminal shows; 0 when it shows none. */
export async function countShown(page: Page): Promise<number> {
  const numbers = [...(await consoleText(page)).matchAll(/^count (\d+)$/gm)].map(([, number]) => Number(number));
  return Math.max(0, ...numbers.slice(-1));
}

const COUNT_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** Waits until the terminal has counted beyond `number`. @returns what it shows then */
export async function waitForCount(page: Page, number: number): Promise<number> {
  const deadline = Date.now() + COUNT_LIMIT_MS;
  for (;;) {
    const shown = await countShown(page);
    if (shown > number) return shown;
    if (Date.now() > deadline) throw new Error(`the terminal shows count ${shown} and not more than ${number}`);
    await page.waitForTimeout(LOOK_EVERY_MS);
  }
}
