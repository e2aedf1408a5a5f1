import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright';
import { expect, onTestFinished } from 'vitest';
import type { MachineView } from '../src-core/contract/machines.ts';
import { test } from './window/app-test.ts';
import { BOOT_LIMIT_MS } from './window/console.ts';
import { inn } from './window/inn.ts';
import { shotsOf } from './window/shots.ts';
import { waitForToast } from './window/toast.ts';
import { openTab, toolbarButton, waitForState } from './window/toolbar.ts';

const shot = (page: Page, step: string) => shotsOf(page, 'hardware')(step);
const MIB = 1024 * 1024;
/** What a guest does at once, on a busy computer. */
const SOON = { timeout: 20_000 };

const USER_DATA = `#!/bin/sh
echo "configured on $(uname -m)" > /root/configured
`;

/** In KiB, what the kernel has found. */
const MEMORY_TOTAL = "awk '/MemTotal/ { print $2 }' /proc/meminfo";

async function view(home: string): Promise<MachineView> {
  const { stdout } = await inn(home, 'vm', 'inspect', 'keeper', '--json');
  return JSON.parse(stdout) as MachineView;
}

/** @returns what a script prints in the guest; null when it fails */
async function inGuest(home: string, script: string): Promise<string | null> {
  const { status, stdout } = await inn(home, 'vm', 'exec', 'keeper', '--', 'sh', '-ec', script);
  return status === 0 ? stdout.trim() : null;
}

/** Sizes of the guest's disks in MiB, by name. */
async function guestDisks(home: string): Promise<Readonly<Record<string, number>>> {
  const text = await inGuest(home, 'cd /sys/block; for d in vd*; do [ -e $d ] && echo $d $(cat $d/size); done; true');
  const disks = [...(text ?? '').matchAll(/^(\w+) (\d+)$/gm)];
  return Object.fromEntries(disks.map(([, name = '', sectors]) => [name, (Number(sectors) * 512) / MIB]));
}

async function addDisk(page: Page, kind: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Add disk' }).click();
  await page.getByRole('menuitem', { name: kind }).click();
}

/** Moves a slider with the keyboard, as somebody without a pointer does. */
async function moveSlider(page: Page, name: string, ...keys: readonly string[]): Promise<void> {
  await page.getByRole('slider', { name }).focus();
  for (const key of keys) await page.keyboard.press(key);
}

test.beforeAll(async ({ home, page }) => {
  expect((await inn(home.path, 'image', 'pull', 'debian-13-tiny')).status).toBe(0);
  await page.getByRole('button', { name: 'New machine' }).click();
  await page.getByRole('link', { name: /Debian 13, tiny/ }).click();
  await page.getByLabel('Name').fill('keeper');
  await page.getByRole('button', { name: /Advanced/ }).click();
  await page.getByRole('button', { name: 'New disk' }).click();
  await moveSlider(page, 'Disk 1: new', 'Home');
  await page.getByLabel('User-data', { exact: true }).fill('echo no first line');
  await page.getByText('The first line must be #cloud-config').waitFor();
  await page.getByLabel('User-data', { exact: true }).fill(USER_DATA);
  await shot(page, 'create');
  await page.getByRole('button', { name: 'Create and start' }).click();
});

test('user-data is carried out in the guest, and the summary says so', async ({ home, page }) => {
  await openTab(page, 'keeper', 'Summary');
  await page.locator('.fact', { hasText: 'User-data' }).getByText('Carried out').waitFor({ timeout: BOOT_LIMIT_MS });
  await shot(page, 'configured');
  expect(await inGuest(home.path, 'cat /root/configured')).toBe('configured on riscv64');
});

test('while it runs, what it starts with waits for a stop, and its limit does not', async ({ home, page }) => {
  await openTab(page, 'keeper', 'Hardware');
  await page
    .locator('.needs-stop')
    .getByText(/^Stop the machine to change .*the memory that it starts with/)
    .waitFor();
  expect(await page.getByRole('slider', { name: 'Processors' }).isDisabled()).toBe(true);
  await moveSlider(page, 'Processor limit', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft');
  await expect.poll(async () => (await view(home.path)).cpuLimit, SOON).toBe(90);
  await shot(page, 'running');
  await moveSlider(page, 'Processor limit', 'End');
  await expect.poll(async () => (await view(home.path)).cpuLimit, SOON).toBe(null);
});

test('memory is given back while it runs', async ({ home, page }) => {
  const before = (await view(home.path)).memoryBytes;
  await moveSlider(page, 'Memory', 'ArrowLeft');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect.poll(async () => (await view(home.path)).memoryBytes, SOON).toBeLessThan(before);
  await page.getByRole('button', { name: 'Apply' }).waitFor({ state: 'detached' });
});

test('a new disk is in the guest at once, grows under its eyes, and is deleted after a question', async ({
  home,
  page,
}) => {
  expect(await guestDisks(home.path)).toEqual({ vda: 64 });
  await addDisk(page, /New disk/);
  await moveSlider(page, 'Size', 'Home', 'ArrowRight');
  await shot(page, 'new-disk');
  await page.getByRole('dialog').getByRole('button', { name: 'Add disk' }).click();
  await expect.poll(() => guestDisks(home.path), SOON).toEqual({ vda: 64, vdb: 128 });
  await page.getByRole('button', { name: 'Grow disk 1' }).click();
  await moveSlider(page, 'New size', 'Home');
  await shot(page, 'grow');
  await page.getByRole('dialog').getByRole('button', { name: 'Grow' }).click();
  await expect.poll(() => guestDisks(home.path), SOON).toEqual({ vda: 64, vdb: 192 });
  await page.getByRole('button', { name: 'Detach disk 1' }).click();
  await page.getByRole('alertdialog').getByText('cannot be brought back').waitFor();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete disk' }).click();
  await waitForToast(page, 'The disk 1 of keeper is deleted');
  expect(await guestDisks(home.path)).toEqual({ vda: 64 });
});

test('a medium is read-only in the guest, and comes back with Undo', async ({ home, page }) => {
  const file = join(home.path, 'medium.iso');
  const contents = Buffer.alloc(4 * MIB);
  contents.write('medium', 4096);
  writeFileSync(file, contents);
  await addDisk(page, /ISO/);
  await page.getByLabel('Medium', { exact: true }).fill(file);
  await page.getByRole('dialog').getByRole('button', { name: 'Attach' }).click();
  await expect.poll(() => guestDisks(home.path), SOON).toEqual({ vda: 64, vdb: 4 });
  expect(
    await inGuest(home.path, 'cat /sys/block/vdb/ro; dd if=/dev/vdb bs=4096 skip=1 count=1 2>/dev/null | head -c 6'),
  ).toBe('1\nmedium');
  await page.getByRole('button', { name: 'Detach disk 1' }).click();
  await waitForToast(page, 'its file is untouched');
  await expect.poll(() => guestDisks(home.path), SOON).toEqual({ vda: 64 });
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => guestDisks(home.path), SOON).toEqual({ vda: 64, vdb: 4 });
});

test('what is Innkeeper’s own is shared with no guest', async ({ home, page }) => {
  await page.getByRole('button', { name: 'Share a folder' }).click();
  await page.getByLabel('Folder of this computer').fill(join(home.path, 'machines'));
  await page.getByRole('dialog').getByRole('button', { name: 'Share' }).click();
  await page.getByRole('alert').getByText('belongs to Innkeeper itself').waitFor();
  await page.keyboard.press('Escape');
});

test('a folder is shared with the guest while it runs, both ways, until it is not', async ({ home, page }) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'inn-e2e-')), 'work');
  onTestFinished(() => rmSync(dirname(folder), { recursive: true }));
  mkdirSync(folder);
  writeFileSync(join(folder, 'from-host'), 'hello guest\n');
  await page.getByRole('button', { name: 'Share a folder' }).click();
  await page.getByLabel('Folder of this computer').fill(folder);
  expect(await page.getByLabel('Place in the guest').inputValue()).toBe('/mnt/work');
  await shot(page, 'share');
  await page.getByRole('dialog').getByRole('button', { name: 'Share' }).click();
  await page.getByText('In the guest now').waitFor();
  expect(await inGuest(home.path, 'echo "hello host" > /mnt/work/from-guest; cat /mnt/work/from-host')).toBe(
    'hello guest',
  );
  expect(readFileSync(join(folder, 'from-guest'), 'utf8')).toBe('hello host\n');
  await shot(page, 'shared');
  await page.getByRole('button', { name: 'Stop sharing /mnt/work' }).click();
  await waitForToast(page, 'does not see');
  expect(await inGuest(home.path, 'cat /mnt/work/from-host')).toBe(null);
});

test('what needs a stop is changed after one, and is there after the next start', async ({ home, page }) => {
  const before = await view(home.path);
  const most = Number(await inGuest(home.path, MEMORY_TOTAL));
  await page.locator('.needs-stop', { hasText: 'memory' }).getByRole('button', { name: 'Stop' }).click();
  await waitForState(page, 'Stopped');
  await moveSlider(page, 'Memory', 'ArrowRight', 'ArrowRight');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('button', { name: 'Apply' }).waitFor({ state: 'detached' });
  expect((await view(home.path)).memoryBytes).toBeGreaterThan(before.memoryAtStartBytes ?? 0);
  await page.getByRole('button', { name: 'Disk 1 earlier' }).click();
  await expect.poll(async () => (await view(home.path)).bootOrder, SOON).toEqual([1, 0]);
  await shot(page, 'stopped');
  await toolbarButton(page, 'Start').click();
  await waitForState(page, 'Running');
  const total = async () => Number(await inGuest(home.path, MEMORY_TOTAL));
  await expect.poll(total, { timeout: BOOT_LIMIT_MS }).toBeGreaterThan(most);
});

test('the window wrote no complaint', ({ window }) => {
  expect(window.complaints).toEqual([]);
});
