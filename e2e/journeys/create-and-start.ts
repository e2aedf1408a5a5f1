import type { Page } from 'playwright';
import type { TakeShot } from '../window/shots.ts';

/** From the empty window to a shell: two clicks after "New machine". @returns the machine's name */
export async function createAndStart(page: Page, shot: TakeShot): Promise<string> {
  await page.getByRole('button', { name: 'New machine' }).click();
  await page.getByRole('link', { name: /Debian 13, tiny/ }).waitFor();
  await shot('catalogue');
  await page.getByRole('link', { name: /Debian 13, tiny/ }).click();
  const name = await page.getByLabel('Name').inputValue();
  await shot('defaults');
  await page.getByRole('button', { name: 'Create and start' }).click();
  await page.locator('.task-phase, .xterm-rows').first().waitFor();
  await shot('preparing');
  return name;
}
