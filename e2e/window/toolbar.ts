import type { Page } from 'playwright';

/** A button of the toolbar above the list of machines. */
export function toolbarButton(page: Page, name: string) {
  return page.getByRole('toolbar').getByRole('button', { name, exact: true });
}

const STATE_LIMIT_MS = 60_000;

/** Waits until the machine that is open is in a state, by its word: "Running". */
export async function waitForState(page: Page, word: string): Promise<void> {
  await page.locator('.detail-head').getByText(word, { exact: true }).waitFor({ timeout: STATE_LIMIT_MS });
}

/** Opens a machine's tab: "Snapshots". */
export async function openTab(page: Page, machine: string, tab: string): Promise<void> {
  await page.getByRole('link', { name: machine, exact: true }).click();
  await page.getByRole('tab', { name: tab }).click();
}
