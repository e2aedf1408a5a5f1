import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { describe, expect } from 'vitest';
import { needArchive } from '../src-main/service/images/testing/need-archive.ts';
import { test } from './window/app-test.ts';
import { typeLine, waitForConsole } from './window/console.ts';
import { shotsOf } from './window/shots.ts';
import { toolbarButton, waitForState } from './window/toolbar.ts';

/** Containers as a person makes and uses them: by clicking, with the real engine. */
const MINUTES = 60_000;
/** The first container brings the image of the nodes and a node. */
const FIRST_LIMIT_MS = 10 * MINUTES;
const PROMPT = /\/ # $|^\/ #/m;

const openTab = (page: Page, tab: string) => page.getByRole('tab', { name: tab, exact: true }).click();

async function answerOf(url: string): Promise<string> {
  try {
    return await (await fetch(url)).text();
  } catch {
    return 'nobody answers';
  }
}

async function stopAndDelete(page: Page, name: string): Promise<void> {
  await toolbarButton(page, 'Stop').click();
  await page
    .locator('.detail-head')
    .getByText(/^(Exited|Killed)/)
    .waitFor({ timeout: MINUTES });
  await toolbarButton(page, 'Delete').click();
  await page
    .getByRole('alertdialog')
    .getByText(/are lost/)
    .waitFor();
  await page.getByRole('button', { name: 'Delete container' }).click();
  await page.getByText(`Container ${name} is deleted`).waitFor();
}

/** A folder of this computer with a page to serve. */
const inFolder = test.extend('folder', { scope: 'file' }, async ({}, { onCleanup }) => {
  const folder = mkdtempSync(join(tmpdir(), 'inn-build-'));
  onCleanup(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'site'));
  writeFileSync(join(folder, 'site/index.html'), '<p>made by hand</p>\n');
  return folder;
});

async function build(page: Page, folder: string, name: string): Promise<void> {
  await page.keyboard.press('Control+K');
  await page.keyboard.type('build container image');
  await page.keyboard.press('Enter');
  await page.getByLabel('Folder').fill(folder);
  await page.getByLabel('Names').fill(name);
  await page.getByRole('button', { name: 'Build', exact: true }).click();
}

/** What the first published port of the container that is open answers. */
async function pageOf(page: Page): Promise<string> {
  await openTab(page, 'Summary');
  const link = page.locator('.fact-line .port-link').first();
  await link.waitFor();
  const url = (await link.getAttribute('href')) ?? '';
  let answer = '';
  await expect.poll(async () => (answer = await answerOf(url)), { timeout: MINUTES }).not.toContain('nobody answers');
  return answer;
}

test('a container runs after two clicks', { timeout: FIRST_LIMIT_MS }, async ({ page }) => {
  const shot = shotsOf(page, 'containers');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Containers' }).click();
  await page.getByText('No containers yet').waitFor();
  await shot('empty');
  await page.getByRole('button', { name: 'New container' }).click();
  await page.getByRole('link', { name: /BusyBox/ }).waitFor();
  await shot('catalogue');
  await page.getByRole('link', { name: /BusyBox/ }).click();
  expect(await page.getByLabel('Name').inputValue()).toBe('busybox-1');
  await shot('defaults');
  await page.getByRole('button', { name: 'Create and start' }).click();
  await shot('being-made');
  await page.getByRole('tab', { name: 'Terminal' }).waitFor({ timeout: FIRST_LIMIT_MS });
  await waitForState(page, 'Running');
  await waitForConsole(page, PROMPT);
  await shot('prompt');
});

describe('in the container', () => {
  test('its terminal is typed into', async ({ page }) => {
    await typeLine(page, 'echo $((6*7)) bananas', /^42 bananas$/m);
    await typeLine(page, 'echo written > /hello; rm /bin/vi; echo both-$?', /^both-0$/m);
    await shotsOf(page, 'containers')('typed');
  });

  test('what it printed is found in its log', async ({ page }) => {
    await openTab(page, 'Logs');
    await page.getByLabel('Search the log').fill('42 bananas');
    await page.locator('.log-line mark', { hasText: '42 bananas' }).waitFor();
    await shotsOf(page, 'containers')('log');
  });

  test('what it wrote and removed is among its files', async ({ page }) => {
    await openTab(page, 'Files');
    await page.getByRole('listitem').filter({ hasText: '/hello' }).getByText('Added').waitFor();
    await page.getByRole('listitem').filter({ hasText: '/bin/vi' }).getByText('Removed').waitFor();
    await shotsOf(page, 'containers')('files');
  });

  test('its layers and their files are looked through', async ({ page }) => {
    await openTab(page, 'Layers');
    await page.locator('.layer-row').first().waitFor();
    await page.getByLabel('Search the layer’s files').fill('busybox');
    await page.locator('.layer-file', { hasText: 'busybox' }).first().waitFor();
    await shotsOf(page, 'containers')('layers');
  });

  test('its curves rise with what it does', async ({ page }) => {
    await openTab(page, 'Terminal');
    await typeLine(page, 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo ready-$i', /^ready-20000$/m);
    await openTab(page, 'Summary');
    await page.locator('.chart-caption', { hasText: /Processor [\d.]+ %/ }).waitFor();
    await page.locator('.chart-caption', { hasText: /Memory [\d.]+ [KM]iB/ }).waitFor();
    await page.waitForTimeout(3000);
    await shotsOf(page, 'containers')('summary');
  });

  test('a shell is opened beside its own process', async ({ page }) => {
    await openTab(page, 'Terminal');
    await page.getByRole('button', { name: 'Open a shell' }).click();
    await waitForConsole(page, PROMPT);
    await typeLine(page, 'cat /hello; ps | grep -c sh', /^written$/m);
    await shotsOf(page, 'containers')('shell');
    await page.getByRole('button', { name: 'Close Shell 1' }).click();
    await waitForConsole(page, /ready-20000/);
  });

  test('a port is published while it runs, and its page is seen from this computer', async ({ page }) => {
    await typeLine(
      page,
      'mkdir /www; echo from-a-container > /www/index.html; httpd -h /www; echo serves-$?',
      /^serves-0$/m,
    );
    await openTab(page, 'Settings');
    await page.getByLabel('Container’s').fill('80');
    await page.getByRole('button', { name: 'Publish' }).click();
    const link = page.locator('.port-row .port-link').first();
    await link.waitFor();
    const url = (await link.getAttribute('href')) ?? '';
    await expect.poll(() => answerOf(url), { timeout: MINUTES }).toContain('from-a-container');
    await shotsOf(page, 'containers')('published');
  });

  test('its limits change while it runs', async ({ page }) => {
    const slider = page.getByRole('slider', { name: 'Memory' });
    await slider.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await openTab(page, 'Summary');
    await page.getByText('6 MiB of memory').waitFor();
    await shotsOf(page, 'containers')('limited');
  });

  test('it stands on the picture of its network', async ({ page }) => {
    await page.getByRole('link', { name: 'default', exact: true }).click();
    await page.getByText('container · busybox-1.inn').waitFor();
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByRole('button', { name: /^busybox-1, container, / }).click();
    await shotsOf(page, 'containers')('network');
    await page.getByRole('complementary').getByRole('link', { name: 'busybox-1' }).click();
  });

  test('it is stopped, and deleted after what is lost was named', async ({ page }) => {
    await waitForState(page, 'Running');
    await stopAndDelete(page, 'busybox-1');
    await page.getByText('No containers yet').waitFor();
    await shotsOf(page, 'containers')('deleted');
  });
});

/** All in one app of its own: a folder is what its tests share. */
describe('a web server out of a folder', () => {
  const CONTAINERFILE = [
    'FROM debian:13',
    'RUN apt-get update; apt-get install -y --no-install-recommends nginx-light',
    'COPY site /var/www/html',
    'EXPOSE 80',
    'CMD ["nginx", "-g", "daemon off;"]',
  ];
  inFolder('a mistake is told with its line', { timeout: 5 * MINUTES }, async ({ page, folder }) => {
    writeFileSync(join(folder, 'Containerfile'), ['FROM debian:13', 'COPYY site /srv'].join('\n'));
    await build(page, folder, 'shop/web:1');
    await page
      .getByText(/Containerfile.*2|line 2/i)
      .first()
      .waitFor({ timeout: 5 * MINUTES });
    await shotsOf(page, 'containers')('mistake');
  });

  inFolder(
    'its image is built while one reads along',
    { timeout: 25 * MINUTES },
    async ({ page, folder, home, skip }) => {
      await needArchive(home.path, skip);
      writeFileSync(join(folder, 'Containerfile'), CONTAINERFILE.join('\n'));
      await page.getByRole('button', { name: 'Build again…' }).click();
      await page.getByRole('button', { name: 'Build', exact: true }).click();
      await page
        .getByText(/apt-get update/)
        .first()
        .waitFor({ timeout: 5 * MINUTES });
      await shotsOf(page, 'containers')('building');
      await page.getByText(/^Done after/).waitFor({ timeout: 25 * MINUTES });
      await shotsOf(page, 'containers')('built');
    },
  );

  inFolder(
    'a container of it serves its page on a port of this computer',
    { timeout: 5 * MINUTES },
    async ({ page, home, skip }) => {
      await needArchive(home.path, skip);
      await page.getByRole('button', { name: 'New container' }).first().click();
      await page.getByLabel('Name').fill('web');
      await page.getByRole('button', { name: /^Advanced/ }).click();
      await page.getByRole('button', { name: 'Add a volume or folder' }).click();
      await page.getByLabel('Volume', { exact: true }).fill('kept');
      await page.getByLabel('In the container').fill('/srv/kept');
      await page.getByRole('combobox', { name: 'Start again' }).click();
      await page.getByRole('option', { name: /^Always/ }).click();
      await shotsOf(page, 'containers')('web-form');
      await page.getByRole('button', { name: 'Create and start' }).click();
      await waitForState(page, 'Running');
      expect(await pageOf(page)).toContain('made by hand');
    },
  );

  inFolder('it comes back when its process ends', { timeout: 3 * MINUTES }, async ({ page, home, skip }) => {
    await needArchive(home.path, skip);
    await openTab(page, 'Terminal');
    await page.getByRole('button', { name: 'Open a shell' }).first().click();
    await waitForConsole(page, /# $|#$/m);
    await page.locator('.xterm-helper-textarea').focus();
    await page.keyboard.type('echo stays > /srv/kept/note; nginx -s stop\n');
    await openTab(page, 'Summary');
    await page.getByText('Started again').waitFor({ timeout: MINUTES });
    await waitForState(page, 'Running');
    expect(await pageOf(page)).toContain('made by hand');
    await shotsOf(page, 'containers')('back-again');
  });

  inFolder('its volume stays when it is deleted', async ({ page, home, skip }) => {
    await needArchive(home.path, skip);
    await stopAndDelete(page, 'web');
    await page.getByRole('link', { name: /^Volumes/ }).click();
    await page.getByRole('row', { name: /^kept/ }).getByText('Nobody').waitFor();
    await shotsOf(page, 'containers')('volume-stays');
  });
});
