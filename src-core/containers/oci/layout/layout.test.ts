import { describe, expect, test } from 'vitest';
import { collect } from '../../../images/formats/byte-source.ts';
import { readTar } from '../../../images/formats/tar.ts';
import { tarEnd, tarHeader } from '../../../images/formats/tar-writer.ts';
import { joinBytes } from '../../../base/join-bytes.ts';
import { configOf } from '../testing/fake-registry.ts';
import { digestOf, ImageBench, inPieces, NO_HTTP, packed, tarOf } from '../testing/image-bench.ts';
import { MemoryExchange } from '../testing/memory-exchange.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from '../media-types.ts';

const BASE = { 'bin/': '', 'bin/sh': 'shell' };

async function bench(exchange = new MemoryExchange(), harmlessBytes = 1_000_000) {
  const made = new ImageBench(NO_HTTP, { harmlessBytes }, exchange);
  return { exchange, made, room: await made.open() };
}

async function withImages() {
  const at = await bench();
  const base = await at.made.layer(at.room, BASE);
  await at.room.addImage(at.made.made([base]), ['base:1', 'base:latest']);
  await at.room.addImage(at.made.made([base, await at.made.layer(at.room, { own: '1' })]), ['127.0.0.1:5000/web:2']);
  return at;
}

async function entriesOf(archive: Uint8Array): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  for await (const entry of readTar(inPieces(archive), 'it')) {
    entries[entry.path] = new TextDecoder().decode(await collect(entry.content, 1e7, entry.path));
  }
  return entries;
}

describe.each([
  ['an OCI layout', 'oci', '/a.tar'],
  ['an OCI layout in a folder', 'oci', '/folder/'],
  ['an archive as docker saves it', 'docker', '/a.tar'],
] as const)('%s', (_, form, path) => {
  test('brings the same images to another place, and leaves nothing else there', async () => {
    const { exchange, made, room } = await withImages();
    await room.save(['base:1', '127.0.0.1:5000/web:2'], path, form, made.work);
    const there = await bench(exchange);
    const loaded = await there.room.load(path.replace(/\/$/, ''), there.made.work);
    const there2 = there.room;
    expect(loaded.map(({ names }) => names)).toEqual([['docker.io/library/base:1'], ['127.0.0.1:5000/web:2']]);
    for (const image of loaded) {
      const ours = room.get(image.id, 'look');
      expect(image.layers.map(({ diffId }) => diffId)).toEqual(ours.layers.map(({ diffId }) => diffId));
      expect(image.settings).toEqual(ours.settings);
      if (form === 'oci') expect(image.digest).toBe(ours.digest);
    }
    expect((await there2.prune(() => true)).freedBytes).toBe(0);
    await there2.prune(() => false);
    expect(there.made.paths()).toEqual(['images.json']);
  });

  test('is the same, byte for byte, of the same image', async () => {
    const archives = await Promise.all(
      [1, 2].map(async () => {
        const { exchange, made, room } = await withImages();
        await room.save(['base:1'], path, form, made.work);
        return [...exchange.files].map(([name, bytes]) => [name, digestOf(bytes)]);
      }),
    );
    expect(archives[0]).toEqual(archives[1]);
  });
});

describe('loading', () => {
  test('reads an archive that is packed once more, and layers that are', async () => {
    const { exchange, made, room } = await withImages();
    await room.save(['base:1'], '/a.tar', 'docker', made.work);
    exchange.files.set('/a.tar.gz', packed(exchange.files.get('/a.tar')!));
    const there = await bench(exchange);
    expect((await there.room.load('/a.tar.gz', there.made.work)).map(({ id }) => id)).toEqual([
      room.get('base:1', 'x').id,
    ]);
  });

  test('finds layers through links, as old archives have them', async () => {
    const layer = tarOf(BASE);
    const config = JSON.stringify(configOf([digestOf(layer), digestOf(layer)]));
    const manifest = JSON.stringify([
      { Config: 'c.json', RepoTags: ['x:1', 'not a name'], Layers: ['a/layer.tar', 'b/layer.tar'] },
    ]);
    const link = { owner: 0, group: 0, modifiedAt: 0, mode: 0o777, sizeBytes: 0, type: 'symlink' as const };
    const archive = joinBytes([
      ...files({ 'real.tar': layer, 'c.json': config }),
      tarHeader({ ...link, path: 'a/layer.tar', target: '../real.tar' }),
      tarHeader({ ...link, path: 'b/layer.tar', target: '../a/layer.tar' }),
      ...files({ 'manifest.json': manifest }),
      tarEnd(),
    ]);
    const { exchange, made, room } = await bench();
    exchange.files.set('/a.tar', archive);
    const [image] = await room.load('/a.tar', made.work);
    expect([image?.names, image?.layers.length]).toEqual([['docker.io/library/x:1'], 2]);
    expect(room.view(image!, []).sizeBytes).toBe(layer.length);
  });

  test('of a layout that names its image by a tag alone gives it no name', async () => {
    const { exchange, made, room } = await bench();
    const all = layout({ 'org.opencontainers.image.ref.name': 'latest' });
    exchange.files.set('/a.tar', joinBytes([...files(all), tarEnd()]));
    expect((await room.load('/a.tar', made.work)).map(({ names }) => names)).toEqual([[]]);
    exchange.files.set(
      '/b.tar',
      joinBytes([...files(layout({ 'org.opencontainers.image.ref.name': 'a.b/c:1' })), tarEnd()]),
    );
    expect((await room.load('/b.tar', made.work)).map(({ names }) => names)).toEqual([['a.b/c:1']]);
  });

  const refused: [string, Record<string, string | Uint8Array>, string, string][] = [
    ['no images', { a: 'x' }, 'invalid-input', 'is neither an OCI layout nor'],
    [
      'a blob that is not what it says',
      { ...layout({}), [`blobs/sha256/${'0'.repeat(64)}`]: 'x' },
      'corrupt',
      'is not what its digest says',
    ],
    ['a blob that is missing', without(layout({}), digestOf(tarOf(BASE))), 'corrupt', 'is missing in it'],
    ['another platform', layout({}, { architecture: 'amd64' }), 'not-found', 'it is there for linux/amd64'],
    ['an index that is none', { 'index.json': '{"schemaVersion":2}' }, 'corrupt', 'index.json is wrong'],
    ['a document that is none', { 'manifest.json': '{}' }, 'corrupt', 'manifest.json is wrong'],
    [
      'a configuration that is missing',
      { 'manifest.json': '[{"Config":"/etc/passwd"}]' },
      'corrupt',
      '/etc/passwd is missing in it',
    ],
    [
      'another layer than its configuration says',
      {
        'c.json': JSON.stringify(configOf([digestOf('x')])),
        'l.tar': tarOf(BASE),
        'manifest.json': '[{"Config":"c.json","Layers":["l.tar"]}]',
      },
      'corrupt',
      'unpacked is not what the configuration',
    ],
    [
      'a layer of zeros without end',
      {
        'c.json': JSON.stringify(configOf([digestOf(new Uint8Array(4_000_000))])),
        'l.tar': packed(new Uint8Array(4_000_000)),
        'manifest.json': '[{"Config":"c.json","Layers":["l.tar"]}]',
      },
      'corrupt',
      'when it is unpacked',
    ],
  ];
  test.each(refused)('refuses an archive with %s, and leaves nothing', async (_, content, code, words) => {
    const { exchange, made, room } = await bench();
    exchange.files.set('/a.tar', joinBytes([...files(content), tarEnd()]));
    const failure = await room.load('/a.tar', made.work).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'AppError', code, doing: 'load images from /a.tar' });
    expect(String(failure)).toContain(words);
    expect([made.paths(), made.storage.openSinks]).toEqual([[], 0]);
  });

  test('refuses an archive that is a bomb, one that is cut off, and one that is not there', async () => {
    const { exchange, made, room } = await bench();
    exchange.files.set('/bomb.tar.gz', packed(joinBytes([...files({ zeros: new Uint8Array(4_000_000) }), tarEnd()])));
    await expect(room.load('/bomb.tar.gz', made.work)).rejects.toThrow('when it is unpacked');
    exchange.files.set('/cut.tar', joinBytes(files(layout({}))).subarray(0, 1500));
    await expect(room.load('/cut.tar', made.work)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(room.load('/none.tar', made.work)).rejects.toMatchObject({ code: 'not-found' });
    expect(made.paths()).toEqual([]);
  });
});

test('saving names an image by the name that it was asked for, and tells what it needs', async () => {
  const { exchange, made, room } = await withImages();
  await room.save(['base:1'], '/a.tar', 'docker', made.work);
  const { 'manifest.json': manifest = '' } = await entriesOf(exchange.files.get('/a.tar')!);
  expect(JSON.parse(manifest)).toMatchObject([{ RepoTags: ['base:1'] }]);
  await room.save([room.get('base:1', 'x').id], '/b.tar', 'oci', made.work);
  const { 'index.json': index = '' } = await entriesOf(exchange.files.get('/b.tar')!);
  expect(JSON.parse(index)).toMatchObject({
    manifests: [
      {
        annotations: { 'io.containerd.image.name': 'docker.io/library/base:1' },
        platform: { architecture: 'riscv64' },
      },
      { annotations: { 'org.opencontainers.image.ref.name': 'latest' } },
    ],
  });
  await expect(room.save(['base:1'], '/x/', 'docker', made.work)).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(room.save(['none'], '/x', 'oci', made.work)).rejects.toMatchObject({ code: 'not-found' });
});

function files(content: Readonly<Record<string, string | Uint8Array>>): Uint8Array[] {
  return Object.entries(content).map(([path, value]) => {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    const common = { owner: 0, group: 0, modifiedAt: 0, target: '', mode: 0o644, type: 'file' as const };
    const header = tarHeader({ ...common, path, sizeBytes: bytes.length });
    return joinBytes([header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)]);
  });
}

/** An OCI layout with one image of one layer that is not packed. */
function layout(annotations: object, change: object = {}): Record<string, string | Uint8Array> {
  const layer = tarOf(BASE);
  const config = JSON.stringify({ ...configOf([digestOf(layer)]), ...change });
  const descriptor = (mediaType: string, bytes: string | Uint8Array) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const parts = { config: descriptor(OCI_CONFIG, config), layers: [descriptor(OCI_LAYER, layer)] };
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, ...parts });
  const entry = { ...descriptor(OCI_MANIFEST, manifest), annotations };
  const path = (bytes: string | Uint8Array) => `blobs/sha256/${digestOf(bytes).slice(7)}`;
  return {
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    [path(layer)]: layer,
    [path(config)]: config,
    [path(manifest)]: manifest,
    'index.json': JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] }),
  };
}

function without(content: Record<string, string | Uint8Array>, digest: string): Record<string, string | Uint8Array> {
  return Object.fromEntries(Object.entries(content).filter(([path]) => !path.endsWith(digest.slice(7))));
}
