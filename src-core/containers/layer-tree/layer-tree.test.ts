import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { FileError, ROOT_NODE } from '../../machine/devices/virtio/fs/shared-folder.ts';
import { indexArchive } from './index-archive.ts';
import { layerFiles } from './layer-files.ts';
import { decodeIndex, encodeIndex } from './layer-index.ts';
import { LayersFolder } from './layers-folder.ts';
import { PackedIndex } from './packed-index.ts';

type Header = Parameters<ReturnType<typeof pack>['entry']>[0];

async function tarOf(...entries: readonly (Header & { text?: string })[]): Promise<Uint8Array> {
  const packing = pack();
  for (const { text, ...header } of entries) packing.entry({ mtime: new Date(5000), ...header }, text ?? '');
  packing.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packing) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array, void, void> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function indexOf(...entries: readonly (Header & { text?: string })[]) {
  const archive = await tarOf(...entries);
  return { archive, index: await indexArchive(pieces(archive), 'layer x') };
}

async function listing(...entries: readonly (Header & { text?: string })[]) {
  const { index } = await indexOf(...entries);
  return [...layerFiles(index)].map(({ kind, path }) => `${kind} ${path}`);
}

const LAYER = 'a'.repeat(64);

async function folderOf(...entries: readonly (Header & { text?: string })[]) {
  const { archive, index } = await indexOf(...entries);
  const stored = encodeIndex(index);
  const storage = {
    index: (layer: string) => (layer === LAYER ? stored : null),
    read: (layer: string, into: Uint8Array, offset: number) => {
      if (layer !== LAYER) return null;
      const bytes = archive.subarray(offset, offset + into.length);
      into.set(bytes);
      return bytes.length;
    },
  };
  const folder = new LayersFolder(storage);
  const find = (path: string) =>
    path
      .split('/')
      .reduce((at, name) => folder.lookup(at, name)?.node ?? 0, folder.lookup(ROOT_NODE, LAYER)?.node ?? 0);
  return { folder, find, storage };
}

describe('the index of a layer', () => {
  it('has everything of its archive', async () => {
    expect(
      await listing(
        { name: './', type: 'directory', mode: 0o700 },
        { name: 'usr/bin/tool', text: 'tool' },
        { name: 'usr/bin/same', type: 'link', linkname: 'usr/bin/tool' },
        { name: 'bin', type: 'symlink', linkname: '/usr/bin' },
        { name: 'dev/null', type: 'character-device', devmajor: 1, devminor: 3 },
        { name: 'run/pipe', type: 'fifo' },
        { name: 'etc/.wh.gone' },
        { name: 'opt/.wh..wh..opq' },
        { name: '.wh..wh.plnk', type: 'directory' },
      ),
    ).toEqual(
      [
        'link bin',
        'directory dev',
        'device dev/null',
        'directory etc',
        'removed etc/gone',
        'emptied opt',
        'directory run',
        'fifo run/pipe',
        'directory usr',
        'directory usr/bin',
        'file usr/bin/tool',
        'hard-link usr/bin/same',
      ]
        .sort((a, b) => ((a.split(' ')[1] ?? '') < (b.split(' ')[1] ?? '') ? -1 : 1))
        .map((line) =>
          // Of two names of one file the first by path is the file.
          line === 'hard-link usr/bin/same'
            ? 'file usr/bin/same'
            : line === 'file usr/bin/tool'
              ? 'hard-link usr/bin/tool'
              : line,
        ),
    );
  });

  it('takes the last word about a path', async () => {
    expect(
      await listing(
        { name: 'a', type: 'directory' },
        { name: 'a/b', text: 'x' },
        { name: 'a', type: 'directory', mode: 0o700 },
        { name: 'c', text: 'x' },
        { name: 'c', type: 'symlink', linkname: 'a' },
      ),
    ).toEqual(['directory a', 'file a/b', 'link c']);
  });

  it('follows its own links inside its root', async () => {
    expect(
      await listing(
        { name: 'usr/lib', type: 'directory' },
        { name: 'lib', type: 'symlink', linkname: '../../../usr/lib' },
        { name: 'lib/a', text: 'x' },
      ),
    ).toEqual(['link lib', 'directory usr', 'directory usr/lib', 'file usr/lib/a']);
  });

  it('hides below what a directory takes the place of', async () => {
    expect(await listing({ name: '.wh.a' }, { name: 'a', type: 'directory' }, { name: 'a/b' })).toEqual([
      'emptied a',
      'file a/b',
    ]);
    expect(await listing({ name: 'a', type: 'directory' }, { name: '.wh.a' })).toEqual(['emptied a']);
  });

  it.each([
    ['a way out', [{ name: '../etc/passwd' }], 'leads out of the layer'],
    ['a way out in the middle', [{ name: 'a/../../b' }], 'leads out of the layer'],
    ['a link to nothing', [{ name: 'a', type: 'link', linkname: 'b' }], 'is no file before it'],
    ['a link out', [{ name: 'a', type: 'link', linkname: '../b' }], 'leads out of the layer'],
    ['a file in a file', [{ name: 'a' }, { name: 'a/b' }], 'is in no directory'],
    ['a name that is too long', [{ name: 'n'.repeat(256) }], 'is no name of a file'],
    [
      'links in a circle',
      [{ name: 'a', type: 'symlink', linkname: 'b' }, { name: 'b', type: 'symlink', linkname: 'a' }, { name: 'a/c' }],
      'too many links',
    ],
    ['depth without end', [{ name: 'a/'.repeat(600) }], 'is too deep'],
    ['a removal of nothing', [{ name: '.wh...' }], 'hides nothing'],
  ] as const)('with %s is refused', async (_, entries, because) => {
    await expect(indexOf(...(entries as unknown as Header[]))).rejects.toThrow(because);
  });

  it('of damaged archives is made or refused', async () => {
    const archive = await tarOf({ name: 'a/b', text: 'x'.repeat(600) }, { name: 'c', type: 'symlink', linkname: 'a' });
    let seed = 1;
    const random = (most: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % most;
    for (let round = 0; round < 500; round++) {
      const damaged = Uint8Array.from(archive);
      for (let at = 0; at < 4; at++) damaged[random(damaged.length)] = random(256);
      const cut = damaged.subarray(0, random(damaged.length + 1));
      await indexArchive(pieces(cut, 1 + random(700)), 'layer x').catch((error: unknown) =>
        expect(error).toMatchObject({ code: 'corrupt' }),
      );
    }
  });

  it('is read as it was written, and refused when it is damaged', async () => {
    const { index } = await indexOf({ name: 'ä', text: 'x', pax: { 'SCHILY.xattr.user.a': 'b' } });
    expect(decodeIndex(encodeIndex(index), 'layer x')).toEqual(index);
    expect(() => decodeIndex(encodeIndex(index).subarray(3), 'layer x')).toThrow('its index is damaged');
    expect(() => decodeIndex(new TextEncoder().encode('{"version":2,"nodes":[[]]}'), 'layer x')).toThrow('damaged');
  });

  it('lets no archive speak to overlayfs', async () => {
    const pax = { 'SCHILY.xattr.trusted.overlay.redirect': '/etc', 'SCHILY.xattr.user.a': 'b' };
    const { index } = await indexOf({ name: 'a', pax });
    expect(index.nodes[1]?.attributes).toEqual({ 'user.a': 'b' });
  });
});

describe('the folder of layers', () => {
  it('shows files as they are in the archive', async () => {
    const { folder, find } = await folderOf(
      { name: 'etc/shadow', text: 'secret', mode: 0o640, uid: 7, gid: 42 },
      { name: 'bin/su', text: 'x', mode: 0o4755 },
      { name: 'same', type: 'link', linkname: 'bin/su' },
      { name: 'l', type: 'symlink', linkname: 'etc' },
      { name: 'dev/tty', type: 'character-device', devmajor: 5, devminor: 300 },
      { name: 'etc/.wh.gone' },
      { name: 'opt/.wh..wh..opq' },
    );
    expect(folder.attributes(find('etc/shadow'))).toMatchObject({
      ...{ mode: 0o100640, owner: 7, group: 42, sizeBytes: 6n, modifiedNs: 5_000_000_000n, links: 1 },
    });
    expect(folder.attributes(find('bin/su'))).toMatchObject({ mode: 0o104755, links: 2 });
    expect(folder.attributes(find('same')).inode).toBe(folder.attributes(find('bin/su')).inode);
    expect(Buffer.from(folder.readLink(find('l'))).toString()).toBe('etc');
    expect(folder.attributes(find('dev/tty'))).toMatchObject({
      mode: 0o020644,
      device: (44 | (5 << 8) | (256 << 12)) >>> 0,
    });
    expect(folder.attributes(find('etc/gone'))).toMatchObject({ mode: 0o020000, device: 0 });
    expect(folder.attribute(find('opt'), 'trusted.overlay.opaque')).toEqual(Uint8Array.of(0x79));
    expect(folder.attributeNames(find('opt'))).toEqual(['trusted.overlay.opaque']);
    expect(folder.lookup(find('etc'), 'nothing')).toBeNull();
    const into = [new Uint8Array(4), new Uint8Array(10)];
    expect(folder.read(find('etc/shadow'), into, 1)).toBe(5);
    expect(Buffer.concat(into).subarray(0, 5).toString()).toBe('ecret');
    const names: string[] = [];
    for (let at = 0, entry; (entry = folder.listed(find('etc'), at)) !== null; at++) names.push(entry.name);
    expect(names).toEqual(['gone', 'shadow']);
  });

  it('knows layers that come, and none that it was not asked for', async () => {
    const { folder } = await folderOf({ name: 'a' });
    expect(() => folder.lookup(ROOT_NODE, 'b'.repeat(64))).toThrow(FileError);
    expect(() => folder.lookup(ROOT_NODE, '../x')).toThrow(FileError);
    expect(folder.listed(ROOT_NODE, 0)).toBeNull();
    folder.lookup(ROOT_NODE, LAYER);
    expect(folder.listed(ROOT_NODE, 0)).toMatchObject({ name: LAYER });
  });

  it('goes on with the same numbers from a saved state', async () => {
    const { folder, find, storage } = await folderOf({ name: 'a', text: 'x' });
    const node = find('a');
    const other = new LayersFolder(storage);
    expect(other.restore(JSON.parse(JSON.stringify(folder.save())))).toBeNull();
    expect(other.attributes(node)).toEqual(folder.attributes(node));
    expect(other.restore({ layers: ['x'] })).not.toBeNull();
    expect(other.restore({ layers: [LAYER, LAYER] })).not.toBeNull();
  });

  it('answers any node number with an error at most', async () => {
    const { folder } = await folderOf({ name: 'a', text: 'x' });
    folder.lookup(ROOT_NODE, LAYER);
    for (const node of [0, 2, 2 ** 24, 2 ** 24 + 3, 2 ** 25 + 1, 2 ** 52, Number.MAX_SAFE_INTEGER]) {
      for (const ask of [
        () => folder.attributes(node),
        () => folder.readLink(node),
        () => folder.lookup(node, 'a'),
        () => folder.read(node, [new Uint8Array(1)], 0),
        () => folder.listed(node, 0),
      ]) {
        expect(ask).toThrow(FileError);
      }
    }
  });
});

describe('a directory of which a layer says nothing', () => {
  const tmp: Header = { name: 'tmp/', type: 'directory', mode: 0o1777, uid: 7, gid: 42 };
  type Layer = readonly Header[];

  /** Layers over one another, the lowest first. @returns what the last one has */
  async function over(...layers: readonly Layer[]) {
    const below: PackedIndex[] = [];
    for (const layer of layers) {
      const lower = (async function* () {
        yield* await Promise.resolve([...below].reverse());
      })();
      const index = await indexArchive(pieces(await tarOf(...layer)), 'layer x', lower);
      below.push(PackedIndex.open(encodeIndex(index), 'layer x'));
    }
    const top = decodeIndex(below.at(-1).bytes, 'layer x');
    return (path: string) =>
      path.split('/').reduce((at, name) => top.nodes[at.children?.get(name) ?? -1]!, top.nodes[0]!);
  }

  it('is as the topmost layer below has it that says something', async () => {
    const extra = { ...tmp, pax: { 'SCHILY.xattr.user.a': 'v' } };
    const at = await over([{ ...tmp, mode: 0o700 }], [extra], [{ name: 'tmp/a' }], [{ name: 'tmp/b' }]);
    expect(at('tmp')).toMatchObject({
      mode: 0o041777,
      owner: 7,
      group: 42,
      modifiedAt: 5,
      attributes: { 'user.a': 'v' },
    });
    expect([...(at('tmp').children?.keys() ?? [])]).toEqual(['b']);
  });

  it('is as it says itself where it does say something, before or after what is in it', async () => {
    const own = { ...tmp, mode: 0o711 };
    for (const layer of [
      [own, { name: 'tmp/a' }],
      [{ name: 'tmp/a' }, own],
    ])
      expect((await over([tmp], layer))('tmp').mode).toBe(0o040711);
  });

  it('is nothing special where none below is seen: hidden, gone, a file, or never there', async () => {
    const inside = [{ name: 'tmp/d/', type: 'directory', mode: 0o700 }] as const;
    const untold = [{ name: 'tmp/d/a' }] as const;
    for (const between of [
      [{ name: '.wh.tmp' }],
      [{ name: 'tmp/.wh..wh..opq' }],
      [{ name: 'tmp/.wh.d' }],
      [{ name: 'tmp/d' }],
    ] as const)
      expect((await over([tmp, ...inside], between, untold))('tmp/d').mode).toBe(0o040755);
    expect((await over([tmp, ...inside], untold))('tmp/d').mode).toBe(0o040700);
    const hiding = [{ name: 'tmp/.wh..wh..opq' }, ...untold] as const;
    const at = await over([tmp, ...inside], hiding);
    expect([at('tmp').mode, at('tmp/d').mode]).toEqual([0o041777, 0o040755]);
  });

  it('may be the root', async () => {
    const index = await over([{ name: './', type: 'directory', mode: 0o700 }], [{ name: 'tmp/a' }]);
    expect(index('tmp').mode).toBe(0o040755);
  });

  it('costs no more than some steps', async () => {
    const deep = Array.from({ length: 400 }, () => 'd').join('/');
    const many = Array.from({ length: 40 }, (_, at) => ({ name: `${at}/${deep}/f` }));
    const base = PackedIndex.open(encodeIndex((await indexOf(tmp)).index), 'layer x');
    async function* often() {
      for (let layer = 0; layer < 500; layer++) yield await Promise.resolve(base);
    }
    const searched = indexArchive(pieces(await tarOf(...many), 100_000), 'layer x', often());
    await expect(searched).rejects.toThrow('says nothing about too many of its directories');
  });
});
