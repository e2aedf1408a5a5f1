import type { Page } from 'playwright';

const TOAST_LIMIT_MS = 60_000;

/** Waits until the window says that something is done. */
export async function waitForToast(page: Page, text: string): Promise<void> {
  await page.locator('.toast', { hasText: text }).waitFor({ timeout: TOAST_LIMIT_MS });
}
