import type { Page } from 'playwright';
import { test as base, describe, expect } from 'vitest';
import { clickNamed, dismissDialog, findings, go } from './window/axe.ts';
import { openBrowser } from './window/browser-page.ts';
import { serveMadeUp } from './window/made-up-page.ts';
import { shotsOf } from './window/shots.ts';

/** Containers in every state, as no engine has them all at once: see src-renderer/testing. */
const test = base
  .extend('site', { scope: 'file' }, async ({}, { onCleanup }) => {
    const site = await serveMadeUp();
    onCleanup(() => site.close());
    return site;
  })
  .extend('pages', { scope: 'file' }, async ({ site }, { onCleanup }) => {
    const light = await openBrowser(site.url, 'light');
    const dark = await openBrowser(site.url, 'dark');
    onCleanup(async () => {
      await Promise.all([light.close(), dark.close()]);
    });
    return { light, dark };
  });

const shot = (page: Page, step: string) => shotsOf(page, 'containers-accessibility')(step);

const PAGES = [
  ['list', '#/containers'],
  ['summary', '#/containers/shop-web/summary'],
  ['unhealthy', '#/containers/shop-database/summary'],
  ['restarting', '#/containers/shop-mailer/summary'],
  ['out-of-memory', '#/containers/importer/summary'],
  ['not-started', '#/containers/never-started/terminal'],
  ['terminal', '#/containers/busybox-1/terminal'],
  ['logs', '#/containers/shop-web/logs'],
  ['files', '#/containers/shop-web/files'],
  ['layers', '#/containers/shop-web/layers'],
  ['inspect', '#/containers/shop-web/inspect'],
  ['settings', '#/containers/shop-web/settings'],
  ['new', '#/new-container'],
  ['form', '#/new-container/nginx%3A1.27'],
  ['volumes', '#/volumes'],
  ['nodes', '#/nodes'],
  ['images', '#/container-images'],
  ['image', '#/container-images/nginx%3A1.27/overview'],
  ['image-layers', '#/container-images/nginx%3A1.27/layers'],
  ['image-history', '#/container-images/nginx%3A1.27/history'],
  ['image-inspect', '#/container-images/nginx%3A1.27/inspect'],
  ['build', '#/build/task-1'],
  ['network', '#/networks/d0d0d0d0d0d0d0d0/overview'],
  ['network-guests', '#/networks/d0d0d0d0d0d0d0d0/guests'],
] as const;

/** Each dialog, the page that it is opened from, and what is clicked for it. */
const DIALOGS = [
  ['rename', '#/containers', ['button "More actions for busybox-1"', 'menuitem "Rename…"']],
  ['commit', '#/containers', ['button "More actions for busybox-1"', 'menuitem "Save as image…"']],
  ['pull', '#/container-images', ['button "Pull image…"']],
  ['build', '#/container-images', ['button "Build image…"']],
  ['load', '#/container-images', ['button "Load…"']],
  ['clean-up', '#/container-images', ['button "Clean up…"']],
  ['registries', '#/container-images', ['button "Registries…"']],
  ['push', '#/container-images', ['button "More actions for nginx:1.27"', 'menuitem "Push…"']],
  ['tag', '#/container-images', ['button "More actions for nginx:1.27"', 'menuitem "Add a name…"']],
  ['save', '#/container-images', ['button "More actions for nginx:1.27"', 'menuitem "Save to a file…"']],
  ['volume', '#/volumes', ['button "New volume"']],
  ['node', '#/nodes', ['button "Add node"']],
] as const;

test.beforeAll(async ({ pages }) => {
  for (const { page } of [pages.light, pages.dark]) await page.getByText('Connected').waitFor();
});

describe.for(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.for(PAGES)('axe finds nothing on the page %s', async ([name, hash], { pages }) => {
    const { page } = pages[theme];
    await go(page, hash);
    await shot(page, `${theme}-${name}`);
    expect(await findings(page)).toEqual([]);
  });

  test.for(DIALOGS)('axe finds nothing in the dialog %s', async ([name, hash, clicks], { pages }) => {
    const { page } = pages[theme];
    await go(page, hash);
    for (const click of clicks) await clickNamed(page, click);
    await page.getByRole('dialog').waitFor();
    await shot(page, `${theme}-dialog-${name}`);
    const found = await findings(page);
    await dismissDialog(page);
    expect(found).toEqual([]);
  });

  test('axe finds nothing in the whole form of a container', async ({ pages }) => {
    const { page } = pages[theme];
    await go(page, '#/new-container/busybox');
    await page.getByRole('button', { name: /^Advanced/ }).click();
    await clickNamed(page, 'button "Add a volume or folder"');
    await clickNamed(page, 'button "Publish a port"');
    await page.getByLabel('Environment').fill('wrong');
    await shot(page, `${theme}-advanced`);
    expect(await findings(page)).toEqual([]);
  });

  test('axe finds nothing in the menu, the bulk selection and the question before a deletion', async ({ pages }) => {
    const { page } = pages[theme];
    await go(page, '#/containers');
    await page.getByRole('checkbox', { name: 'Select all containers' }).click();
    await page.getByText('8 selected').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Select nothing' }).click();
    await page.getByRole('button', { name: 'More actions for shop-web' }).click();
    await shot(page, `${theme}-menu`);
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'done-once' }).focus();
    await page.keyboard.press('Delete');
    await page.getByRole('alertdialog').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
    await shot(page, `${theme}-delete`);
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });
});

test('in the list, the arrows walk over the heads of groups, and Ctrl+N makes a container', async ({ pages }) => {
  const { page } = pages.light;
  await go(page, '#/containers');
  await page.getByRole('link', { name: 'shop-web' }).focus();
  await page.keyboard.press('ArrowDown');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('busybox-1');
  await page.keyboard.press('Delete');
  await page.getByText('busybox-1 cannot be deleted now').waitFor();
  await page.keyboard.press('Control+N');
  await page.getByRole('heading', { name: 'New container' }).waitFor();
  expect(await findings(page)).toEqual([]);
});

test('nobody complained on the page’s console', ({ pages }) => {
  expect([...pages.light.complaints, ...pages.dark.complaints]).toEqual([]);
});
