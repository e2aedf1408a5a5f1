import { expect, it } from 'vitest';
import { readTar } from '../../images/formats/tar.ts';
import { collect } from '../../images/formats/byte-source.ts';
import { tarEnd, tarHeader, tarPadding, type TarItem } from '../../images/formats/tar-writer.ts';
import { layerFiles } from '../layer-tree/layer-files.ts';
import { indexArchive } from '../layer-tree/index-archive.ts';
import { overlayArchive } from './overlay-archive.ts';

const plain = { mode: 0o644, owner: 0, group: 0, modifiedAt: 7, sizeBytes: 0, target: '' } as const;
const yes = new TextEncoder().encode('y');

async function* archive(...items: readonly (Partial<TarItem> & Pick<TarItem, 'path' | 'type'> & { text?: string })[]) {
  await Promise.resolve();
  for (const { text = '', ...item } of items) {
    const content = new TextEncoder().encode(text);
    yield tarHeader({ ...plain, ...item, sizeBytes: content.length });
    yield content;
    yield tarPadding(content.length);
  }
  yield tarEnd();
}

const written = () =>
  archive(
    { path: 'etc', type: 'directory', mode: 0o755, attributes: new Map([['trusted.overlay.impure', yes]]) },
    { path: 'etc/hosts', type: 'file' },
    { path: 'etc/gone', type: 'character', device: { major: 0, minor: 0 } },
    { path: 'etc/motd', type: 'file', text: 'hello', owner: 5, attributes: new Map([['user.note', yes]]) },
    { path: 'var', type: 'directory', attributes: new Map([['trusted.overlay.opaque', yes]]) },
    { path: 'var/new', type: 'symlink', target: '../etc' },
    { path: 'dev', type: 'directory' },
    { path: 'opt/tty', type: 'character', device: { major: 5, minor: 1 } },
    { path: 'opt/pipe', type: 'fifo' },
  );

it('what overlayfs kept becomes a layer: what was removed, emptied, added and changed', async () => {
  const index = await indexArchive(overlayArchive(written()), 'layer x');
  expect([...layerFiles(index)].map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    'directory etc',
    'removed etc/gone',
    'file etc/motd',
    'directory opt',
    'fifo opt/pipe',
    'device opt/tty',
    'emptied var',
    'link var/new',
  ]);
});

it('keeps owners, times, attributes and contents, and says nothing to overlayfs', async () => {
  for await (const entry of readTar(overlayArchive(written()), 'x')) {
    for (const name of entry.attributes.keys()) expect(name).not.toContain('overlay');
    if (entry.path !== 'etc/motd') continue;
    expect(entry).toMatchObject({ owner: 5, modifiedAt: 7, attributes: new Map([['user.note', yes]]) });
    expect(new TextDecoder().decode(await collect(entry.content, 100, 'x'))).toBe('hello');
  }
});
