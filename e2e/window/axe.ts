import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright';
import { expect } from 'vitest';

/** Half faded in, a colour has half its contrast: only what has come to rest is judged. Spinners never do. */
async function waitForRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(ending.map((animation) => animation.finished.catch(() => undefined)));
  });
}

/** What axe finds wrong with the page as it is now. */
export async function findings(page: Page): Promise<readonly string[]> {
  await waitForRest(page);
  // Legacy: the new way opens a second page, which Electron does not let it.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** Leads the page to an address of its own: "#/machines". */
export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    globalThis.location.hash = to;
  }, hash);
  // Base UI's popups and the theme fade in; half-way colours have half the contrast.
  await page.waitForTimeout(400);
}

/** Closes the dialog by key. A tooltip that came up over a button takes the first Escape for itself. */
export async function dismissDialog(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog');
  await expect
    .poll(
      async () => {
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached', timeout: 2000 }).catch(() => undefined);
        return dialog.count();
      },
      { timeout: 20_000 },
    )
    .toBe(0);
}

/** Clicks what is written as a screen reader tells it: 'button "Grow disk 0"'. */
export async function clickNamed(page: Page, told: string): Promise<void> {
  const [, role = 'button', name = ''] = /^(\w+) "(.*)"$/.exec(told) ?? [];
  await page
    .getByRole(role as 'button' | 'menuitem', { name, exact: true })
    .first()
    .click();
}
