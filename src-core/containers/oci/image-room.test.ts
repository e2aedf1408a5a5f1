import { describe, expect, test } from 'vitest';
import { joinBytes } from '../../base/join-bytes.ts';
import { tarEnd, tarHeader } from '../../images/formats/tar-writer.ts';
import { digestOf, ImageBench, inPieces, NO_HTTP, tarOf } from './testing/image-bench.ts';

const NOBODY = (): boolean => false;

async function bench() {
  const made = new ImageBench(NO_HTTP);
  return { made, room: await made.open() };
}

describe('images made here', () => {
  test('are found by name, short or long, by id, by digest and by a beginning', async () => {
    const { made, room } = await bench();
    const image = await room.addImage(made.made([await made.layer(room, { a: '1' })]), ['busybox']);
    expect(image.names).toEqual(['docker.io/library/busybox:latest']);
    for (const name of [
      'busybox',
      'busybox:latest',
      'docker.io/busybox',
      image.id,
      image.digest,
      image.id.slice(7, 19),
    ]) {
      expect(room.find(name)?.id).toBe(image.id);
    }
    expect(room.find('busybox:1')).toBeUndefined();
    expect(room.find('ABC')).toBeUndefined();
    expect(() => room.get('other', 'look')).toThrow('there is no image other here');
  });

  test('leave the directories of layers below as they are where they say nothing of them', async () => {
    const { made, room } = await bench();
    const tmp = {
      path: 'tmp',
      type: 'directory',
      mode: 0o1777,
      target: '',
      owner: 0,
      group: 0,
      modifiedAt: 1,
    } as const;
    const below = [
      inPieces(joinBytes([tarHeader({ ...tmp, sizeBytes: 0 }), tarEnd()])),
      inPieces(tarOf({ 'srv/': '' })),
    ];
    const upon: string[] = [];
    for (const archive of below) upon.push((await room.addLayer(archive, made.work, upon)).diffId);
    const { diffId } = await room.addLayer(inPieces(tarOf({ 'tmp/a': '1', 'new/b': '2' })), made.work, upon);
    const { files } = await room.files(diffId, 0, '');
    expect(files.map(({ path, mode }) => [path, mode & 0o7777])).toEqual(
      expect.arrayContaining([
        ['tmp', 0o1777],
        ['new', 0o755],
      ]),
    );
  });

  test('are there again after another start, with settings, history and layers', async () => {
    const { made, room } = await bench();
    const layer = await made.layer(room, { 'etc/': '', 'etc/passwd': 'root' });
    const settings = {
      ...made.made([]).settings,
      ...{ entrypoint: ['/init'], environment: ['A=1'], user: '1:2', workingDirectory: '/w', volumes: ['/v'] },
      ...{ ports: [{ protocol: 'udp' as const, port: 53 }], labels: { a: 'b' }, stopSignal: 'SIGINT' },
      healthCheck: { command: ['/check', 'it'], intervalMs: 5000, timeoutMs: 1000, retries: 2, startPeriodMs: 10 },
    };
    const image = await room.addImage({ ...made.made([layer]), settings }, ['web:1']);
    const [again] = (await made.open()).list();
    expect(again).toEqual(image);
    expect(again?.settings).toEqual(settings);
  });

  test('of the same make are one, and a name moves from one image to another', async () => {
    const { made, room } = await bench();
    const layer = await made.layer(room, { a: '1' });
    const first = await room.addImage(made.made([layer]), ['a']);
    expect((await room.addImage(made.made([layer]), ['b'])).id).toBe(first.id);
    const second = await room.addImage(made.made([layer], ['other']), ['a']);
    expect(room.find('a')?.id).toBe(second.id);
    expect(room.find(first.id)?.names).toEqual(['docker.io/library/b:latest']);
  });

  test('know which bytes are theirs alone, and list the files of a layer', async () => {
    const { made, room } = await bench();
    const shared = await made.layer(room, { 'bin/': '', 'bin/sh': 'x' });
    const own = await made.layer(room, { 'etc/': '', 'etc/one': '1', 'etc/two': '22', '.wh.bin': '' });
    const image = await room.addImage(made.made([shared, own]), ['a']);
    await room.addImage(made.made([shared]), ['b:2']);
    const view = room.view(image, ['c1']);
    expect([view.sizeBytes, view.ownBytes]).toEqual([shared.sizeBytes + own.sizeBytes, own.sizeBytes]);
    const detail = await room.detail(image, []);
    expect(detail.layerList.map(({ sharedWith, files }) => [sharedWith, files])).toEqual([
      [['b:2'], 2],
      [[], 4],
    ]);
    expect(detail.history.map(({ createdBy, sizeBytes }) => [createdBy, sizeBytes])).toEqual([
      ['step 1', own.sizeBytes],
      ['step 0', shared.sizeBytes],
    ]);
    expect(digestOf(detail.config)).toBe(image.id);
    expect(digestOf(detail.manifest)).toBe(image.digest);
    const page = await room.files(own.diffId, 1, 'ETC');
    expect([page.total, page.files.map(({ path, sizeBytes }) => [path, sizeBytes])]).toEqual([
      3,
      [
        ['etc/one', 1],
        ['etc/two', 2],
      ],
    ]);
  });
});

describe('removing', () => {
  test('takes names first, and with the last one what nobody else has', async () => {
    const { made, room } = await bench();
    const shared = await made.layer(room, { a: '1' });
    const own = await made.layer(room, { b: '2' });
    const image = await room.addImage(made.made([shared, own]), ['a', 'b']);
    await room.addImage(made.made([shared]), ['c']);
    const gone: string[] = [];
    room.onRemoved((id) => gone.push(id));
    expect(await room.remove('a', NOBODY)).toBe(0);
    expect(gone).toEqual([]);
    await expect(room.remove('b', () => true)).rejects.toMatchObject({ code: 'wrong-state' });
    expect(await room.remove('b', NOBODY)).toBeGreaterThan(own.sizeBytes);
    expect(gone).toEqual([image.id]);
    expect(room.findLayer(own.diffId)).toBeUndefined();
    expect(room.findLayer(shared.diffId)).toBeDefined();
    await room.remove('c', NOBODY);
    expect(made.paths()).toEqual(['images.json']);
  });

  test('leaves pinned layers, until they are let go', async () => {
    const { made, room } = await bench();
    const layer = await made.layer(room, { a: '1' });
    await room.addImage(made.made([layer]), ['a']);
    const pin = room.pin([layer.diffId]);
    await room.remove('a', NOBODY);
    expect(room.findLayer(layer.diffId)).toBeDefined();
    pin.dispose();
    pin.dispose();
    expect((await room.prune(() => true)).freedBytes).toBe(layer.sizeBytes);
    expect(made.paths()).toEqual(['images.json']);
  });

  test('prunes unwanted images, and spares a layer that was made a moment ago', async () => {
    const { made, room } = await bench();
    const layer = await made.layer(room, { a: '1' });
    const fresh = await made.layer(room, { fresh: '1' });
    await room.addImage(made.made([layer]), []);
    await room.addImage(made.made([layer], ['x']), ['kept']);
    expect((await room.prune(({ names }) => names.length > 0)).images).toBe(1);
    expect(room.list().map(({ names }) => names)).toEqual([['docker.io/library/kept:latest']]);
    expect(room.findLayer(fresh.diffId)).toBeDefined();
    made.now += 61_000;
    await room.prune(() => true);
    expect(room.findLayer(fresh.diffId)).toBeUndefined();
  });
});

describe('what goes wrong', () => {
  test('an archive that is none is refused, and nothing of it stays', async () => {
    const { made, room } = await bench();
    const damaged = tarOf({ a: 'text' });
    damaged[0] = 0x41;
    async function* archive() {
      yield await Promise.resolve(damaged);
    }
    await expect(room.addLayer(archive(), made.work)).rejects.toMatchObject({ code: 'corrupt' });
    expect(made.paths()).toEqual([]);
    expect(made.storage.openSinks).toBe(0);
  });

  test('a full disk and a cancellation leave nothing', async () => {
    const { made, room } = await bench();
    made.storage.free = 1000;
    await expect(made.layer(room, { a: 'x' })).rejects.toMatchObject({ code: 'disk-full' });
    made.storage.free = 1e12;
    made.cancellation.cancel();
    await expect(made.layer(room, { a: 'x' })).rejects.toMatchObject({ code: 'cancelled' });
    expect(made.paths()).toEqual([]);
  });

  test('what a crash left half-made is gone after the next start; a whole layer stays', async () => {
    const { made, room } = await bench();
    const layer = await made.layer(room, { a: '1' });
    const before = made.paths();
    const put = (path: string) => made.storage.files.set(path, { bytes: new Uint8Array(9), modifiedAt: made.now });
    put('layers/.unfinished-1/archive.tar');
    put(`layers/${'0'.repeat(64)}/archive.tar`);
    put('blobs/drafts/name-9');
    const again = await made.open();
    expect(made.paths()).toEqual(before);
    expect(again.findLayer(layer.diffId)).toMatchObject({ sizeBytes: layer.sizeBytes });
  });

  test('an image whose parts are gone is not listed, and keeps its entry', async () => {
    const { made, room } = await bench();
    const layer = await made.layer(room, { a: '1' });
    const image = await room.addImage(made.made([layer]), ['a']);
    await made.storage.remove(`layers/${layer.diffId.slice(7)}`);
    const again = await made.open();
    expect(again.list()).toEqual([]);
    const mended = await again.addImage(made.made([await made.layer(again, { a: '1' })]), ['a']);
    expect(mended.id).toBe(image.id);
    expect((await made.open()).list()).toHaveLength(1);
  });

  test('a document that cannot be read stops everything, so that nothing is taken for garbage', async () => {
    const { made, room } = await bench();
    await room.addImage(made.made([await made.layer(room, { a: '1' })]), ['a']);
    const file = made.storage.files.get('images.json');
    made.storage.files.set('images.json', { bytes: new Uint8Array(3), modifiedAt: 0 });
    await expect(made.open()).rejects.toMatchObject({ code: 'corrupt' });
    if (file) made.storage.files.set('images.json', file);
    expect((await made.open()).list()).toHaveLength(1);
  });
});
