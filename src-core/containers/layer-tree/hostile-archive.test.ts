import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { seededRandom, type Random } from '../../machine/devices/testing/random.ts';
import { ROOT_NODE } from '../../machine/devices/virtio/fs/shared-folder.ts';
import { indexArchive } from './index-archive.ts';
import { layerFiles } from './layer-files.ts';
import { encodeIndex, type LayerIndex } from './layer-index.ts';
import { LayersFolder } from './layers-folder.ts';

type Header = Parameters<ReturnType<typeof pack>['entry']>[0];

/** Archives that somebody has made to do harm: they are refused, or become a tree like any other. */
const LAYER = 'a'.repeat(64);
const ROUNDS = 400;
const NAMES = ['a', 'b', 'c', 'd', '.wh.a', '.wh.b', '.wh..wh..opq', '.wh..wh.x', '.wh.', '.wh...', '..', '.', ''];
const TYPES = [
  'file',
  'link',
  'symlink',
  'directory',
  'directory',
  'fifo',
  'character-device',
  'block-device',
] as const;

async function indexOf(...entries: readonly Partial<Header>[]): Promise<LayerIndex> {
  const packing = pack();
  for (const entry of entries) packing.entry({ name: 'x', ...entry }, '');
  packing.finalize();
  return indexArchive(packing as AsyncIterable<Uint8Array>, 'layer x');
}

function anyPath(random: Random): string {
  const parts = Array.from({ length: 1 + random(4) }, () => NAMES[random(random(4) === 0 ? NAMES.length : 6)] ?? 'a');
  return `${random(8) === 0 ? '/' : ''}${parts.join('/')}` || 'a';
}

function anyEntry(random: Random): Partial<Header> {
  const type = TYPES[random(TYPES.length)] ?? 'file';
  const isLink = type === 'link' || type === 'symlink';
  const pax = random(8) === 0 ? { pax: { [`SCHILY.xattr.${NAMES[random(4)] ?? ''}`]: anyPath(random) } } : {};
  const numbers = {
    uid: random(2 ** 18),
    gid: random(2 ** 18),
    mode: random(0o10000),
    devmajor: random(300),
    devminor: 0,
  };
  return { name: anyPath(random), type, ...numbers, ...(isLink ? { linkname: anyPath(random) } : {}), ...pax };
}

/** Every path that a guest finds by looking into directories. */
function* seen(folder: LayersFolder, node: number, path: string, depth = 0): Generator<string> {
  if (depth > 20) expect.fail(`${path} has no end`);
  for (let at = 0, entry; (entry = folder.listed(node, at)) !== null; at++) {
    const found = folder.lookup(node, entry.name);
    if (found === null) return expect.fail(`${path}${entry.name} is listed, but not there`);
    expect(entry.type).toBe(found.attributes.mode & 0o170000);
    yield `${path}${entry.name}`;
    if (entry.type === 0o040000) yield* seen(folder, found.node, `${path}${entry.name}/`, depth + 1);
  }
}

test(`each of ${ROUNDS} archives of any entries is refused, or is a tree that a guest sees as it is listed`, async () => {
  const random = seededRandom(20_261_123);
  let [refused, some] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const index = await indexOf(...Array.from({ length: 1 + random(12) }, () => anyEntry(random))).catch(
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'corrupt' });
        return null;
      },
    );
    if (index === null) {
      refused++;
      continue;
    }
    const stored = encodeIndex(index);
    const folder = new LayersFolder({ index: (layer) => (layer === LAYER ? stored : null), read: () => null });
    const root = folder.lookup(ROOT_NODE, LAYER);
    const paths = [...seen(folder, root?.node ?? 0, '')];
    expect(paths).toEqual([...layerFiles(index)].map(({ path }) => path));
    for (const path of paths) expect(path.split('/')).not.toContain('..');
    some += paths.length;
  }
  expect(refused).toBeGreaterThan(ROUNDS / 10);
  expect(some).toBeGreaterThan(ROUNDS);
});

test('what no file system can hold is refused', async () => {
  const long = (length: number): string => 'd/'.repeat(length / 2 - 1) + 'ab';
  for (const [entry, because] of [
    [{ name: 'n'.repeat(256) }, 'is no name of a file'],
    [{ name: long(4096 + 2) }, 'is longer than a path can be'],
    [{ type: 'symlink', linkname: 'x'.repeat(4096) }, 'is a link to what is no path'],
    [{ name: 'd/'.repeat(600) + 'f' }, 'is too deep'],
  ] as const)
    await expect(indexOf(entry)).rejects.toThrow(because);
  expect((await indexOf({ name: 'n'.repeat(255) }, { name: long(1000) })).nodes).toHaveLength(502);
});

test('links that lead through one another cost no more than some steps', async () => {
  const round = indexOf({ type: 'symlink', linkname: 'x/y' }, { name: 'x/z' });
  await expect(round).rejects.toThrow('leads through too many links');
  const far: Partial<Header>[] = [{ type: 'directory', name: 'd' }];
  // Each leads to and fro, then to the one before.
  for (let at = 0; at < 39; at++)
    far.push({ type: 'symlink', name: `l${at}`, linkname: `${'d/../'.repeat(800)}${at === 0 ? 'd' : `l${at - 1}`}` });
  const once = await indexOf(...far, { name: 'l38/f' });
  expect([...layerFiles(once)].map(({ path }) => path)).toContain('d/f');
  const often = Array.from({ length: 100 }, (_, at) => ({ name: `l38/${at}` }));
  await expect(indexOf(...far, ...often)).rejects.toThrow('leads through too many links');
});

test('attributes that no guest could be told of are left out', async () => {
  const names = ['user.a', '__proto__', `user.${'x'.repeat(300)}`, 'trusted.overlay.opaque', 'security.capability'];
  const pax = Object.fromEntries(names.map((name) => [`SCHILY.xattr.${name}`, 'v']));
  const { nodes } = await indexOf({ pax });
  expect(nodes[1]?.attributes).toEqual({ 'user.a': 'v', 'security.capability': 'v' });
});

test('a mark that a directory hides what is below stays, whatever is said of the directory afterwards', async () => {
  const { nodes } = await indexOf({ name: '.wh..wh..opq' }, { name: './', type: 'directory', mode: 0o711 });
  expect(nodes[0]).toMatchObject({ mode: 0o040711, attributes: { 'trusted.overlay.opaque': 'y' } });
});
