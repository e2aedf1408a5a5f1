import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tarEnd, tarHeader, tarPadding } from '../../../src-core/images/formats/tar-writer.ts';
import { seededRandom } from '../../../src-core/machine/devices/testing/random.ts';
import { NodeBench } from './testing/node-bench.ts';

/** Layers of images, as the kernel of a real node sees them. */
const LAYERS = '/tmp/seen';
let bench: NodeBench;
beforeAll(async () => {
  bench = await NodeBench.open();
  await onNode(`mkdir -p ${LAYERS} && mount -t virtiofs -o ro innkeeper-layers ${LAYERS}`);
});
afterAll(() => bench.close());

async function onNode(script: string): Promise<string> {
  const { status, stdout, stderr } = await bench.onNode(script);
  expect([status, stderr]).toEqual([0, '']);
  return stdout.trim();
}

/** Where the node sees a layer. */
function placeOf(diffId: string): string {
  return `${LAYERS}/${diffId.replace('sha256:', '')}`;
}

test('files have the owners, modes, times and links that they have in the archive', async () => {
  const own = { owner: 7, group: 70_000, modifiedAt: 1_000_000_000 };
  const place = placeOf(
    await bench.addLayer([
      { path: 'etc', type: 'directory', mode: 0o1777, ...own },
      { path: 'etc/shadow', type: 'file', mode: 0o640, content: 'secret', ...own },
      { path: 'bin/su', type: 'file', mode: 0o4755, content: 'su' },
      { path: 'bin/same', type: 'hard-link', target: 'bin/su' },
      { path: 'bin/link', type: 'symlink', target: '../etc/shadow' },
      { path: 'etc/.wh.gone', type: 'file' },
    ]),
  );
  const seen = await onNode(`cd ${place} && stat -c '%n %F %a %u %g %s %h %Y' etc etc/shadow bin/su etc/gone`);
  expect(seen.split('\n')).toEqual([
    'etc directory 1777 7 70000 0 2 1000000000',
    'etc/shadow regular file 640 7 70000 6 1 1000000000',
    'bin/su regular file 4755 0 0 2 2 0',
    'etc/gone character special file 0 0 0 0 1 0',
  ]);
  expect(
    await onNode(
      `cd ${place} && stat -c %t:%T etc/gone; cat bin/link; ls -i bin/su bin/same | awk '{ print $1 }' | uniq | wc -l`,
    ),
  ).toBe('0:0\nsecret1');
  const { stdout } = await bench.onNode(
    `cd ${place} && for i in 'touch x' 'rm bin/su' 'mkdir etc/x' 'chmod 777 etc'; do $i 2>&1; done`,
  );
  expect(stdout.match(/Read-only file system/g)).toHaveLength(4);
});

test('a layer is there as soon as it is made, also where it was looked for in vain before', async () => {
  const file = { path: 'a', type: 'file' as const, mode: 0o755, owner: 0, group: 0, modifiedAt: 0, target: '' };
  const content = new TextEncoder().encode('came later');
  const hash = createHash('sha256').update(tarHeader({ ...file, sizeBytes: content.length }));
  const diffId = `sha256:${hash.update(content).update(tarPadding(content.length)).update(tarEnd()).digest('hex')}`;
  expect((await bench.onNode(`ls ${placeOf(diffId)}`)).stderr).toContain('No such file');
  expect(await bench.addLayer([{ ...file, content: 'came later' }])).toBe(diffId);
  expect(await onNode(`cat ${placeOf(diffId)}/a`)).toBe('came later');
  expect((await bench.onNode(`cat ${placeOf(diffId)}/b`)).stderr).toContain('No such file');
});

test('what one layer hides of those below is not seen, and all else is', async () => {
  const below = await bench.addLayer([
    { path: 'd', type: 'directory' },
    { path: 'd/old', type: 'file', content: 'old' },
    { path: 'd/kept', type: 'file', content: 'kept' },
    { path: 'e', type: 'directory' },
    { path: 'e/old', type: 'file', content: 'old' },
    { path: 'f/old', type: 'file', content: 'old' },
  ]);
  const above = await bench.addLayer([
    { path: 'd', type: 'directory' },
    { path: 'd/.wh.old', type: 'file' },
    { path: 'd/new', type: 'file', content: 'new' },
    { path: 'e', type: 'directory' },
    { path: 'e/.wh..wh..opq', type: 'file' },
    { path: 'e/new', type: 'file', content: 'new' },
    { path: '.wh.f', type: 'file' },
  ]);
  const { stdout, stderr } = await bench.once('ls /d /e; ls -d /f; cat /d/*', {
    layers: [...bench.layers, below, above],
  });
  expect(stdout).toBe('/d:\nkept\nnew\n\n/e:\nnew\nkeptnew');
  expect(stderr).toContain('/f: No such file');
});

test('the contents of 2,000 files are what they are on this computer, read once and again', async () => {
  const random = seededRandom(20_261_123);
  const items = Array.from({ length: 2000 }, (_, at) => ({
    ...{ path: `many/${at % 40}/${String(at).padStart(4, '0')}`, type: 'file' as const },
    content: String(random(10)).repeat(random(8) === 0 ? random(20_000) : random(300)),
  }));
  const place = placeOf(await bench.addLayer(items));
  const whole = createHash('sha256');
  for (const { content } of [...items].sort((a, b) => (a.path < b.path ? -1 : 1))) whole.update(content);
  const read = `cd ${place} && find many -type f | sort | xargs cat | sha256sum | cut -d' ' -f1`;
  const sum = whole.digest('hex');
  expect(await onNode(read)).toBe(sum);
  expect(await onNode(read)).toBe(sum);
  expect(await onNode(`echo 3 >/proc/sys/vm/drop_caches; ${read}`)).toBe(sum);
  expect(await onNode(`find ${place}/many | wc -l`)).toBe('2041');
});
