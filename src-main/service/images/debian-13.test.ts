import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BuilderEnd, BuilderJob, BuilderMachine } from '../../../src-core/images/builder-machine.ts';
import { collect } from '../../../src-core/images/formats/byte-source.ts';
import { readTar } from '../../../src-core/images/formats/tar.ts';
import { ImageRoom } from '../../../src-core/images/image-room.ts';
import type { BuildProgress } from '../../../src-core/images/image.ts';
import { failureOf } from '../../../src-core/images/testing/hostile.ts';
import { MemoryStorage } from '../../../src-core/images/testing/memory-storage.ts';
import { nodeDecompress } from './node-decompress.ts';
import { NodeFetcher } from './node-fetcher.ts';
import { verifyClearSigned } from './openpgp-verify.ts';
import { DEBIAN_13_PACKAGES } from './testing/debian-13-packages.ts';
import { makeArchive, TEST_KERNEL, type TestArchive } from './testing/debian-mirror.ts';
import { LoopbackServer } from './testing/loopback-server.ts';

let archive: TestArchive;
let server: LoopbackServer;
let fetcher: NodeFetcher;
let images: MemoryStorage;
let progress: BuildProgress[];
let abort: AbortController;
const cache = new MemoryStorage();

beforeAll(async () => {
  archive = await makeArchive({ packages: DEBIAN_13_PACKAGES });
  server = await LoopbackServer.start((request, response) => {
    const file = archive.files.get(decodeURI(request.url ?? '').replace(/^\/debian\//, ''));
    if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': file.length }).end(file);
  });
  fetcher = new NodeFetcher(() => Promise.resolve({ http: undefined, https: undefined }), 2000);
});
afterAll(async () => {
  await fetcher.close();
  await server.stop();
});
beforeEach(() => {
  images = new MemoryStorage();
  progress = [];
  abort = new AbortController();
});

/** Builds with a machine that does what `act` does. */
async function build(act: (job: BuilderJob) => BuilderEnd | Promise<BuilderEnd>): Promise<void> {
  const hasher = (name: string) => () => {
    const hash = createHash(name);
    return { update: (bytes: Uint8Array) => void hash.update(bytes), digest: () => hash.digest('hex') };
  };
  const builder: BuilderMachine = { run: async (job) => act(job) };
  const [sha256, md5] = [hasher('sha256'), hasher('md5')];
  const common = { images, cache, fetcher, decompress: nodeDecompress, verifyClearSigned, builder, sha256, md5 };
  const room = new ImageRoom(
    { ...common, now: Date.now, uniqueName: randomUUID },
    {
      archive: () =>
        Promise.resolve({
          mirrors: [`${server.url}/debian`],
          trusted: [archive.fingerprint],
          keyrings: [archive.key.toPublic().write()],
          knownIndexes: [],
          checks: { date: true, validUntil: true },
        }),
      agentSource: () => Promise.resolve('print("agent")'),
    },
  );
  await room.build('debian-13', { signal: abort.signal, progress: (step) => progress.push(step) });
}

const POWERED_OFF: BuilderEnd = { kind: 'powered-off' };

/** Says what the real one says when all goes well. */
function succeed(job: BuilderJob): BuilderEnd {
  for (const line of ['phase making', 'phase unpacking', 'phase finishing', 'complete']) {
    job.onLine(`innkeeper-build: ${line}`);
  }
  return POWERED_OFF;
}

/** Files of the payload, by path: what they are and what they hold. */
async function payloadOf(job: BuilderJob): Promise<Map<string, string>> {
  const path = job.disks[1]?.path.replace(images.absolute(''), '').replace(/^\//, '') ?? '';
  const entries = new Map<string, string>();
  for await (const { path: file, type, target, content } of readTar(images.read(path), 'payload')) {
    const text = Buffer.from(await collect(content, 1e8, file)).toString();
    expect([file, entries.has(file)]).toEqual([file, false]);
    entries.set(file, type === 'file' ? text : `${type} ${target}`);
  }
  return entries;
}

test('gives the builder every package unpacked, with what dpkg has to know to configure it', async () => {
  let payload = new Map<string, string>();
  await build(async (job) => {
    payload = await payloadOf(job);
    return succeed(job);
  });
  expect(payload.get('usr/bin/bash')).toBe('program');
  expect(payload.get('usr/bin/rbash')).toBe('symlink bash');
  const status = payload.get('var/lib/dpkg/status') ?? '';
  const md5 = createHash('md5').update('# for a person to change\n').digest('hex');
  expect(status).toContain(`Package: bash\nStatus: install ok unpacked\nConffiles:\n /etc/bash.bashrc ${md5}\n`);
  expect(status).toContain('Package: innkeeper-guest\nStatus: install ok unpacked\n');
  expect(payload.get('var/lib/dpkg/info/bash.list')).toBe(
    '/.\n/etc\n/etc/bash.bashrc\n/usr/bin/bash\n/usr/bin/rbash\n',
  );
  expect(payload.get('var/lib/dpkg/triggers/ldconfig')).toBe('libgcc-s1:riscv64\n');
  expect(payload.get('opt/innkeeper/agent.js')).toBe('print("agent")');
  expect(payload.get('etc/apt/sources.list.d/debian.sources')).toContain(`URIs: ${server.url}/debian\n`);
  const dep = payload.get(`usr/lib/modules/${TEST_KERNEL}/modules.dep`);
  expect(dep).toContain('kernel/drivers/scsi/sd_mod.ko.xz: kernel/drivers/scsi/scsi_mod.ko.xz ');
  expect(payload.has(`boot/initrd.img-${TEST_KERNEL}`)).toBe(true);
  // Every parent is there before its child, as tar needs it.
  const seen = new Set<string>();
  for (const path of payload.keys()) {
    if (path.includes('innkeeper')) expect(seen.has(path.replace(/\/[^/]*$/, '')) || !path.includes('/')).toBe(true);
    seen.add(path);
  }
});

test('keeps the disk, the kernel and the initrd, and nothing that only the builder needed', async () => {
  await build(succeed);
  expect(await images.list('debian-13')).toEqual(['disk.qcow2', 'image.json', 'initrd', 'kernel']);
  expect(images.openSinks).toBe(0);
});

test('says how far it is, package by package', async () => {
  await build((job) => {
    for (const name of ['bash', 'libgcc-s1:riscv64']) job.onLine(`processing: configure: ${name}`);
    return succeed(job);
  });
  const phases = progress.map(({ phase }) => phase);
  expect(phases).toContain('Downloading packages');
  expect(phases.find((phase) => phase.startsWith('Configuring'))).toMatch(/^Configuring bash \(1 of \d\d\)$/);
  expect(progress.every(({ fraction }) => fraction === null || (fraction >= 0 && fraction <= 1))).toBe(true);
});

test('fails with what the builder said last, and leaves nothing', async () => {
  const stories: [string, (job: BuilderJob) => BuilderEnd][] = [
    [
      'to configure the packages. It said last: dpkg: error | ',
      (job) => {
        job.onLine('dpkg: error');
        job.onLine('innkeeper-build: failed to configure the packages');
        return POWERED_OFF;
      },
    ],
    ['it powered off before its work was done', () => POWERED_OFF],
    ['it burnt', () => ({ kind: 'failed', cause: 'it burnt' })],
    ['it restarted', () => ({ kind: 'reset' })],
  ];
  for (const [because, act] of stories) {
    await expect(build(act)).rejects.toThrow(because);
    expect(await images.list('')).toEqual([]);
  }
});

test('can be cancelled before and while the builder works, and leaves nothing', async () => {
  for (const at of ['Downloading packages', 'Unpacking packages', 'Writing the disk']) {
    abort = new AbortController();
    const push = ({ phase }: BuildProgress): number => {
      if (phase === at) abort.abort();
      return 0;
    };
    progress = Object.assign([], { push });
    const code = await failureOf(() =>
      build((job) => {
        job.onLine('innkeeper-build: phase unpacking');
        job.onMeasured?.({ diskReadBytes: 1, diskWrittenBytes: 0 });
        return succeed(job);
      }),
    );
    expect([at, code, await images.list('')]).toEqual([at, 'cancelled', []]);
  }
});
