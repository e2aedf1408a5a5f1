import type { Page } from 'playwright';
import { expect } from 'vitest';
import { test } from './window/app-test.ts';
import { typeLine, waitForConsole, waitForPrompt } from './window/console.ts';
import { countShown, startCounting, waitForCount } from './window/counter.ts';
import { startGuest } from './window/guest.ts';
import { inn } from './window/inn.ts';
import { shotsOf } from './window/shots.ts';
import { waitForToast } from './window/toast.ts';
import { openTab, toolbarButton, waitForState } from './window/toolbar.ts';

/** Each test goes on where the one before has left the machine: that is how snapshots are used. */
const shot = (page: Page, step: string) => shotsOf(page, 'snapshots')(step);

/** What the guest had counted to when its snapshot was taken, at least, and when it was put back, at least. */
let [atSnapshot, beforeRestore] = [0, 0];

test.beforeAll(async ({ home, page }) => {
  await startGuest(home.path, 'guest');
  await openTab(page, 'guest', 'Console');
  await waitForPrompt(page);
  await typeLine(page, 'dmesg -n 1; clear; echo quiet-$((1+1))', /^quiet-2$/m);
  await startCounting(page);
});

/** The rows of the tree from above, those of branches further to the right: ["counting", "  before-counting", …]. */
async function tree(page: Page): Promise<readonly string[]> {
  const rows = await page.getByRole('treeitem').all();
  return Promise.all(
    rows.map(async (row) => {
      const [level, name] = [await row.getAttribute('aria-level'), await row.getAttribute('aria-label')];
      return `${'  '.repeat(Number(level) - 1)}${name}`;
    }),
  );
}

test('a running machine without a snapshot is told what one is, and how to take one', async ({ page }) => {
  await openTab(page, 'guest', 'Snapshots');
  await page.getByText('No snapshots yet').waitFor();
  await page.getByText('inn vm snapshot create guest').waitFor();
  await shot(page, 'none');
});

test('a snapshot is taken while the guest counts on', async ({ page }) => {
  await openTab(page, 'guest', 'Console');
  atSnapshot = await countShown(page);
  await openTab(page, 'guest', 'Snapshots');
  await page.locator('.empty').getByRole('button', { name: 'Take snapshot' }).click();
  await waitForToast(page, 'guest has the snapshot');
  await page.getByRole('tree').waitFor();
  expect(await tree(page)).toEqual([expect.stringMatching(/^[\w-]+$/), 'The present state']);
  await shot(page, 'taken');
  await openTab(page, 'guest', 'Console');
  beforeRestore = await waitForCount(page, atSnapshot + 40);
  await shot(page, 'counts-on');
});

test('it is given a name and a note, and shows what the console showed', async ({ page }) => {
  await openTab(page, 'guest', 'Snapshots');
  await page.getByRole('button', { name: /^More actions for snapshot/ }).click();
  await page.getByRole('menuitem', { name: /^Look at it/ }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByLabel('Its console at that moment').innerText()).toMatch(/count \d+/);
  await dialog.getByLabel('Name').fill('counting');
  await dialog.getByLabel('Note').fill('While it counts.');
  await shot(page, 'named');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('treeitem', { name: 'counting' }).getByText('While it counts.').waitFor();
});

test('restored, the machine counts on from the snapshot, and what was there before is a snapshot too', async ({
  page,
}) => {
  await page.getByRole('button', { name: 'Restore counting' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('checkbox').isChecked()).toBe(true);
  await shot(page, 'restore');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await waitForToast(page, 'guest is back at counting');
  await expect.poll(() => tree(page)).toEqual(['counting', '  before-counting', 'The present state']);
  await waitForState(page, 'Running');
  await shot(page, 'restored');
  await openTab(page, 'guest', 'Console');
  const restored = await waitForCount(page, atSnapshot);
  expect(restored).toBeLessThan(beforeRestore);
  await waitForCount(page, restored + 2);
  await shot(page, 'counts-from-there');
});

test('a fork of it counts on beside it, under a name of its own', async ({ page }) => {
  const before = await countShown(page);
  await toolbarButton(page, 'Fork…').click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByLabel('Name of the copy').inputValue()).toBe('guest-2');
  await shot(page, 'fork');
  await dialog.getByRole('button', { name: 'Fork' }).click();
  await page.locator('.toast').getByRole('button', { name: 'Console' }).click();
  await page.locator('.detail-head').getByText('guest-2').waitFor();
  const copy = await waitForCount(page, before);
  await waitForCount(page, copy + 2);
  await shot(page, 'fork-counts');
  await openTab(page, 'guest', 'Console');
  await waitForCount(page, copy + 2);
  await shot(page, 'source-counts');
});

test('the fork knows itself by its new name, and has secrets of its own', async ({ home, page }) => {
  await openTab(page, 'guest-2', 'Console');
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('Control+C');
  await typeLine(page, 'clear; echo "I am $(hostname)"', /^I am guest-2$/m);
  const identity = async (machine: string) =>
    (
      await inn(
        home.path,
        'vm',
        'exec',
        machine,
        '--',
        'sh',
        '-c',
        'cat /etc/machine-id; head -c 16 /dev/urandom | md5sum',
      )
    ).stdout;
  expect(await identity('guest-2')).not.toBe(await identity('guest'));
});

test('from a snapshot comes a clone, suspended at that moment, which counts on from there', async ({ page }) => {
  await openTab(page, 'guest', 'Snapshots');
  await page.getByRole('button', { name: 'More actions for snapshot counting' }).click();
  await page.getByRole('menuitem', { name: 'Clone…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the clone').fill('clone');
  await dialog.getByRole('button', { name: 'Clone' }).click();
  await waitForToast(page, 'Machine clone is there');
  await openTab(page, 'clone', 'Console');
  await waitForState(page, 'Suspended');
  await toolbarButton(page, 'Resume').click();
  await waitForState(page, 'Running');
  const shown = await waitForCount(page, atSnapshot);
  expect(shown).toBeLessThan(beforeRestore);
  await shot(page, 'clone-counts');
});

test('the tree is walked with the keyboard, and a snapshot is deleted without those built on it', async ({ page }) => {
  await openTab(page, 'guest', 'Snapshots');
  await page.getByRole('treeitem', { name: 'The present state' }).focus();
  await page.keyboard.press('ArrowLeft');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  await expect.poll(focused).toBe('counting');
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused).toBe('before-counting');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Delete');
  const question = page.getByRole('alertdialog');
  await question.getByText('Delete snapshot counting?').waitFor();
  await shot(page, 'delete');
  expect(await question.innerText()).toContain('built on it');
  await question.getByRole('button', { name: 'Delete snapshot' }).click();
  await waitForToast(page, 'Snapshot counting is deleted');
  await expect.poll(() => tree(page)).toEqual(['before-counting', 'The present state']);
  await page.getByRole('button', { name: 'Restore before-counting' }).click();
  await page.getByRole('dialog').getByRole('checkbox').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await waitForToast(page, 'guest is back at before-counting');
  await openTab(page, 'guest', 'Console');
  await waitForConsole(page, new RegExp(`^count ${beforeRestore}$`, 'm'));
  await waitForCount(page, beforeRestore);
  await shot(page, 'deleted-and-restored');
});

test('the window wrote no complaint', ({ window }) => {
  expect(window.complaints).toEqual([]);
});
