import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needArchive } from './images/testing/need-archive.ts';
import { builtDebian13 } from './images/testing/built-image.ts';
import { createService, type Service } from './service.ts';
import { scriptText } from './testing/exec-text.ts';

/** A whole Debian behind the gateway: its package manager fetches from the real archive, and this computer from it. */
const MINUTES = 60_000;
const MIB = 1024 * 1024;

let folder: string;
let service: Service;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-network-'));
  const dataDirectory = join(folder, 'data');
  await builtDebian13(dataDirectory);
  service = await createService({ dataDirectory, host: 'background', version: 'test' });
}, 30 * MINUTES);
afterAll(async () => {
  await service.dispose();
  await rm(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test(
  'user-data installs a web server through the network, and this computer reaches it',
  { timeout: 20 * MINUTES },
  async ({ skip }) => {
    await needArchive(folder, skip);
    const { machines, connections } = service.handlers;
    await machines.create({
      ...{
        name: 'web',
        source: { kind: 'image', image: 'debian-13' },
        processors: 1,
        memoryBytes: 512 * MIB,
        disks: [],
      },
      userData: '#cloud-config\npackages: [nginx-light]\nruncmd: ["echo made by a guest >/var/www/html/index.html"]\n',
      start: true,
    });
    const port = await freePort();
    await connections.addForward({ machine: 'web', protocol: 'tcp', address: '127.0.0.1', port, guestPort: 80 });
    for (;;) {
      const { configuration } = await machines.inspect({ machine: 'web' });
      if (configuration.state === 'failed') expect(configuration).toBe('done');
      if (configuration.state === 'done') break;
      await sleep(1000);
    }
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect([page.status, await page.text()]).toEqual([200, 'made by a guest\n']);
    const script = 'systemctl --failed --no-legend; dpkg --audit; getent hosts web gateway.inn | wc -l';
    expect(await scriptText(machines.exec, 'web', script)).toEqual({ text: '2', exitStatus: 0 });
  },
);
