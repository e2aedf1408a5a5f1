import { describe, expect, it } from 'vitest';
import { parseContainerfile } from './containerfile.ts';
import { copyItems } from './copy-items.ts';
import { MemoryTree } from './testing/memory-tree.ts';

const context = new MemoryTree({
  a: 'A',
  b: { text: 'B', mode: 0o755 },
  'dir/c': 'C',
  'dir/sub/d': 'D',
  'dir/link': { target: 'c' },
  'site.tar.gz': 'not really',
  'dev/null': { kind: 'other' },
});
const image = new MemoryTree(
  { 'etc/passwd': '', 'usr/bin/': {}, bin: { target: '/usr/bin' }, 'srv/app/': {}, 'var/file': '' },
  { ada: 1000, staff: 50 },
);

async function copied(line: string, workingDirectory = '/') {
  const [step] = parseContainerfile(`FROM x\n${line}`).stages[0]?.steps ?? [];
  if (step?.kind !== 'copy' && step?.kind !== 'add') throw new Error('no COPY');
  const { items, archives } = await copyItems(step, context, image, workingDirectory, 0);
  return [...items.map(({ path }) => path), ...archives.map(({ file, directory }) => `${file.path}>${directory}`)];
}

describe('COPY', () => {
  it.each([
    ['COPY a /etc/a', ['etc/a']],
    ['COPY a /etc', ['etc/a']],
    ['COPY a /etc/', ['etc/a']],
    ['COPY a /new', ['new']],
    ['COPY a /new/', ['new', 'new/a']],
    ['COPY a b /new', ['new', 'new/a', 'new/b']],
    ['COPY dir /srv/app', ['srv/app/c', 'srv/app/link', 'srv/app/sub', 'srv/app/sub/d']],
    ['COPY dir/ /new/deep', ['new', 'new/deep', 'new/deep/c', 'new/deep/link', 'new/deep/sub', 'new/deep/sub/d']],
    ['COPY [ab] /etc/', ['etc/a', 'etc/b']],
    ['COPY dir/* /etc/', ['etc/c', 'etc/d', 'etc/link']],
    ['COPY a /bin/tool', ['usr/bin/tool']],
    ['COPY a /bin', ['usr/bin/a']],
    ['COPY <<EOF /etc/motd\nhello\nEOF', ['etc/motd']],
    ['COPY ../../a /etc/', ['etc/a']],
    ['ADD site.tar.gz /srv/app', ['site.tar.gz>srv/app']],
    ['COPY site.tar.gz /srv/app', ['srv/app/site.tar.gz']],
  ])('%s', async (line, paths) => {
    expect(await copied(line)).toEqual(paths);
  });

  it('is relative to the working directory', async () => {
    expect(await copied('COPY a tool', '/srv/app')).toEqual(['srv/app/tool']);
    expect(await copied('COPY a .', '/srv/app')).toEqual(['srv/app/a']);
    expect(await copied('COPY a ..', '/srv/app')).toEqual(['srv/a']);
  });

  it('belongs to root, or to whom it is given; with its permissions, or those that are said', async () => {
    const [step] = parseContainerfile('FROM x\nCOPY --chown=ada:staff --chmod=600 b /etc/').stages[0]?.steps ?? [];
    if (step?.kind !== 'copy') throw new Error('no COPY');
    const { items } = await copyItems(step, context, image, '/', 0);
    expect(items[0]).toMatchObject({ owner: { user: 1000, group: 50 }, mode: 0o600 });
    const plain = await copyItems({ ...step, owner: null, mode: null }, context, image, '/', 0);
    expect(plain.items[0]).toMatchObject({ owner: { user: 0, group: 0 }, mode: 0o755 });
  });

  it.each([
    ['COPY nothing /etc/', 'line 2: there is no nothing in the context'],
    ['COPY no* /etc/', 'line 2: there is no no* in the context'],
    ['COPY . /x', 'line 2: x/dev/null is a device'],
    ['COPY a /var/file/b', 'line 2: /var/file is no directory'],
    ['COPY --chown=nobody a /etc/', 'line 2: the image knows no "nobody"'],
    ['ADD https://example.org/x /etc/', 'ADD of an address is not supported'],
  ])('%s is refused', async (line, because) => {
    await expect(copied(line)).rejects.toThrow(because);
  });
});
