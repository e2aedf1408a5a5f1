import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { test as appTest } from './window/app-test.ts';
import { typeLine, waitForPrompt } from './window/console.ts';
import { inn } from './window/inn.ts';
import { shotsOf } from './window/shots.ts';
import { waitForToast } from './window/toast.ts';
import { openTab, toolbarButton, waitForState } from './window/toolbar.ts';

/** Images and whole machines as files: each test goes on with what the one before has made. */
const test = appTest.extend('files', { scope: 'file' }, ({}, { onCleanup }) => {
  const folder = mkdtempSync(join(tmpdir(), 'inn-e2e-'));
  onCleanup(() => rmSync(folder, { recursive: true }));
  return folder;
});

const shot = (page: Page, step: string) => shotsOf(page, 'images')(step);
const DISK_BYTES = 4 * 1024 * 1024;

const DISK_IS_THERE = 'until [ -b /dev/vda ]; do sleep 0.1; done';

/** A disk with something in it that can be known again. */
function diskContents(): Buffer {
  const contents = Buffer.alloc(DISK_BYTES);
  contents.write('carried from file to file', 8192);
  return contents;
}

function card(page: Page, name: string) {
  return page.locator('.image-card', { has: page.locator('code', { hasText: new RegExp(`^${name}$`) }) });
}

async function fromMenu(page: Page, machine: string, item: string): Promise<void> {
  await openTab(page, machine, 'Summary');
  await page
    .getByRole('toolbar')
    .getByRole('button', { name: `More actions for ${machine}` })
    .click();
  await page.getByRole('menuitem', { name: item }).click();
}

test.beforeAll(async ({ home, files }) => {
  expect((await inn(home.path, 'image', 'pull', 'debian-13-tiny')).status).toBe(0);
  writeFileSync(join(files, 'My Disk.img'), diskContents());
});

test('a disk file becomes an image, with a kernel that is given', async ({ home, files, page }) => {
  const tiny = join(home.path, 'images/debian-13-tiny');
  await page.getByRole('link', { name: 'Images' }).click();
  await page.getByRole('button', { name: 'Import image…' }).click();
  await page.getByLabel('Disk file').fill(join(files, 'My Disk.img'));
  expect(await page.getByLabel('Name of the image').inputValue()).toBe('My-Disk');
  await page.getByLabel('Name of the image').fill('debian-13-tiny');
  await page.getByText('There is already an image called debian-13-tiny').waitFor();
  await page.getByLabel('Name of the image').fill('my-disk');
  await page.getByRole('button', { name: /^Kernel/ }).click();
  await page.getByLabel('Kernel', { exact: true }).fill(join(tiny, 'kernel'));
  await page.getByLabel('Initial RAM disk').fill(join(tiny, 'initrd'));
  await shot(page, 'import');
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
  await waitForToast(page, 'Import image my-disk: done');
  await card(page, 'my-disk').getByText('disk of 4 MiB').waitFor();
  await card(page, 'my-disk').getByText('imported').waitFor();
  await shot(page, 'imported');
});

test('an image without a disk is not exported, and the window says why', async ({ page }) => {
  const button = card(page, 'debian-13-tiny').getByRole('button', { name: /^Export image debian-13-tiny/ });
  await button.click({ force: true });
  await page.getByText('It has no disk: its machines live in memory.').waitFor();
  await page.keyboard.press('Escape');
});

test('it becomes a file again, byte for byte', async ({ files, page }) => {
  const file = join(files, 'exported.img');
  await card(page, 'my-disk').getByRole('button', { name: 'Export image my-disk' }).click();
  await page.getByLabel('File', { exact: true }).fill(file);
  await page.getByRole('checkbox', { name: /^Raw/ }).click();
  await shot(page, 'export');
  await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
  await waitForToast(page, 'Export image my-disk: done');
  expect(readFileSync(file).equals(diskContents())).toBe(true);
});

test('a machine is made from it, and its disk becomes an image of its own', async ({ page }) => {
  await card(page, 'my-disk').getByRole('button', { name: 'New machine' }).click();
  await page.getByLabel('Name').fill('carrier');
  await page.getByRole('button', { name: 'Create and start' }).click();
  await waitForPrompt(page);
  // The driver comes after the prompt.
  await typeLine(
    page,
    `dmesg -n 1; ${DISK_IS_THERE}; head -c 8217 /dev/vda | tail -c 25; echo`,
    /carried from file to file/,
  );
  await typeLine(
    page,
    'echo "written by the guest" | dd of=/dev/vda bs=4096 seek=8 conv=sync; sync; echo s-$((1+1))',
    /^s-2$/m,
  );
  await toolbarButton(page, 'Stop').click();
  await waitForState(page, 'Stopped');
  await fromMenu(page, 'carrier', 'Save as image…');
  await page.getByLabel('Name of the image').fill('carried');
  await page.getByRole('dialog').getByRole('button', { name: 'Save image' }).click();
  await waitForToast(page, 'Save image carried: done');
  await page.locator('.toast').getByRole('button', { name: 'Show' }).last().click();
  await card(page, 'carried').getByText('saved from a machine').waitFor();
  await card(page, 'my-disk').getByText('Used by carrier').waitFor();
  await shot(page, 'saved');
});

test('an image in use is not deleted; one that nobody needs is, after a question', async ({ page }) => {
  await card(page, 'my-disk')
    .getByRole('button', { name: /^Delete image my-disk/ })
    .click({ force: true });
  await page.getByText(/1 machine made from it: carrier/).waitFor();
  await page.keyboard.press('Escape');
  await card(page, 'carried').getByRole('button', { name: 'Delete image carried' }).click();
  await page.getByRole('alertdialog').getByText('It cannot be built again.').waitFor();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete image' }).click();
  await card(page, 'carried').waitFor({ state: 'detached' });
});

test('a whole machine goes into one file and comes back under another name', async ({ files, page }) => {
  const file = join(files, 'carrier.innkeeper');
  await page.getByRole('link', { name: 'Machines' }).click();
  await fromMenu(page, 'carrier', 'Take snapshot');
  await waitForToast(page, 'carrier has the snapshot');
  await fromMenu(page, 'carrier', 'Export…');
  await page.getByLabel('File', { exact: true }).fill(file);
  await shot(page, 'export-machine');
  await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
  await waitForToast(page, 'Export machine carrier: done');
  expect(existsSync(file)).toBe(true);
  await page.getByRole('button', { name: 'More ways to a machine' }).click();
  await page.getByRole('menuitem', { name: 'Import machine…' }).click();
  await page.getByLabel('File', { exact: true }).fill(file);
  expect(await page.getByRole('dialog').getByLabel('Name', { exact: true }).inputValue()).toBe('carrier');
  await page.getByText('There is already a machine called carrier').waitFor();
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('returned');
  await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
  await waitForToast(page, 'Import machine returned: done');
  await openTab(page, 'returned', 'Snapshots');
  expect(await page.getByRole('treeitem').count()).toBe(2);
  await shot(page, 'import-machine');
  await toolbarButton(page, 'Start').click();
  await page.getByRole('tab', { name: 'Console' }).click();
  await waitForPrompt(page);
  await typeLine(page, `${DISK_IS_THERE}; head -c 32790 /dev/vda | tail -c 22`, /written by the guest/);
});

test('the window wrote no complaint', ({ window }) => {
  expect(window.complaints).toEqual([]);
});
