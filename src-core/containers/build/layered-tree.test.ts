import { beforeAll, describe, expect, it } from 'vitest';
import { tarEnd, tarHeader, tarPadding, type TarItem } from '../../images/formats/tar-writer.ts';
import { joinBytes } from '../../base/join-bytes.ts';
import { indexArchive } from '../layer-tree/index-archive.ts';
import type { LayerIndex } from '../layer-tree/layer-index.ts';
import { LayeredTree } from './layered-tree.ts';
import { once } from './testing/fake-images.ts';

type Given = Partial<TarItem> & { readonly text?: string };

const layers = new Map<string, { archive: Uint8Array; index: LayerIndex }>();

async function layer(id: string, files: Readonly<Record<string, Given | string>>): Promise<void> {
  const pieces = Object.entries(files).flatMap(([path, given]) => {
    const { text = '', ...item } = typeof given === 'string' ? { text: given } : given;
    const content = new TextEncoder().encode(text);
    const plain = { path: path.replace(/\/$/, ''), mode: 0o644, owner: 0, group: 0, modifiedAt: 0, target: '' };
    const type = path.endsWith('/') ? 'directory' : item.target ? 'symlink' : 'file';
    return [tarHeader({ ...plain, type, ...item, sizeBytes: content.length }), content, tarPadding(content.length)];
  });
  const archive = joinBytes([...pieces, tarEnd()]);
  layers.set(id, { archive, index: await indexArchive(once(archive), id) });
}

function tree(...ids: string[]): LayeredTree {
  return new LayeredTree(ids, {
    index: (id) => Promise.resolve(layers.get(id)?.index ?? { nodes: [] }),
    content: (id, offset, size) => once(layers.get(id)?.archive.slice(offset, offset + size) ?? new Uint8Array(0)),
  });
}

async function paths(of: LayeredTree, under = ''): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of of.walk(under)) found.push(path);
  return found;
}

async function text(of: LayeredTree, path: string): Promise<string> {
  const bytes: Uint8Array[] = [];
  for await (const piece of (await of.find(path))?.content() ?? []) bytes.push(piece);
  return new TextDecoder().decode(joinBytes(bytes));
}

beforeAll(async () => {
  await layer('low', {
    'etc/passwd': 'root:x:0:0::/:\nada:x:1000:50::/:\n',
    'etc/group': 'staff:x:50:\nwheel:x:7:\n',
    'usr/bin/tool': 'old',
    'usr/bin/other': 'other',
    bin: { target: 'usr/bin' },
    'var/a': 'a',
    'var/b': 'b',
  });
  await layer('high', {
    'usr/bin/tool': 'new',
    'usr/bin/.wh.other': '',
    'var/.wh..wh..opq': '',
    'var/c': 'ç',
    'way/out': { target: '../../../etc' },
    loop: { target: 'loop' },
  });
});

describe('the files of layers', () => {
  it('are those of the highest, without what it removed', async () => {
    const all = tree('low', 'high');
    expect(await text(all, 'usr/bin/tool')).toBe('new');
    expect(await all.find('usr/bin/other')).toBeNull();
    expect(await paths(all, 'var')).toEqual(['var', 'var/c']);
    expect(await paths(tree('low'), 'var')).toEqual(['var', 'var/a', 'var/b']);
    expect(await text(all, 'var/c')).toBe('ç');
    expect(await paths(tree())).toEqual(['']);
  });

  it('are found through links, which never lead out', async () => {
    const all = tree('low', 'high');
    expect(await all.find('bin/tool')).toMatchObject({ path: 'usr/bin/tool' });
    expect(await all.find('bin')).toMatchObject({ path: 'usr/bin', kind: 'directory' });
    expect(await all.find('way/out/passwd')).toMatchObject({ path: 'etc/passwd' });
    expect(await all.find('loop')).toBeNull();
    expect(await all.find('../../etc')).toMatchObject({ path: 'etc' });
  });

  it('say who somebody is', async () => {
    const all = tree('low', 'high');
    expect(await all.owner('ada')).toEqual({ user: 1000, group: 50 });
    expect(await all.owner('ada:wheel')).toEqual({ user: 1000, group: 7 });
    expect(await all.owner('5:6')).toEqual({ user: 5, group: 6 });
    expect(await all.owner('1000')).toEqual({ user: 1000, group: 50 });
    expect(await all.owner('77')).toEqual({ user: 77, group: 77 });
    expect(await all.owner('nobody')).toBeNull();
    expect(await all.owner('ada:nobody')).toBeNull();
  });
});
