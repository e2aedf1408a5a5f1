import { createServer, type AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { needArchive } from '../src-main/service/images/testing/need-archive.ts';
import { builtDebian13 } from '../src-main/service/images/testing/built-image.ts';
import { test } from './window/app-test.ts';
import { typeLine, waitForConsole, waitForPrompt } from './window/console.ts';
import { shotsOf } from './window/shots.ts';
import { openTab } from './window/toolbar.ts';

/** A whole Debian becomes a web server: by typing in its console, and by clicking. */
const MINUTES = 60_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test.beforeAll(async ({ home }) => {
  await builtDebian13(home.path);
}, 30 * MINUTES);

test(
  'a web server is installed through the network, and its page is seen from this computer',
  {
    timeout: 25 * MINUTES,
  },
  async ({ home, page, skip }) => {
    await needArchive(home.path, skip);
    const shot = shotsOf(page, 'web-server');
    await page.keyboard.press('Control+N');
    await page.getByRole('link', { name: /^Debian 13(?!, tiny)/ }).click();
    await page.getByLabel('Name').fill('web');
    await page.getByRole('button', { name: 'Create and start' }).click();
    await waitForPrompt(page);
    await typeLine(
      page,
      'until getent hosts gateway.inn; do sleep 1; done; echo "has a network: $?"',
      /has a network: 0/,
    );
    // A mirror may lack one of its lists; what matters is what is installed.
    await typeLine(page, 'apt-get update; apt-get install -y nginx-light; echo "installed: $?"', /apt-get update/);
    await waitForConsole(page, /^installed: 0/m, 20 * MINUTES);
    await shot('installed');
    const port = await freePort();
    await openTab(page, 'web', 'Network');
    await page.getByLabel('Guest’s port').fill('80');
    await page.getByLabel('Port', { exact: true }).fill(String(port));
    await page.getByRole('button', { name: 'Forward', exact: true }).click();
    const row = page.getByRole('row', { name: new RegExp(`127\\.0\\.0\\.1:${port}`) });
    await row.getByText('Active').waitFor();
    await shot('forwarded');
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Welcome to nginx')]);
  },
);
