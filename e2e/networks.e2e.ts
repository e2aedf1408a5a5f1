import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, onTestFinished } from 'vitest';
import type { NetworkView } from '../src-core/contract/networks.ts';
import { test } from './window/app-test.ts';
import { waitForPrompt } from './window/console.ts';
import { inn } from './window/inn.ts';
import { shotsOf } from './window/shots.ts';
import { waitForToast } from './window/toast.ts';
import { openTab } from './window/toolbar.ts';

/** Networks as a person uses them: each test goes on with what the one before has made. */
const shot = (page: Page, step: string) => shotsOf(page, 'networks')(step);
/** What a guest or its network does at once, on a busy computer. */
const SOON = { timeout: 60_000 };
const PATIENCE_MS = 10_000;
const PAGE = 'served by a guest';

/** @returns what a script prints in the guest; null when it fails */
async function inGuest(home: string, script: string): Promise<string | null> {
  const { status, stdout } = await inn(home, 'vm', 'exec', 'web', '--', 'sh', '-ec', script);
  return status === 0 ? stdout.trim() : null;
}

async function network(home: string, name: string): Promise<NetworkView> {
  const { stdout } = await inn(home, 'net', 'inspect', name, '--json');
  return JSON.parse(stdout) as NetworkView;
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @returns the page at a port of this computer; null when nothing answers */
async function fetched(port: number): Promise<string | null> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return (await answer.text()).trim();
  } catch {
    return null;
  }
}

async function openNetwork(page: Page, name: string, tab: string): Promise<void> {
  await page.getByRole('link', { name: 'Networks' }).click();
  await page.locator('.network-row', { hasText: name }).click();
  await page.getByRole('tab', { name: tab }).click();
}

async function openMachine(page: Page, tab: string): Promise<void> {
  await page.getByRole('link', { name: 'Machines' }).click();
  await openTab(page, 'web', tab);
}

function forwardRow(page: Page, port: number) {
  return page.getByRole('row', { name: new RegExp(`127\\.0\\.0\\.1:${port}`) });
}

async function forward(page: Page, port: number): Promise<void> {
  await page.getByLabel('Guest’s port').fill('80');
  await page.getByLabel('Port', { exact: true }).fill(String(port));
  await page.getByRole('button', { name: 'Forward', exact: true }).click();
}

/** The port that leads to the guest's page from the third test on. */
let port = 0;

test.beforeAll(async ({ home }) => {
  expect((await inn(home.path, 'image', 'pull', 'debian-13-tiny')).status).toBe(0);
});

test('a network is made, and its subnet is checked as it is typed', async ({ home, page }) => {
  await page.getByRole('link', { name: 'Networks' }).click();
  await page.getByRole('heading', { name: 'default' }).waitFor();
  await page.getByText('No machine has a cable to this network').waitFor();
  await shot(page, 'none');
  await page.getByRole('button', { name: 'New network' }).click();
  await page.getByLabel('Name', { exact: true }).fill('lab');
  await page.getByLabel('Subnet').fill('8.8.8.0/24');
  await page.getByText('Only private networks').waitFor();
  await page.getByLabel('Subnet').fill('10.99.7.0/24');
  await shot(page, 'create');
  await page.getByRole('dialog').getByRole('button', { name: 'Create network' }).click();
  await page.getByRole('heading', { name: 'lab' }).waitFor();
  expect(await network(home.path, 'lab')).toMatchObject({ subnet: '10.99.7.0/24', gateway: '10.99.7.1' });
});

test('a machine is made on it, and its address appears in the picture, the list and the guest', async ({
  home,
  page,
}) => {
  await page.keyboard.press('Control+N');
  await page.getByRole('link', { name: /Debian 13, tiny/ }).click();
  await page.getByLabel('Name').fill('web');
  await page.getByRole('button', { name: /Advanced/ }).click();
  await page.getByRole('checkbox', { name: /^default/ }).click();
  await page.getByRole('checkbox', { name: /^lab/ }).click();
  await shot(page, 'wizard');
  await page.getByRole('button', { name: 'Create and start' }).click();
  await waitForPrompt(page);
  const address = (await network(home.path, 'lab')).guests[0]?.card.address ?? '';
  expect(address).toMatch(/^10\.99\.7\.\d+$/);
  await expect.poll(() => inGuest(home.path, 'ip -4 addr show'), SOON).toContain(`inet ${address}/24`);
  await openNetwork(page, 'lab', 'Overview');
  await page.getByRole('button', { name: new RegExp(`^web, ${address}, Connected`) }).click();
  await page.getByRole('complementary', { name: 'Details of web' }).getByText('web.inn').waitFor();
  await page
    .getByText(/^fd[0-9a-f:]+$/)
    .first()
    .waitFor(SOON);
  await shot(page, 'picture');
  await page.getByRole('tab', { name: 'Guests' }).click();
  await page.getByRole('row', { name: new RegExp(`web.*${address}.*Connected`) }).waitFor();
  await shot(page, 'guests');
  await page.getByRole('link', { name: 'Machines' }).click();
  await page.locator('.machine-row', { hasText: 'web' }).getByText(address).waitFor();
});

test('a port is forwarded by clicking, and the guest’s page is there', async ({ home, page }) => {
  port = await freePort();
  expect(await inGuest(home.path, `mkdir -p /www; echo ${PAGE} > /www/index.html; httpd -p 80 -h /www`)).not.toBe(null);
  await openMachine(page, 'Network');
  await forward(page, port);
  await forwardRow(page, port).getByText('Active').waitFor(SOON);
  expect(await fetched(port)).toBe(PAGE);
  await shot(page, 'forwarded');
});

test('it opens in the person’s browser, and no other port of this computer does', async ({ window, page }) => {
  await window.app.evaluate(({ shell, dialog }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = (url) => Promise.resolve(void opened.push(url));
    dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false });
  });
  await forwardRow(page, port)
    .getByRole('button', { name: `Open http://127.0.0.1:${port}/` })
    .click();
  const opened = () => window.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened);
  await expect.poll(opened, SOON).toEqual([`http://127.0.0.1:${port}/`]);
  const other = await page.evaluate(
    (url) =>
      (globalThis as unknown as { innkeeper: { openLink(url: string): Promise<void> } }).innkeeper
        .openLink(url)
        .then(() => 'opened', String),
    `http://127.0.0.1:${(port % 60_000) + 1}/`,
  );
  expect(other).toMatch(/leads to no guest/);
});

test('a port that is taken is told, and the next free one is a click away', async ({ page }) => {
  const server = createServer();
  onTestFinished(() => void server.close());
  const taken = await listening(server);
  await forward(page, taken);
  const use = page.getByRole('alert').getByRole('button', { name: /^Use port \d+$/ });
  await use.waitFor(SOON);
  await shot(page, 'taken');
  const free = Number(/\d+/.exec((await use.textContent()) ?? '')?.[0]);
  await use.click();
  await forwardRow(page, free).getByText('Active').waitFor(SOON);
  expect(await fetched(free)).toBe(PAGE);
  await forwardRow(page, free)
    .getByRole('button', { name: `Forward port ${free} no more` })
    .click();
  await waitForToast(page, `Port ${free} does not lead to web any more`);
  await expect.poll(() => fetched(free), SOON).toBe(null);
});

test('while the cable is pulled nothing gets through, and it does again when it is back', async ({ home, page }) => {
  await openNetwork(page, 'lab', 'Overview');
  await page.getByRole('button', { name: /^web, .*Connected/ }).click();
  await page.getByRole('button', { name: 'Pull the cable of web' }).click();
  await page.getByRole('button', { name: /^web, .*Cable pulled/ }).waitFor();
  await expect.poll(() => inGuest(home.path, 'cat /sys/class/net/e*/carrier || true'), SOON).toBe('0');
  expect(await fetched(port)).toBe(null);
  await shot(page, 'pulled');
  await page.getByRole('button', { name: 'Put the cable of web back' }).click();
  await page.getByRole('button', { name: /^web, .*Connected/ }).waitFor();
  await expect.poll(() => fetched(port), SOON).toBe(PAGE);
});

test('packets are listed, filtered, looked into and saved', async ({ home, window, page }) => {
  const file = join(home.path, 'lab.pcap');
  await window.app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
  }, file);
  await openNetwork(page, 'lab', 'Packets');
  await page.getByLabel('Filter').fill('port nonsense here');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.locator('.field-error').waitFor();
  await shot(page, 'wrong-filter');
  await page.getByLabel('Filter').fill('tcp and port 80');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Listening. No packet has come by yet.').waitFor();
  expect(await fetched(port)).toBe(PAGE);
  const request = page.getByRole('row', { name: /GET \// });
  await request.first().waitFor();
  // The packets that end the connection would still move the list.
  await page.getByRole('button', { name: 'Pause' }).click();
  await request.first().click(SOON);
  await page.getByLabel('Bytes', { exact: true }).getByText('GET / HTTP').waitFor();
  await shot(page, 'packets');
  await page.getByRole('button', { name: 'Save as .pcap…' }).click();
  await waitForToast(page, `The packets are in ${file}`);
  const saved = readFileSync(file);
  expect([0xa1b2c3d4, 0xa1b23c4d]).toContain(saved.readUInt32LE(0));
  expect(saved.includes('GET / HTTP')).toBe(true);
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('No packet has come by yet').waitFor();
});

test('conditions take effect at once and stand in the list', async ({ home, page }) => {
  await openNetwork(page, 'lab', 'Conditions');
  await page.getByRole('button', { name: /^Bad Wi-Fi/ }).click();
  await page.locator('.network-row', { hasText: 'lab' }).getByText('Bad Wi-Fi').waitFor();
  await page.getByLabel('Loss in %').fill('0');
  await page.getByLabel('Rate in Mbit/s').fill('');
  await page.getByLabel('Delay in ms').fill('400');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Now: 400 ms delay').waitFor();
  await shot(page, 'conditions');
  const begun = Date.now();
  expect(await fetched(port)).toBe(PAGE);
  // There and back once for the connection and once for the page.
  expect(Date.now() - begun).toBeGreaterThan(800);
  await page.getByRole('button', { name: /^Perfect/ }).click();
  await page.getByText('Perfect lines now').waitFor();
  expect((await network(home.path, 'lab')).conditions).toEqual({ delayMs: 0, lossPercent: 0, bitsPerSecond: null });
});

test('guests reach this computer when a person allows it, and only then', async ({ home, page }) => {
  const server = createHttpServer((_request, answer) => answer.end('kept by this computer\n'));
  onTestFinished(() => void server.close());
  const own = await listening(server);
  // By the gateway's address of version 4: this server listens on no other.
  const ask = () => inGuest(home.path, `wget -T 5 -q -O - http://10.99.7.1:${own}/`);
  expect(await ask()).toBe(null);
  await openNetwork(page, 'lab', 'Settings');
  await page.getByRole('switch', { name: /Guests may reach this computer/ }).click();
  await page.getByRole('alertdialog').getByText('host.inn').waitFor();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Let them reach it' }).click();
  await page.getByText('Every guest on lab can use').waitFor();
  await shot(page, 'reaches-host');
  await expect.poll(ask, SOON).toBe('kept by this computer');
  expect(await inGuest(home.path, 'nslookup host.inn')).toContain('10.99.7.1');
  await page.getByRole('switch', { name: /Guests may reach this computer/ }).click();
  await expect.poll(ask, SOON).toBe(null);
});

test('a network is deleted once nothing is connected to it', async ({ home, page }) => {
  await openNetwork(page, 'lab', 'Settings');
  await page.getByRole('button', { name: 'Delete network lab' }).click({ force: true });
  await page.getByText('1 machine on it: web').waitFor();
  await page.keyboard.press('Escape');
  await openMachine(page, 'Network');
  await page.getByRole('combobox', { name: 'Network of card 0' }).click();
  await page.getByRole('option', { name: /^default/ }).click();
  await expect.poll(async () => (await network(home.path, 'lab')).guests, SOON).toEqual([]);
  const moved = (await network(home.path, 'default')).guests[0]?.card.address ?? '';
  await expect.poll(() => inGuest(home.path, 'ip -4 addr show'), SOON).toContain(`inet ${moved}/`);
  await shot(page, 'moved');
  await openNetwork(page, 'lab', 'Settings');
  await page.getByRole('button', { name: 'Delete network lab' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete network' }).click();
  await waitForToast(page, 'Network lab is deleted');
  await expect.poll(() => page.locator('.network-row').count()).toBe(1);
});

test('the window wrote no complaint', ({ window }) => {
  expect(window.complaints).toEqual([]);
});
