import { describe, expect, test } from 'vitest';
import { FakeRegistry, REGISTRY } from '../testing/fake-registry.ts';
import { ImageBench, digestOf, packed, tarOf } from '../testing/image-bench.ts';

const BASE = { 'bin/': '', 'bin/sh': 'shell' };

async function bench() {
  const registry = new FakeRegistry();
  const made = new ImageBench(registry);
  return { registry, made, room: await made.open() };
}

describe('a push', () => {
  test('packs layers that were made here, once, and sends what the registry lacks', async () => {
    const { registry, made, room } = await bench();
    const base = await made.layer(room, BASE);
    const image = await room.addImage(made.made([base, await made.layer(room, { own: '1' })]), ['web:1']);
    await room.push('web:1', `${REGISTRY}/team/web:1`, made.work);
    expect(registry.asked('PUT').map((each) => each.includes('/manifests/1'))).toEqual([false, false, false, true]);
    const packedImage = room.get('web:1', 'look');
    expect(packedImage.id).toBe(image.id);
    expect(packedImage.layers.map(({ packed: how }) => registry.blobs.has(how?.digest ?? ''))).toEqual([true, true]);
    registry.requests.splice(0);
    const blobs = made.paths().filter((path) => path.startsWith('blobs/'));
    await room.push('web:1', `${REGISTRY}/team/web:2`, made.work);
    expect(registry.asked('PUT')).toHaveLength(1);
    expect(made.paths().filter((path) => path.startsWith('blobs/'))).toEqual(blobs);
    const other = await new ImageBench(registry).open();
    const pulled = await other.pull(`${REGISTRY}/team/web:2`, made.work);
    expect([pulled.id, pulled.digest]).toEqual([image.id, packedImage.digest]);
  });

  test('packs the same layer into the same bytes everywhere', async () => {
    const digests = await Promise.all(
      [1, 2].map(async () => {
        const { made, room } = await bench();
        await room.addImage(made.made([await made.layer(room, BASE)]), ['a']);
        await room.push('a', `${REGISTRY}/a`, made.work);
        return room.get('a', 'look').digest;
      }),
    );
    expect(digests[0]).toBe(digests[1]);
  });

  test('of what came from a registry keeps its manifest, byte for byte', async () => {
    const { registry, made, room } = await bench();
    const { digest } = registry.image('team/web:1', [BASE]);
    await room.pull(`${REGISTRY}/team/web:1`, made.work);
    registry.blobs.clear();
    await room.push(`${REGISTRY}/team/web:1`, `${REGISTRY}/team/web:again`, made.work);
    expect(registry.blobs.size).toBe(2);
    const kept = registry.manifests.get('team/web:again');
    expect(kept && digestOf(kept.bytes)).toBe(digest);
  });

  test('mounts what another repository of the same registry has', async () => {
    const { registry, made, room } = await bench();
    registry.image('team/base:1', [BASE]);
    const image = await room.pull(`${REGISTRY}/team/base:1`, made.work);
    registry.lie = ({ method }, url) =>
      method === 'HEAD' && url.pathname.includes('/other/') ? { status: 404 } : undefined;
    await room.push(image.id, `${REGISTRY}/other/web:1`, made.work);
    expect(registry.asked('mount=')).toHaveLength(2);
    expect(registry.asked(`from=${encodeURIComponent('team/base')}`)).toHaveLength(2);
    expect(registry.asked('PUT')).toHaveLength(1);
  });

  test('sends no password to where an upload is sent elsewhere', async () => {
    const { registry, made, room } = await bench();
    registry.auth = 'basic';
    await room.login(REGISTRY, 'me', 'secret');
    await room.addImage(made.made([await made.layer(room, BASE)]), ['a']);
    registry.lie = ({ method }, url) =>
      method === 'POST'
        ? { status: 202, headers: { location: `https://storage.example.org${url.pathname}x` } }
        : undefined;
    await room.push('a', `${REGISTRY}/a`, made.work);
    const elsewhere = registry.requests.filter(({ url }) => url.includes('storage.example.org'));
    expect(elsewhere).toHaveLength(2);
    expect(elsewhere.map(({ headers }) => headers['authorization'])).toEqual([undefined, undefined]);
  });

  test('of an image that is not here, to a digest, or with a registry that keeps something else, fails', async () => {
    const { registry, made, room } = await bench();
    await expect(room.push('none', `${REGISTRY}/a`, made.work)).rejects.toMatchObject({ code: 'not-found' });
    await room.addImage(made.made([await made.layer(room, BASE)]), ['a']);
    const digest = digestOf('x');
    await expect(room.push('a', `${REGISTRY}/a@${digest}`, made.work)).rejects.toMatchObject({ code: 'invalid-input' });
    registry.lie = ({ method }, url) =>
      method === 'PUT' && url.pathname.includes('/manifests/')
        ? { status: 201, headers: { 'docker-content-digest': digest } }
        : undefined;
    await expect(room.push('a', `${REGISTRY}/a`, made.work)).rejects.toThrow('keeps another manifest than was sent');
    registry.lie = ({ method }) => (method === 'PUT' ? { status: 403 } : undefined);
    await expect(room.push('a', `${REGISTRY}/b`, made.work)).rejects.toMatchObject({ code: 'denied' });
  });

  test('may leave out a blob that is not here when the registry has it', async () => {
    const { registry, made, room } = await bench();
    registry.image('team/web:1', [BASE]);
    // Here it is, made by ourselves, and never packed.
    await made.layer(room, BASE);
    const { digest } = await room.pull(`${REGISTRY}/team/web:1`, made.work);
    expect(registry.asked(`GET https://${REGISTRY}/v2/team/web/blobs/${digestOf(packed(tarOf(BASE)))}`)).toEqual([]);
    await room.push(`${REGISTRY}/team/web:1`, `${REGISTRY}/team/web:2`, made.work);
    expect(room.get(`${REGISTRY}/team/web:1`, 'look').digest).toBe(digest);
    registry.blobs.clear();
    await room.push(`${REGISTRY}/team/web:1`, `${REGISTRY}/team/web:3`, made.work);
    expect(room.get(`${REGISTRY}/team/web:1`, 'look').digest).not.toBe(digest);
  });
});
