import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright';

/** A boot on a busy computer, the building of the image included. */
export const BOOT_LIMIT_MS = 240_000;
/** A command's output, on a busy computer. */
const ANSWER_LIMIT_MS = 30_000;

/** What the terminal shows now. xterm writes non-breaking spaces. */
export async function consoleText(page: Page): Promise<string> {
  const rows = page.locator('.xterm-rows > div');
  const lines = await rows.allInnerTexts();
  return lines.map((line) => line.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
}

const LOOK_EVERY_MS = 100;

/** @throws when the terminal does not come to show it, with what it shows instead */
export async function waitForConsole(page: Page, pattern: RegExp, timeoutMs = ANSWER_LIMIT_MS): Promise<string> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const text = await consoleText(page);
    if (pattern.test(text)) return text;
    if (Date.now() > deadline) throw new Error(`the terminal does not show ${String(pattern)} but:\n${text}`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** The shell's prompt; a late word of the kernel may stand behind it, and then Enter brings a new one. */
export async function waitForPrompt(page: Page): Promise<void> {
  await waitForConsole(page, /^root@[\w-]+:~#/m, BOOT_LIMIT_MS);
}

/** Types a line as a person does and waits for what it prints. */
export async function typeLine(page: Page, line: string, printed: RegExp): Promise<string> {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type(`${line}\n`);
  return waitForConsole(page, printed);
}
