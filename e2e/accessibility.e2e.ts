import type { Page } from 'playwright';
import { describe, expect } from 'vitest';
import { test } from './window/app-test.ts';
import { clickNamed, dismissDialog, findings, go } from './window/axe.ts';
import { waitForPrompt } from './window/console.ts';
import { startGuest } from './window/guest.ts';
import { inn } from './window/inn.ts';
import { shotsOf } from './window/shots.ts';

const shot = (page: Page, step: string) => shotsOf(page, 'accessibility')(step);

async function chooseTheme(page: Page, theme: string): Promise<void> {
  await page.evaluate(
    (chosen) =>
      (
        globalThis as unknown as { innkeeper: { changePreferences(change: object): Promise<unknown> } }
      ).innkeeper.changePreferences({ theme: chosen }),
    theme,
  );
  await page.locator(`html[data-theme="${theme}"]`).waitFor();
  await page.waitForTimeout(400);
}

/** Each dialog, the machine and tab that it is opened from, and what is clicked for it. */
const DIALOGS = [
  ['restore', 'guest', 'Snapshots', ['button "Restore second"']],
  ['look', 'guest', 'Snapshots', ['button "More actions for snapshot second"', 'menuitem "Look at it, rename, note…"']],
  ['clone', 'guest', 'Snapshots', ['button "More actions for snapshot second"', 'menuitem "Clone…"']],
  ['save-image', 'guest', 'Snapshots', ['button "More actions for snapshot second"', 'menuitem "Save as image…"']],
  ['fork', 'guest', 'Summary', ['button "Fork…"']],
  ['new-disk', 'second', 'Hardware', ['button "Add disk"', 'menuitem "New disk…"']],
  ['medium', 'second', 'Hardware', ['button "Add disk"', 'menuitem "ISO, read-only…"']],
  ['grow', 'second', 'Hardware', ['button "Grow disk 0"']],
  ['share', 'second', 'Hardware', ['button "Share a folder"']],
  ['card', 'second', 'Network', ['button "Add card"']],
  ['import-machine', 'second', 'Summary', ['button "More ways to a machine"', 'menuitem "Import machine…"']],
  ['export-machine', 'second', 'Summary', ['button "More actions for second"', 'menuitem "Export…"']],
] as const;

/** The others hold what these do: a name, a path, a check box. In the second theme these are enough. */
const NOT_ALIKE: ReadonlySet<string> = new Set(['restore', 'look', 'new-disk', 'share']);

test('axe finds nothing in the empty window', async ({ page }) => {
  await shot(page, 'empty');
  expect(await findings(page)).toEqual([]);
});

describe('with machines', () => {
  test.beforeAll(async ({ home, page }) => {
    await startGuest(home.path, 'guest');
    await inn(home.path, 'vm', 'create', 'second', '--image', 'debian-13-tiny', '--disk', '64M', '--disk', '64M');
    await page.getByRole('link', { name: 'guest' }).click();
    await page.getByRole('tab', { name: 'Console' }).click();
    await waitForPrompt(page);
    for (const name of ['first', 'second', 'third']) await inn(home.path, 'vm', 'snapshot', 'create', 'guest', name);
    await inn(home.path, 'vm', 'snapshot', 'restore', 'guest', 'first');
    await page.locator('.toast').waitFor({ state: 'detached' });
  });

  describe.for(['light', 'dark'])('in the %s theme', (theme) => {
    test.beforeAll(({ page }) => chooseTheme(page, theme));

    test.for([
      ['machines', '#/machines'],
      ['new', '#/new'],
      ['form', '#/new/debian-13-tiny'],
      ['files', '#/new/_files'],
      ['containers', '#/containers'],
      ['new-container', '#/new-container'],
      ['volumes', '#/volumes'],
      ['nodes', '#/nodes'],
      ['images', '#/images'],
      ['container-images', '#/container-images'],
      ['networks', '#/networks'],
      ['host', '#/host'],
      ['settings', '#/settings'],
    ] as const)('axe finds nothing on the page %s', async ([name, hash], { page }) => {
      await go(page, hash);
      await shot(page, `${theme}-${name}`);
      expect(await findings(page)).toEqual([]);
    });

    test.for(['Summary', 'Console', 'Hardware', 'Network', 'Snapshots', 'Inspect'])(
      'axe finds nothing in the tab %s',
      async (tab, { page }) => {
        await go(page, '#/machines');
        await page.getByRole('link', { name: 'guest' }).click();
        await page.getByRole('tab', { name: tab }).click();
        await page.waitForTimeout(400);
        await shot(page, `${theme}-${tab.toLowerCase()}`);
        expect(await findings(page)).toEqual([]);
      },
    );

    test('axe finds nothing in a stopped machine’s hardware, network and empty snapshots', async ({ page }) => {
      await go(page, '#/machines');
      await page.getByRole('link', { name: 'second' }).click();
      for (const tab of ['Hardware', 'Network', 'Snapshots']) {
        await page.getByRole('tab', { name: tab }).click();
        await shot(page, `${theme}-stopped-${tab.toLowerCase()}`);
        expect(await findings(page)).toEqual([]);
      }
    });

    test.for(DIALOGS.filter(([name]) => theme === 'light' || NOT_ALIKE.has(name)))(
      'axe finds nothing in the dialog %s',
      async ([name, machine, tab, clicks], { page }) => {
        await go(page, '#/machines');
        await page.getByRole('link', { name: machine }).click();
        await page.getByRole('tab', { name: tab }).click();
        for (const click of clicks) await clickNamed(page, click);
        await page.getByRole('dialog').waitFor();
        await shot(page, `${theme}-${name}`);
        const found = await findings(page);
        await dismissDialog(page);
        expect(found).toEqual([]);
      },
    );

    test('axe finds nothing in the dialog that imports an image, nor in the whole form of a machine', async ({
      page,
    }) => {
      await go(page, '#/images');
      await page.getByRole('button', { name: 'Import image…' }).click();
      await page.getByRole('button', { name: /^Kernel/ }).click();
      await shot(page, `${theme}-import-image`);
      expect(await findings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await go(page, '#/new/debian-13-tiny');
      await page.getByRole('button', { name: /^Advanced/ }).click();
      await page.getByLabel('User-data', { exact: true }).fill('wrong');
      await shot(page, `${theme}-advanced`);
      expect(await findings(page)).toEqual([]);
    });

    test.for(['Overview', 'Guests', 'Forwards', 'Conditions', 'Packets', 'Settings'])(
      'axe finds nothing in the tab %s of a network',
      async (tab, { page }) => {
        await go(page, '#/networks');
        await page.getByRole('tab', { name: tab }).click();
        if (tab === 'Overview') await page.getByRole('button', { name: /^guest, / }).click();
        await page.waitForTimeout(400);
        await shot(page, `${theme}-network-${tab.toLowerCase()}`);
        expect(await findings(page)).toEqual([]);
      },
    );

    test.for(['New network', 'Connect a machine…'])(
      'axe finds nothing in the dialog of %s',
      async (button, { page }) => {
        await go(page, '#/networks');
        await page.getByRole('button', { name: button }).click();
        await page.getByRole('dialog').waitFor();
        await shot(page, `${theme}-${button.split(' ')[0]}-network`);
        const found = await findings(page);
        await dismissDialog(page);
        expect(found).toEqual([]);
      },
    );

    test.for([
      ['palette', 'Control+K'],
      ['keys', 'Control+?'],
    ] as const)('axe finds nothing in the %s', async ([name, keys], { page }) => {
      await go(page, '#/machines');
      await page.keyboard.press(keys);
      await page.getByRole('dialog').waitFor();
      await page.waitForTimeout(400);
      await shot(page, `${theme}-${name}`);
      const found = await findings(page);
      await dismissDialog(page);
      expect(found).toEqual([]);
    });

    test('axe finds nothing in the menu, the bulk selection, the tasks and the rename dialog', async ({ page }) => {
      await go(page, '#/machines');
      await page.getByRole('checkbox', { name: 'Select all machines' }).click();
      await page.getByText('2 selected').waitFor();
      expect(await findings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Select nothing' }).click();
      await page.getByRole('button', { name: 'More actions for second' }).click();
      await page.waitForTimeout(400);
      await shot(page, `${theme}-menu`);
      expect(await findings(page)).toEqual([]);
      await page.getByRole('menuitem', { name: 'Rename…' }).click();
      await page.getByRole('dialog').waitFor();
      await page.waitForTimeout(400);
      await shot(page, `${theme}-rename`);
      expect(await findings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.locator('.status-button').click();
      await page.waitForTimeout(400);
      await shot(page, `${theme}-tasks`);
      expect(await findings(page)).toEqual([]);
      await page.keyboard.press('Escape');
    });
  });

  test('the whole way to a new machine can be gone with the keyboard', async ({ page }) => {
    await go(page, '#/machines');
    await page.keyboard.press('Control+N');
    await page.getByRole('link', { name: /Debian 13, tiny/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Create and start' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Create and start');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.detail-head').getByText('debian-1').waitFor();
  });

  test('a network is made and a cable pulled with the keyboard', async ({ page }) => {
    await go(page, '#/networks');
    await page.keyboard.press('Control+K');
    await page.keyboard.type('new network');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'net-1' }).waitFor();
    await page.getByRole('link', { name: /^default/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^guest, / }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Pull the cable of guest' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Put the cable of guest back' }).waitFor();
  });

  test('in the list, the arrows walk and Delete deletes', async ({ page }) => {
    await go(page, '#/machines');
    await page.getByRole('link', { name: 'debian-1' }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('guest');
    await page.keyboard.press('Delete');
    await page.getByText('guest cannot be deleted now').waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Delete');
    await page.getByText('Machine debian-1 is deleted').waitFor();
    expect(await findings(page)).toEqual([]);
  });
});
