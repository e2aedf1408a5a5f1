import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { test } from './window/app-test.ts';
import { BOOT_LIMIT_MS } from './window/console.ts';
import { guestNames } from './window/guest.ts';
import { inn } from './window/inn.ts';

async function openForm(page: Page, card: RegExp): Promise<void> {
  await page.getByRole('link', { name: 'Machines' }).click();
  await page.getByRole('button', { name: 'New machine' }).first().click();
  await page.getByRole('link', { name: card }).click();
}

function startButton(page: Page) {
  return page.getByRole('button', { name: 'Create and start' });
}

/** The failure as the window tells it; it must say what failed, why, and offer to copy it. */
async function failure(page: Page): Promise<string> {
  const notice = page.getByRole('alert');
  await notice.getByRole('button', { name: 'Copy' }).waitFor();
  return notice.locator('.notice-title').innerText();
}

test.for(['', '-web', 'web server', 'a'.repeat(64), 'wéb'])(
  'the name “%s” is refused as it is typed',
  async (name, { page }) => {
    await openForm(page, /Debian 13, tiny/);
    await page.getByLabel('Name').fill(name);
    expect(await page.locator('.field-error').innerText()).toMatch(/^(Use 1 to 63 letters|Give the machine a name)/);
    expect(await startButton(page).isDisabled()).toBe(true);
  },
);

test('a name that is taken is refused as it is typed, whatever its case', async ({ home, page }) => {
  expect((await inn(home.path, 'vm', 'create', 'Taken', '--image', 'debian-13-tiny')).status).toBe(0);
  await openForm(page, /Debian 13, tiny/);
  await page.getByLabel('Name').fill('taken');
  await page.getByText('There is already a machine called taken').waitFor();
  expect(await startButton(page).isDisabled()).toBe(true);
});

test('the sliders end at what this computer has', async ({ home, page }) => {
  await openForm(page, /Debian 13, tiny/);
  const memory = page.getByRole('slider', { name: 'Memory' });
  await memory.focus();
  await page.keyboard.press('End');
  const { stdout } = await inn(home.path, 'host', '--json');
  const { limits } = JSON.parse(stdout) as { limits: { memoryBytes: number; processors: number } };
  const shown = await page.locator('.slider-value').first().innerText();
  const gib = Number.parseFloat(shown) * (shown.endsWith('GiB') ? 1024 : 1);
  expect(Math.abs(gib - limits.memoryBytes / 1024 / 1024)).toBeLessThan(16);
});

test('a kernel that is not one is refused with the cause, and leaves nothing behind', async ({ home, page }) => {
  const file = join(home.path, 'notes.txt');
  writeFileSync(file, 'not a kernel\n'.repeat(100));
  const before = await guestNames(home.path);
  await openForm(page, /From files/);
  await page.getByLabel('Name').fill('wrong-kernel');
  await page.getByLabel('Kernel', { exact: true }).fill(file);
  await startButton(page).click();
  expect(await failure(page)).toMatch(/^Failed to create machine wrong-kernel: .*notes\.txt/);
  expect(await guestNames(home.path)).toEqual(before);
});

test('a file that is not there is refused with the cause', async ({ page }) => {
  await openForm(page, /From files/);
  await page.getByLabel('Name').fill('no-file');
  await page.getByLabel('Kernel', { exact: true }).fill('/nowhere/Image');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  expect(await failure(page)).toMatch(/^Failed to create machine no-file: .*\/nowhere\/Image/);
});

test('a disk that is not an image is refused with the cause', async ({ home, page }) => {
  const file = join(home.path, 'short.img');
  writeFileSync(file, 'x');
  const before = await guestNames(home.path);
  await openForm(page, /Debian 13, tiny/);
  await page.getByLabel('Name').fill('wrong-disk');
  await page.getByRole('button', { name: /Advanced/ }).click();
  await page.getByRole('button', { name: 'Add a disk file' }).click();
  await page.getByLabel('Disk 1', { exact: true }).fill(file);
  await startButton(page).click();
  expect(await failure(page)).toMatch(/^Failed to create machine wrong-disk: .*short\.img/);
  expect(await guestNames(home.path)).toEqual(before);
});

test('an archive address that is none is refused as it is typed', async ({ page }) => {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Address of the Debian archive').fill('ftp://example.org');
  await page.getByText('Write an address that begins with http:// or https://').waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
});

test('what cannot be done now says why and offers what would allow it', async ({ page }) => {
  await page.getByRole('link', { name: 'Machines' }).click();
  await page.getByRole('link', { name: 'Taken' }).click();
  await page.locator('.detail-head').getByText('Stopped').waitFor({ timeout: BOOT_LIMIT_MS });
  await page
    .getByRole('toolbar')
    .getByRole('button', { name: /^Restart – / })
    // It is marked as disabled, but is pressed all the same: that is how one learns why.
    .click({ force: true });
  await page.getByText('It is stopped; start it instead.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).waitFor();
  await page.keyboard.press('Escape');
});
