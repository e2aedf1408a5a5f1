import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../base/errors.ts';
import { joinBytes } from '../../../base/join-bytes.ts';
import { tarEnd, tarHeader } from '../../../images/formats/tar-writer.ts';
import { OCI_LAYER, OCI_CONFIG, OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST } from '../media-types.ts';
import { configOf, FakeRegistry, REGISTRY, type Lie } from '../testing/fake-registry.ts';
import { digestOf, ImageBench, inPieces, packed, tarOf } from '../testing/image-bench.ts';
import type { TransferLimits } from '../outside.ts';

const OCI_LAYER_ZSTD = `${OCI_LAYER}+zstd`;
const BASE = { 'bin/': '', 'bin/sh': 'shell' };
const RISCV = { os: 'linux', architecture: 'riscv64' };
const NAME = `${REGISTRY}/team/web:1`;

async function bench(limits: Partial<TransferLimits> = {}) {
  const registry = new FakeRegistry();
  const made = new ImageBench(registry, limits);
  return { registry, made, room: await made.open() };
}

describe('a pull', () => {
  test('brings manifest, configuration and layers, and only layers that are not here', async () => {
    const { registry, made, room } = await bench();
    registry.image('team/web:1', [BASE, { 'srv/a': '1' }]);
    const image = await room.pull(NAME, made.work);
    expect(image.names).toEqual([NAME]);
    expect(image.settings).toMatchObject({ command: ['sh'], environment: ['A=1'] });
    expect(image.layers.map(({ diffId }) => diffId)).toEqual(
      [BASE, { 'srv/a': '1' }].map((files) => digestOf(tarOf(files))),
    );
    const phases = made.progress.map(({ phase }) => phase);
    expect(phases).toEqual(expect.arrayContaining(['Downloading layer 1 of 2', 'Unpacking layer 2 of 2']));
    expect(Math.max(...made.progress.map(({ fraction }) => fraction ?? 0))).toBe(1);
    registry.image('team/web:2', [BASE, { 'srv/b': '22' }]);
    registry.requests.splice(0);
    await room.pull(`${REGISTRY}/team/web:2`, made.work);
    expect(registry.asked(digestOf(packed(tarOf(BASE))))).toEqual([]);
    expect(registry.asked('/blobs/')).toHaveLength(2);
  });

  test('takes the image for our platform out of an index, and tells which there are where it is not one of them', async () => {
    const { registry, made, room } = await bench();
    const ours = registry.image('x:1', [BASE]);
    const amd = {
      ...registry.image('y:1', [BASE], { architecture: 'amd64' }),
      platform: { os: 'linux', architecture: 'amd64' },
    };
    const arm = { ...amd, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } };
    const attestation = { ...amd, platform: { os: 'unknown', architecture: 'unknown' } };
    registry.manifests.set(`many@${ours.digest}`, registry.manifests.get('x:1')!);
    registry.index('many:1', [attestation, amd, { ...ours, platform: RISCV }]);
    expect((await room.pull(`${REGISTRY}/many:1`, made.work)).digest).toBe(ours.digest);
    registry.index('few:1', [attestation, amd, arm]);
    const failure = await room.pull(`${REGISTRY}/few:1`, made.work).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'not-found', data: { platforms: ['linux/amd64', 'linux/arm/v7'] } });
    expect(String(failure)).toContain('is not there for linux/riscv64: it is there for linux/amd64, linux/arm/v7');
    await expect(room.pull(`${REGISTRY}/y:1`, made.work)).rejects.toThrow('it is there for linux/amd64');
  });

  test('by digest names the image so, and finds it again', async () => {
    const { registry, made, room } = await bench();
    const { digest } = registry.image('team/web:1', [BASE]);
    const image = await room.pull(`${REGISTRY}/team/web:1@${digest}`, made.work);
    expect(image.names).toEqual([`${REGISTRY}/team/web@${digest}`]);
    expect(room.find(`${REGISTRY}/team/web@${digest}`)?.id).toBe(image.id);
  });

  test('goes on where it broke, also after another start', async () => {
    const { registry, made, room } = await bench();
    const noise = Array.from({ length: 9000 }, (_, at) =>
      String.fromCharCode(33 + (Math.floor(Math.sin(at) * 1e6) & 63)),
    ).join('');
    registry.image('team/web:1', [{ noise }]);
    const blob = packed(tarOf({ noise }));
    const breaking =
      (after: number): Lie =>
      (request, url) => {
        if (!url.pathname.endsWith(digestOf(blob)) || request.method !== 'GET') return undefined;
        const from = Number(/\d+/.exec(request.headers['range'] ?? '0')?.[0]);
        async function* body() {
          yield* inPieces(blob.subarray(from, from + after));
          throw new AppError({ code: 'network', doing: 'read', because: 'the connection broke' });
        }
        if (from === 0) return { body: body() };
        const headers = { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` };
        return { status: 206, headers, body: body() };
      };
    registry.lie = breaking(100);
    await expect(room.pull(NAME, made.work)).rejects.toMatchObject({ code: 'network' });
    expect(registry.requests.map(({ headers }) => headers['range']).filter(Boolean)).toEqual([
      'bytes=100-',
      'bytes=200-',
    ]);
    registry.lie = () => undefined;
    registry.sentBytes = 0;
    const again = await made.open();
    const image = await again.pull(NAME, made.work);
    expect(registry.sentBytes).toBe(blob.length - 300);
    expect((await again.files(image.layers[0]?.diffId ?? '', 0, '')).files[0]).toMatchObject({ sizeBytes: 9000 });
  });

  test('of a blob that was here in part, but wrong, begins anew', async () => {
    const { registry, made, room } = await bench();
    registry.image('team/web:1', [BASE]);
    const digest = digestOf(packed(tarOf(BASE)));
    made.storage.files.set(`blobs/partial/${digest.slice(7)}`, { bytes: new Uint8Array(20), modifiedAt: made.now });
    await room.pull(NAME, made.work);
    expect(registry.asked(digest)).toHaveLength(2);
    made.storage.files.set(`blobs/partial/${digest.slice(7)}`, { bytes: new Uint8Array(20), modifiedAt: made.now });
    expect((await room.prune(() => true)).freedBytes).toBe(0);
  });

  test('never moves a finished layer twice, also when another layer failed and everything was started anew', async () => {
    const { registry, made, room } = await bench({ concurrency: 1 });
    registry.image('team/web:1', [BASE, { b: '2' }]);
    registry.lie = (_, url) => {
      if (!url.pathname.endsWith(digestOf(packed(tarOf({ b: '2' }))))) return undefined;
      throw new AppError({ code: 'network', doing: 'ask', because: 'the connection broke' });
    };
    await expect(room.pull(NAME, made.work)).rejects.toMatchObject({ code: 'network' });
    registry.lie = () => undefined;
    registry.requests.splice(0);
    const again = await made.open();
    await again.pull(NAME, made.work);
    expect(registry.asked(digestOf(packed(tarOf(BASE))))).toEqual([]);
  });

  test('ends when it is cancelled, and keeps what can be gone on with', async () => {
    const { registry, made, room } = await bench();
    registry.image('team/web:1', [BASE]);
    const digest = digestOf(packed(tarOf(BASE)));
    registry.lie = (_, url) => {
      if (url.pathname.endsWith(digest)) made.cancellation.cancel();
      return undefined;
    };
    await expect(room.pull(NAME, made.work)).rejects.toMatchObject({ code: 'cancelled' });
    expect(room.list()).toEqual([]);
    expect(made.storage.openSinks).toBe(0);
  });

  test('of two people who want the same moves it once', async () => {
    const { registry, made, room } = await bench();
    registry.image('team/web:1', [BASE]);
    const [one, two] = await Promise.all([room.pull(NAME, made.work), room.pull(NAME, made.work)]);
    expect(one.id).toBe(two.id);
    expect(registry.asked(digestOf(packed(tarOf(BASE))))).toHaveLength(1);
  });

  test('brings a layer that says nothing of its directories as they are below, whichever comes first', async () => {
    const { registry, made, room } = await bench();
    const tmp = { path: 'tmp', target: '', owner: 7, group: 42, modifiedAt: 1, sizeBytes: 0 };
    const base = joinBytes([tarHeader({ ...tmp, type: 'directory', mode: 0o1777 }), tarEnd()]);
    const [lower, upper] = [base, tarOf({ 'tmp/a': '1' })].map((archive) => ({
      descriptor: registry.put(packed(archive), OCI_LAYER_GZIP),
      diffId: digestOf(archive),
    }));
    const config = registry.put(JSON.stringify(configOf([lower!.diffId, upper!.diffId])), OCI_CONFIG);
    registry.manifest('team/web:1', config, [lower!.descriptor, upper!.descriptor]);
    async function* late() {
      while (registry.asked(upper!.descriptor.digest).length === 0)
        await new Promise((resume) => setTimeout(resume, 5));
      for (let turn = 0; turn < 100; turn++) await new Promise((resume) => setImmediate(resume));
      yield registry.blobs.get(lower!.descriptor.digest)!;
    }
    registry.lie = (_, url) => (url.pathname.endsWith(lower!.descriptor.digest) ? { body: late() } : undefined);
    await room.pull(NAME, made.work);
    const { files } = await room.files(upper!.diffId, 0, '');
    expect(files.find(({ path }) => path === 'tmp')).toMatchObject({ mode: 0o1777 });
  });

  test('of the same name takes it from the image that had it', async () => {
    const { registry, made, room } = await bench();
    registry.image('team/web:1', [BASE]);
    const first = await room.pull(NAME, made.work);
    registry.image('team/web:1', [BASE, { b: '2' }]);
    const second = await room.pull(NAME, made.work);
    expect([room.find(first.id)?.names, room.find(NAME)?.id]).toEqual([[], second.id]);
  });
});

/** What a registry may say that is not so; with what the person hears. */
const LIES: Record<string, { lay: (registry: FakeRegistry) => void; code: string; words: string }> = {
  'another layer than its digest': {
    lay: (registry) => {
      const { layer } = lay(registry);
      registry.blobs.set(layer.digest, packed(tarOf({ evil: 'x' })).subarray(0, layer.size));
      pad(registry, layer.digest, layer.size);
    },
    code: 'corrupt',
    words: 'is not what its digest says',
  },
  'another configuration than its digest': {
    lay: (registry) => {
      const { config } = lay(registry);
      pad(registry, config.digest, config.size, new Uint8Array(0));
    },
    code: 'corrupt',
    words: 'is not what its digest says',
  },
  'a layer that is shorter than announced': {
    lay: (registry) => {
      const { layer } = lay(registry);
      registry.lie = (_, url) =>
        url.pathname.endsWith(layer.digest) ? { body: registry.blobs.get(layer.digest)!.subarray(0, 50) } : undefined;
    },
    code: 'network',
    words: 'ended after 50 of',
  },
  'another length than announced': {
    lay: (registry) => {
      const { layer } = lay(registry);
      registry.lie = (_, url) =>
        url.pathname.endsWith(layer.digest) ? { headers: { 'content-length': '5' } } : undefined;
    },
    code: 'corrupt',
    words: 'has 5 bytes',
  },
  'a layer that never ends': {
    lay: (registry) => {
      const { layer } = lay(registry);
      registry.lie = (_, url) => (url.pathname.endsWith(layer.digest) ? { body: endless() } : undefined);
    },
    code: 'corrupt',
    words: 'is larger than the',
  },
  'a manifest that never ends': {
    lay: (registry) => {
      registry.lie = (_, url) => (url.pathname.includes('/manifests/') ? { body: endless() } : undefined);
    },
    code: 'corrupt',
    words: 'is larger than 4194304 bytes',
  },
  'a huge manifest': {
    lay: (registry) => {
      const body = `{"schemaVersion":2,"x":"${'x'.repeat(5_000_000)}"}`;
      registry.lie = (_, url) => (url.pathname.includes('/manifests/') ? { body } : undefined);
    },
    code: 'corrupt',
    words: 'is larger than 4194304 bytes',
  },
  'a huge configuration': {
    lay: (registry) => {
      const { layer } = lay(registry);
      registry.manifest('team/web:1', { mediaType: OCI_CONFIG, digest: layer.digest, size: 1e9 }, [layer]);
    },
    code: 'corrupt',
    words: 'is larger than 8388608 bytes',
  },
  'a negative size': {
    lay: (registry) => {
      const { config, layer } = lay(registry);
      registry.manifest('team/web:1', config, [{ ...layer, size: -1 }]);
    },
    code: 'corrupt',
    words: 'layers.0.size',
  },
  'a path for a digest': {
    lay: (registry) => {
      const { config, layer } = lay(registry);
      registry.manifest('team/web:1', config, [{ ...layer, digest: 'sha256:../../../../etc/passwd' }]);
    },
    code: 'corrupt',
    words: 'layers.0.digest',
  },
  'more layers than can be stacked': {
    lay: (registry) => {
      const { config, layer } = lay(registry);
      registry.manifest(
        'team/web:1',
        config,
        Array.from({ length: 501 }, () => layer),
      );
    },
    code: 'corrupt',
    words: 'wrong at layers',
  },
  'another number of layers than of diff ids': {
    lay: (registry) => {
      const { config, layer } = lay(registry);
      registry.manifest('team/web:1', config, [layer, layer]);
    },
    code: 'corrupt',
    words: 'has 2 layers, its configuration 1',
  },
  'a layer that is not what the configuration says': {
    lay: (registry) => {
      const layer = registry.put(packed(tarOf(BASE)), OCI_LAYER_GZIP);
      const config = registry.put(JSON.stringify(configOf([digestOf('other')])), OCI_CONFIG);
      registry.manifest('team/web:1', config, [layer]);
    },
    code: 'corrupt',
    words: 'unpacked is not what the configuration',
  },
  'a layer that is not packed as it says': {
    lay: (registry) => {
      const layer = registry.put(tarOf(BASE), OCI_LAYER_GZIP);
      registry.manifest('team/web:1', registry.put(JSON.stringify(configOf([digestOf(tarOf(BASE))])), OCI_CONFIG), [
        layer,
      ]);
    },
    code: 'corrupt',
    words: 'compressed data is wrong',
  },
  'a layer of zeros without end': {
    lay: (registry) => layOf(registry, new Uint8Array(4_000_000)),
    code: 'corrupt',
    words: 'when it is unpacked, which no layer does',
  },
  'a layer of zeros without end, packed otherwise': {
    lay: (registry) => layOf(registry, new Uint8Array(4_000_000), zstdCompressSync, OCI_LAYER_ZSTD),
    code: 'corrupt',
    words: 'when it is unpacked, which no layer does',
  },
  'a layer with a link to a file outside': {
    lay: (registry) => layOf(registry, hardLink('../../etc/passwd')),
    code: 'corrupt',
    words: 'leads out of the layer',
  },
  'a layer with a link to a file of this computer': {
    lay: (registry) => layOf(registry, hardLink('/etc/passwd')),
    code: 'corrupt',
    words: 'which is no file before it',
  },
  'a layer whose files lead out of it': {
    lay: (registry) => layOf(registry, tarOf({ '../../etc/passwd': 'root' })),
    code: 'corrupt',
    words: 'leads out of the layer',
  },
  'a layer that is no archive': {
    lay: (registry) => layOf(registry, new Uint8Array(2000).fill(65)),
    code: 'corrupt',
    words: 'its tar archive is wrong',
  },
  'a kind of layer that nobody knows': {
    lay: (registry) => {
      const { config, layer } = lay(registry);
      registry.manifest('team/web:1', config, [
        { ...layer, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip+encrypted' },
      ]);
    },
    code: 'not-supported',
    words: 'has a layer of the kind application/vnd.oci.image.layer.v1.tar+gzip+encrypted',
  },
  'a thing that is no image': {
    lay: (registry) => {
      const { config, layer } = lay(registry);
      registry.manifest('team/web:1', { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' }, [layer]);
    },
    code: 'not-supported',
    words: 'is of no container image',
  },
  "docker's first schema": {
    lay: (registry) =>
      registry.document(
        'team/web:1',
        { schemaVersion: 1 },
        'application/vnd.docker.distribution.manifest.v1+prettyjws',
      ),
    code: 'not-supported',
    words: "docker's first schema",
  },
  'an index that is an image as well': {
    lay: (registry) => {
      const { config, layer } = lay(registry);
      registry.document('team/web:1', { schemaVersion: 2, config, layers: [layer], manifests: [] }, OCI_MANIFEST);
    },
    code: 'corrupt',
    words: 'is an index and an image at once',
  },
  'another kind in the header than in the manifest': {
    lay: (registry) => {
      lay(registry);
      registry.manifests.get('team/web:1')!.mediaType = OCI_INDEX;
    },
    code: 'corrupt',
    words: 'and was given as',
  },
  'an index of ten thousand': {
    lay: (registry) => {
      const { manifest } = lay(registry);
      registry.index(
        'team/web:1',
        Array.from({ length: 10_000 }, () => ({ ...manifest, platform: RISCV })),
      );
    },
    code: 'corrupt',
    words: 'wrong at manifests',
  },
  'indexes within indexes': {
    lay: (registry) => {
      let { manifest } = lay(registry);
      for (let depth = 0; depth < 5; depth++)
        manifest = registry.index('team/web:1', [{ ...manifest, platform: RISCV }]);
    },
    code: 'corrupt',
    words: 'indexes within indexes',
  },
  'another manifest than the index says': {
    lay: (registry) => {
      const { manifest } = lay(registry);
      const wrong = { ...manifest, digest: digestOf('other'), platform: RISCV };
      registry.manifests.set(`team/web@${wrong.digest}`, registry.manifests.get('team/web:1')!);
      registry.index('team/web:1', [wrong]);
    },
    code: 'corrupt',
    words: 'is not what its digest says',
  },
  'no JSON': {
    lay: (registry) => registry.manifests.set('team/web:1', text('<html>')),
    code: 'corrupt',
    words: 'is not JSON',
  },
  'no object': {
    lay: (registry) => registry.manifests.set('team/web:1', text('[1]')),
    code: 'corrupt',
    words: 'not a JSON object',
  },
  'nothing at all': { lay: () => undefined, code: 'not-found', words: 'has no image team/web:1: manifest unknown' },
  'a circle of redirects': {
    lay: (registry) => {
      registry.lie = (_, url) => ({ status: 307, headers: { location: `${url.pathname}?again` } });
    },
    code: 'network',
    words: 'redirects in a circle',
  },
  'a way out of the encryption': {
    lay: (registry) => (registry.lie = () => ({ status: 307, headers: { location: 'http://elsewhere.example.org/' } })),
    code: 'network',
    words: 'leads to a place that is not allowed: http://elsewhere.example.org',
  },
  'a way into this computer': {
    lay: (registry) => (registry.lie = () => ({ status: 307, headers: { location: 'https://127.0.0.1:8080/' } })),
    code: 'network',
    words: 'leads to a place that is not allowed',
  },
  'an error': { lay: (registry) => (registry.lie = () => ({ status: 500 })), code: 'network', words: 'answered 500' },
  'that it has had enough for a while': {
    lay: (registry) => (registry.lie = () => ({ status: 429, headers: { 'retry-after': '30' } })),
    code: 'unavailable',
    words: 'fewer requests, and none for 30 s',
  },
  'that it is busy until who knows when': {
    lay: (registry) => {
      const body = '{"errors":[{"message":"maintenance"}]}';
      registry.lie = () => ({ status: 503, headers: { 'retry-after': '9'.repeat(400) }, body });
    },
    code: 'unavailable',
    words: 'is too busy to answer: maintenance',
  },
  'that it has had enough': {
    lay: (registry) => (registry.lie = () => ({ status: 429 })),
    code: 'unavailable',
    words: 'fewer requests',
  },
};

describe('a registry that says', () => {
  test.each(Object.entries(LIES))(
    '%s is refused, and nothing is left behind',
    async (_, { lay: prepare, code, words }) => {
      const { registry, made, room } = await bench({ harmlessBytes: 1_000_000 });
      prepare(registry);
      const failure = await room.pull(NAME, made.work).catch((error: unknown) => error);
      expect(failure).toMatchObject({ name: 'AppError', code, doing: `pull image ${NAME}` });
      expect(String(failure)).toContain(words);
      expect(made.storage.openSinks).toBe(0);
      expect(room.list()).toEqual([]);
      // Only what a broken connection may be gone on with.
      if (code !== 'network') expect(made.paths()).toEqual([]);
      await room.prune(() => true);
      expect(made.paths()).toEqual([]);
    },
  );

  test('nothing for a long time, byte by byte, is given up', async () => {
    const { registry, made, room } = await bench();
    const { layer } = lay(registry);
    async function* slow() {
      for (;;) {
        made.now += 20_000;
        yield await Promise.resolve(new Uint8Array(1));
      }
    }
    registry.lie = (_, url) => (url.pathname.endsWith(layer.digest) ? { body: slow() } : undefined);
    await expect(room.pull(NAME, made.work)).rejects.toMatchObject({ code: 'timeout' });
    registry.lie = (_, url) => (url.pathname.includes('/manifests/') ? { body: slow() } : undefined);
    await expect(room.pull(NAME, made.work)).rejects.toMatchObject({ code: 'timeout' });
  });

  test('that a layer needs more room than the disk has, is not even begun', async () => {
    const { registry, made, room } = await bench();
    const { config, layer } = lay(registry);
    registry.manifest('team/web:1', config, [{ ...layer, size: 1e12 }]);
    made.storage.free = 1e9;
    await expect(room.pull(NAME, made.work)).rejects.toMatchObject({ code: 'disk-full' });
    expect(registry.asked(layer.digest)).toEqual([]);
    expect(made.paths()).toEqual([]);
  });
});

describe('whatever a registry says as a manifest', () => {
  test('gives an image or a failure', async () => {
    const { registry, made, room } = await bench();
    lay(registry);
    const honest = registry.manifests.get('team/web:1')!.bytes;
    let state = 20_261_123;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let round = 0; round < 400; round++) {
      const bytes = honest.slice();
      for (let changes = random(4); changes >= 0; changes--) bytes[random(bytes.length)] = 32 + random(95);
      registry.manifests.set('team/web:1', { bytes, mediaType: OCI_MANIFEST });
      await room.pull(NAME, made.work).catch((error: unknown) => expect(error).toBeInstanceOf(AppError));
    }
    await room.prune(() => false);
    expect(made.paths().filter((path) => path !== 'images.json')).toEqual([]);
  });
});

function lay(registry: FakeRegistry) {
  const layer = registry.put(packed(tarOf(BASE)), OCI_LAYER_GZIP);
  const config = registry.put(JSON.stringify(configOf([digestOf(tarOf(BASE))])), OCI_CONFIG);
  return { layer, config, manifest: registry.manifest('team/web:1', config, [layer]) };
}

function layOf(registry: FakeRegistry, archive: Uint8Array, pack = packed, mediaType = OCI_LAYER_GZIP): void {
  const layer = registry.put(pack(archive), mediaType);
  const config = registry.put(JSON.stringify(configOf([digestOf(archive)])), OCI_CONFIG);
  registry.manifest('team/web:1', config, [layer]);
}

function hardLink(target: string): Uint8Array {
  const entry = { path: 'link', target, owner: 0, group: 0, modifiedAt: 1, mode: 0o644, sizeBytes: 0 };
  return joinBytes([tarHeader({ ...entry, type: 'hard-link' }), tarEnd()]);
}

/** The same length, other bytes. */
function pad(registry: FakeRegistry, digest: string, size: number, bytes = registry.blobs.get(digest)!): void {
  const all = new Uint8Array(size);
  all.set(bytes.subarray(0, size));
  registry.blobs.set(digest, all);
}

function text(content: string) {
  return { bytes: new TextEncoder().encode(content), mediaType: OCI_MANIFEST };
}

async function* endless() {
  for (;;) yield await Promise.resolve(new Uint8Array(10_000));
}
