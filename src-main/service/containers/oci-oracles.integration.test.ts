import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalImage, TransferWork } from '../../../src-core/containers/oci/container-images.ts';
import { EMPTY_SETTINGS } from '../../../src-core/containers/oci/testing/empty-settings.ts';
import { tarOf } from '../../../src-core/containers/oci/testing/image-bench.ts';
import { openContainerImages } from './open-container-images.ts';
import { arePresent, RegistryOracle, run } from './testing/registry-oracle.ts';
import { treeOfFolder, treeOfLayers } from './testing/unpacked-tree.ts';

/** Other people's programs say what is right: docker's registry, skopeo, umoci. */

const WORK: TransferWork = { signal: new AbortController().signal, progress: () => undefined };
const PLAIN = ['--src-tls-verify=false', '--dest-tls-verify=false'];
const RISCV = ['--override-arch', 'riscv64', '--override-os', 'linux'];

interface Inspected {
  readonly Digest: string;
  readonly Layers: readonly string[];
  readonly Env: readonly string[];
}

describe.skipIf(!arePresent())('with a registry, skopeo and umoci', () => {
  let folder: string;
  let oracle: RegistryOracle;
  let images: ReturnType<typeof openContainerImages>;
  let names = 0;
  const opened: ReturnType<typeof openContainerImages>[] = [];

  const at = (name: string): string => join(folder, name);
  const remote = (name: string): string => `${oracle.address}/${name}`;
  const skopeo = (...args: string[]): Promise<string> => run('skopeo', ['--insecure-policy', ...RISCV, ...args]);
  const copy = (...args: string[]): Promise<string> => skopeo('copy', '-q', ...PLAIN, ...args);
  const inspect = async (what: string): Promise<Inspected> => {
    const plain = what.startsWith('docker:') ? ['--tls-verify=false'] : [];
    return JSON.parse(await skopeo('inspect', ...plain, what)) as Inspected;
  };
  const open = async (name = `data-${++names}`) => {
    const made = openContainerImages({ dataDirectory: at(name) });
    opened.push(made);
    await made.open();
    return made;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'innkeeper-oci-'));
    oracle = await RegistryOracle.start(folder);
    await makeLayout(folder);
    images = await open('data');
    for (const tag of ['one', 'two']) await copy(`oci:${at('layout')}:${tag}`, `docker://${remote(`team/web:${tag}`)}`);
  });

  afterAll(async () => {
    await Promise.all(opened.map((each) => each.close()));
    await oracle.stop();
    await rm(folder, { recursive: true });
  });

  test('an image of umoci is pulled digest for digest, and file for file as umoci unpacks it', async () => {
    const image = await images.pull(remote('team/web:two'), WORK);
    const theirs = await inspect(`docker://${remote('team/web:two')}`);
    expect(image.digest).toBe(theirs.Digest);
    expect(image.layers.map(({ packed }) => packed?.digest)).toEqual(theirs.Layers);
    expect(image.settings.environment).toEqual(theirs.Env);
    await run('umoci', ['unpack', '--image', `${at('layout')}:two`, at('bundle')]);
    const unpacked = await treeOfFolder(at('bundle/rootfs'));
    const ours = await treeOfLayers(
      at('data/containers/layers'),
      image.layers.map(({ diffId }) => diffId.slice('sha256:'.length)),
    );
    expect(unpacked.size).toBeGreaterThan(10);
    expect([...ours].sort()).toEqual([...unpacked].sort());
  });

  test('a second image that shares layers moves only the others', async () => {
    const mine = await open();
    oracle.takeSent();
    const first = await mine.pull(remote('team/web:one'), WORK);
    oracle.takeSent();
    const second = await mine.pull(remote('team/web:two'), WORK);
    const shared = first.layers.length;
    expect(second.layers.slice(0, shared)).toEqual(first.layers);
    const config = (await mine.detail(second, [])).config.length;
    const others = second.layers.slice(shared).reduce((sum, { packed }) => sum + (packed?.sizeBytes ?? 0), 0);
    expect(oracle.takeSent()).toBe(config + others);
    await mine.pull(remote('team/web:two'), WORK);
    expect(oracle.takeSent()).toBe(0);
  });

  test('pushed back under another name it is the same image, and skopeo reads it', async () => {
    const image = await images.pull(remote('team/web:two'), WORK);
    await images.push(image.id, remote('other/web:copy'), WORK);
    expect(await inspect(`docker://${remote('other/web:copy')}`)).toMatchObject({ Digest: image.digest });
    await copy(`docker://${remote('other/web:copy')}`, `oci:${at('back')}:copy`);
    await run('umoci', ['unpack', '--image', `${at('back')}:copy`, at('bundle-back')]);
    expect([...(await treeOfFolder(at('bundle-back/rootfs')))]).toEqual([...(await treeOfFolder(at('bundle/rootfs')))]);
  });

  test('an image made here is pushed, and unpacked by umoci', async () => {
    const mine = await open();
    const layer = await mine.addLayer(once(tarOf({ 'etc/': '', 'etc/motd': 'hello' })), WORK);
    const settings = { ...EMPTY_SETTINGS, command: ['/bin/sh'], ports: [{ protocol: 'tcp' as const, port: 80 }] };
    const history = [{ createdAt: 1e12, createdBy: 'COPY motd /etc', comment: '', emptyLayer: false }];
    await mine.addImage({ settings, layers: [layer], history, createdAt: 1e12 }, ['made:1']);
    await mine.push('made:1', remote('team/made:1'), WORK);
    expect((await inspect(`docker://${remote('team/made:1')}`)).Digest).toBe(mine.get('made:1', 'look').digest);
    await copy(`docker://${remote('team/made:1')}`, `oci:${at('made')}:1`);
    await run('umoci', ['unpack', '--image', `${at('made')}:1`, at('bundle-made')]);
    expect(await readFile(at('bundle-made/rootfs/etc/motd'), 'utf8')).toBe('hello');
  });

  test.each([
    ['zstd', ['--dest-compress-format', 'zstd', '--dest-compress']],
    ["docker's schema 2", ['--format', 'v2s2']],
  ])('an image in %s is pulled with the same files', async (kind, options) => {
    const name = remote(`team/kinds:${kind.length}`);
    // A copy within the registry would not be packed anew.
    await copy(...options, `oci:${at('layout')}:two`, `docker://${name}`);
    const image = await (await open()).pull(name, WORK);
    const plain = await images.pull(remote('team/web:two'), WORK);
    expect(image.digest).toBe((await inspect(`docker://${name}`)).Digest);
    expect(image.layers.map(({ diffId }) => diffId)).toEqual(plain.layers.map(({ diffId }) => diffId));
  });

  test('what is saved here, skopeo reads', async () => {
    const image = await images.pull(remote('team/web:two'), WORK);
    await images.save([remote('team/web:two')], at('saved-oci.tar'), 'oci', WORK);
    expect((await inspect(`oci-archive:${at('saved-oci.tar')}`)).Digest).toBe(image.digest);
    await images.save([remote('team/web:two')], at('saved-oci/'), 'oci', WORK);
    expect((await inspect(`oci:${at('saved-oci')}:two`)).Digest).toBe(image.digest);
    await run('umoci', ['unpack', '--image', `${at('saved-oci')}:two`, at('bundle-saved')]);
    await images.save([remote('team/web:two')], at('saved-docker.tar'), 'docker', WORK);
    await copy(`docker-archive:${at('saved-docker.tar')}:${remote('team/web:two')}`, `oci:${at('from-docker')}:x`);
    await run('umoci', ['unpack', '--image', `${at('from-docker')}:x`, at('bundle-docker')]);
    const trees = await Promise.all(
      ['bundle-saved', 'bundle-docker'].map((each) => treeOfFolder(at(`${each}/rootfs`))),
    );
    expect([...(trees[0] ?? [])]).toEqual([...(trees[1] ?? [])]);
    await expect(images.save([image.id], at('saved-oci.tar'), 'oci', WORK)).rejects.toMatchObject({
      code: 'already-exists',
    });
  });

  test.each(['docker-archive', 'oci-archive', 'oci'])('what skopeo writes as %s is loaded', async (form) => {
    const path = at(`skopeo-${form}`);
    await copy(`oci:${at('layout')}:two`, `${form}:${path}:example.org/web:two`);
    const mine = await open();
    const [image] = await mine.load(path, WORK);
    const plain = await images.pull(remote('team/web:two'), WORK);
    expect([image?.names, image?.id]).toEqual([['example.org/web:two'], plain.id]);
    expect(image?.layers.map(({ diffId }) => diffId)).toEqual(plain.layers.map(({ diffId }) => diffId));
  });

  test('a registry that wants a login is given it, and nobody else can read where it is kept', async () => {
    await mkdir(at('closed'));
    const closed = await RegistryOracle.start(at('closed'), { withLogin: true });
    try {
      const mine = await open('data-login');
      const name = `${closed.address}/web:1`;
      const source = await mine.pull(remote('team/web:one'), WORK);
      await expect(mine.push(source.id, name, WORK)).rejects.toMatchObject({ code: 'denied' });
      await expect(mine.login(closed.address, 'me', 'wrong')).rejects.toMatchObject({ code: 'denied' });
      await mine.login(closed.address, 'me', 'secret');
      await mine.push(source.id, name, WORK);
      const credentials = ['--creds', 'me:secret', '--tls-verify=false'];
      expect(JSON.parse(await skopeo('inspect', ...credentials, `docker://${name}`))).toMatchObject({
        Digest: source.digest,
      });
      expect((await stat(at('data-login/containers/credentials.json'))).mode & 0o777).toBe(0o600);
      await (await open('data-login')).pull(name, WORK);
    } finally {
      await closed.stop();
    }
  });

  test('a pull that is killed goes on: no finished layer moves twice, and what was begun is used', async () => {
    await makeLarge(folder);
    await copy(`oci:${at('layout')}:large`, `docker://${remote('team/large:1')}`);
    const whole = await inspect(`docker://${remote('team/large:1')}`);
    oracle.takeSent();
    oracle.pace = 8_000_000;
    const program = join(import.meta.dirname, 'testing/pull-once.ts');
    let image: LocalImage | undefined;
    try {
      for (let kills = 0; kills < 4; kills++) {
        const child = spawn(process.execPath, [program, at('data-killed'), remote('team/large:1')], {
          stdio: 'ignore',
        });
        const before = sum(oracle);
        while (sum(oracle) < before + 2_000_000 && child.exitCode === null) await pause(20);
        child.kill('SIGKILL');
        await new Promise((resume) => (child.exitCode === null ? child.once('exit', resume) : resume(null)));
      }
      oracle.pace = 0;
      image = await (await open('data-killed')).pull(remote('team/large:1'), WORK);
    } finally {
      oracle.pace = 0;
    }
    expect(image.digest).toBe(whole.Digest);
    const size = image.layers.reduce((total, { packed }) => total + (packed?.sizeBytes ?? 0), 0);
    expect(size).toBeGreaterThan(12_000_000);
    // On the way when it was killed: what the connections held, and what the process had not written yet.
    expect(oracle.takeSent()).toBeLessThan(size + 4 * 3_000_000);
    expect(oracle.takeSent()).toBe(0);
  });
});

function sum(oracle: RegistryOracle): number {
  return [...oracle.sent.values()].reduce((total, bytes) => total + bytes, 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** An OCI layout with images "one" and "two", of which the second has all of the first, changed. */
async function makeLayout(folder: string): Promise<void> {
  const umoci = (...args: string[]): Promise<string> => run('umoci', args, folder);
  await umoci('init', '--layout', 'layout');
  await umoci('new', '--image', 'layout:one');
  await umoci('config', '--image', 'layout:one', '--architecture', 'riscv64', '--os', 'linux', '--config.env', 'A=1 2');
  const step = async (tag: string, script: string): Promise<void> => {
    await umoci('unpack', '--image', `layout:${tag}`, 'step');
    await run('sh', ['-ec', script], join(folder, 'step/rootfs'));
    await umoci('repack', '--refresh-bundle', '--image', `layout:${tag}`, 'step');
    await run('rm', ['-rf', 'step'], folder);
  };
  await step(
    'one',
    `mkdir -p bin etc/conf.d "a name with spaces" emptied gone
     echo shell >bin/sh; chmod 4755 bin/sh; ln bin/sh bin/hard; ln -s sh bin/soft; ln -s /nowhere bin/dangling
     echo secret >etc/shadow; chmod 640 etc/shadow; chown 7:42 etc/shadow
     touch -d @1000000000 etc/conf.d/old; echo ü >"a name with spaces/ü"; chmod 1777 "a name with spaces"
     mkfifo etc/fifo; echo 1 >emptied/1; echo 2 >emptied/2; echo x >gone/x; echo file >turns
     printf '%0200d' 1 >"$(printf '%0120d' 7)"; mkdir -p deep/$(seq -s / 1 30); seq 1 100000 >etc/numbers`,
  );
  await umoci('tag', '--image', 'layout:one', 'two');
  await step(
    'two',
    `rm -r gone emptied/1; rm -r emptied; mkdir emptied; echo 3 >emptied/3; rm turns; mkdir turns; echo in >turns/in
     echo changed >etc/conf.d/old; chmod 600 etc/shadow; rm bin/soft; echo new >new`,
  );
}

/** "large": three layers of noise, 15 MB. */
async function makeLarge(folder: string): Promise<void> {
  await run('umoci', ['tag', '--image', 'layout:one', 'large'], folder);
  for (const layer of [1, 2, 3]) {
    await run('umoci', ['unpack', '--image', 'layout:large', 'step'], folder);
    await run('sh', ['-ec', `head -c 5000000 /dev/urandom >noise-${layer}`], join(folder, 'step/rootfs'));
    await run('umoci', ['repack', '--refresh-bundle', '--image', 'layout:large', 'step'], folder);
    await run('rm', ['-rf', 'step'], folder);
  }
}
