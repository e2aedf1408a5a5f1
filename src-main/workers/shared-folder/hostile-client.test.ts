import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LAYER_ARCHIVE, LAYER_INDEX } from '../../../src-core/containers/layer-tree/file-names.ts';
import { indexArchive } from '../../../src-core/containers/layer-tree/index-archive.ts';
import { encodeIndex } from '../../../src-core/containers/layer-tree/layer-index.ts';
import { LayersFolder } from '../../../src-core/containers/layer-tree/layers-folder.ts';
import { seededRandom, type Random } from '../../../src-core/machine/devices/testing/random.ts';
import { FUSE, FuseClient, type Answer } from '../../../src-core/machine/devices/virtio/fs/testing/fuse-client.ts';
import type { SharedFolder } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';
import { sourceOf } from '../../../src-core/images/formats/byte-source.ts';
import { FolderLayerStorage } from '../layer-storage.ts';
import { HostFolder } from './host-folder.ts';
import { LinuxGround } from './linux-ground.ts';
import { PortableGround } from './portable-ground.ts';
import { hostileRequest } from './testing/hostile-requests.ts';
import { describeTree, MARKER, TrappedFolder } from './testing/trapped-folder.ts';

/**
 * A guest that does anything to its shared folder, while another process of the host swaps directories in it for links
 * to the outside. INNKEEPER_SHARE_OPERATIONS says how often; a million was asked for once.
 */
const OPERATIONS = Number(process.env['INNKEEPER_SHARE_OPERATIONS'] ?? 10_000);
const CHECK_EVERY = 5000;
const MOST_KNOWN = 64;

let trapped: TrappedFolder;

beforeEach(() => (trapped = new TrappedFolder()));

afterEach(async () => {
  await trapped.stopSwapping();
  trapped.remove();
});

/** The guest: what it knows, and what it must never see. */
class HostileClient {
  readonly client: FuseClient;
  readonly #random: Random;
  readonly #forbidden: ReadonlySet<bigint>;
  readonly #within: string | undefined;
  #nodes = [1n];
  #handles = [1n];
  /** How often each error, or none, was the answer. */
  readonly answers = new Map<number, number>();

  constructor(client: FuseClient, random: Random, forbidden: ReadonlySet<bigint>, within?: string) {
    this.client = client;
    this.#random = random;
    this.#forbidden = forbidden;
    this.#within = within;
    this.#know();
  }

  operate(): void {
    const random = this.#random;
    const { opcode, node, parts } = hostileRequest(random, { nodes: this.#nodes, handles: this.#handles });
    if (opcode === FUSE.forget || opcode === FUSE.batchForget) this.client.tell(opcode, node, parts);
    else if (random(500) === 0) this.#sendNoise();
    else this.#see(opcode, this.client.ask(opcode, node, parts, random(16) === 0 ? random(200) : 5000));
    if (this.client.driver.needsReset || random(20_000) === 0) this.begin();
  }

  begin(): void {
    this.client.restart();
    this.#nodes = [1n];
    this.#handles = [1n];
    this.#know();
  }

  #know(): void {
    if (this.#within !== undefined) this.#nodes.push(this.client.walk(this.#within));
  }

  #sendNoise(): void {
    const random = this.#random;
    const noise = Uint8Array.from({ length: 1 + random(300) }, () => random(256));
    // Often the length is right, so that more than that is looked at.
    if (noise.length >= 40 && random(4) !== 0) new DataView(noise.buffer).setUint32(0, noise.length, true);
    if (noise.length >= 40 && random(2) === 0) new DataView(noise.buffer).setUint32(4, random(60), true);
    this.client.send(noise, random(3) === 0 ? 0 : random(5000), random(2));
  }

  #see(opcode: number, { error, bytes, view }: Answer): void {
    this.answers.set(error, (this.answers.get(error) ?? 0) + 1);
    // Where a link leads is no secret: it is what the guest itself would follow.
    if (opcode !== FUSE.readlink && Buffer.from(bytes).includes(MARKER)) expect.fail(`it saw the outside by ${opcode}`);
    if (error !== 0) return;
    const isEntry = bytes.length === 128 || bytes.length === 144;
    if (isEntry && this.#forbidden.has(view.getBigUint64(40, true))) expect.fail(`it found the outside by ${opcode}`);
    if (isEntry) remember(this.#nodes, view.getBigUint64(0, true), this.#random);
    if (bytes.length === 144) remember(this.#handles, view.getBigUint64(128, true), this.#random);
    if (opcode === FUSE.open || opcode === FUSE.opendir)
      remember(this.#handles, view.getBigUint64(0, true), this.#random);
  }
}

function remember(known: bigint[], value: bigint, random: Random): void {
  if (known.length < MOST_KNOWN) known.push(value);
  else known[1 + random(MOST_KNOWN - 1)] = value;
}

async function attack(Ground: typeof LinuxGround | typeof PortableGround, readOnly: boolean): Promise<HostileClient> {
  const folder = new HostFolder((confirm) => new Ground(trapped.share, confirm), readOnly);
  const hostile = await attackFolder(folder);
  expect(hostile.client.lookup(1, 'abs')).not.toBe(undefined);
  folder.close();
  return hostile;
}

/** @param within a directory that it knows from the beginning, beside the root */
async function attackFolder(folder: SharedFolder, within?: string): Promise<HostileClient> {
  const client = new FuseClient(folder);
  client.init();
  const hostile = new HostileClient(client, seededRandom(20_261_122), trapped.outsideInodes, within);
  for (let operation = 1; operation <= OPERATIONS; operation++) {
    hostile.operate();
    if (operation % CHECK_EVERY !== 0) continue;
    if (!trapped.isOutsideUntouched) expect.fail(`the outside has changed after ${operation} operations`);
    if (!client.memory.guardsIntact) expect.fail('it reached beside the memory');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await trapped.stopSwapping();
  hostile.begin();
  expect(client.driver.needsReset).toBe(false);
  expect(trapped.isOutsideUntouched).toBe(true);
  return hostile;
}

/** That all sorts of things were answered: the attack reached what it was meant for. */
function expectVariety({ answers }: HostileClient): void {
  const [done = 0, all] = [answers.get(0), [...answers.values()].reduce((sum, count) => sum + count, 0)];
  expect(done / all).toBeGreaterThan(0.05);
  expect(answers.size).toBeGreaterThan(8);
  // EINVAL, ENOTDIR, ENOENT, ESTALE.
  for (const error of [-22, -20, -2, -116]) expect(answers.get(error)).toBeGreaterThan(0);
}

const time = 60_000 + OPERATIONS;

test.runIf(process.platform === 'linux')(
  `a hostile guest stays in its folder, while links take the place of directories, over ${OPERATIONS} operations`,
  async () => {
    const open = readdirSync('/proc/self/fd').length;
    await trapped.startSwapping();
    expectVariety(await attack(LinuxGround, false));
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(open);
  },
  time,
);

test(
  'a hostile guest stays in its folder where paths are all that a system has',
  async () => {
    expectVariety(await attack(PortableGround, false));
  },
  time,
);

test(
  'a hostile guest changes nothing in a folder that it can only read',
  async () => {
    const before = describeTree(trapped.share);
    const hostile = await attack(process.platform === 'linux' ? LinuxGround : PortableGround, true);
    expect(describeTree(trapped.share)).toBe(before);
    expect(hostile.answers.get(-30)).toBeGreaterThan(OPERATIONS / 10);
  },
  time,
);

test(
  'a hostile guest finds among layers what is in them, and nothing else',
  async () => {
    const packing = pack();
    // Names that the attack knows; a link leads to the outside, as it does in any archive.
    for (const name of ['a/b/c', 'a/secret', 'b', 'd/a/e']) packing.entry({ name }, name.repeat(500));
    packing.entry({ name: 'c', type: 'symlink', linkname: '../../outside/secret' });
    packing.entry({ name: 'e', pax: { 'SCHILY.xattr.user.a': 'b' } }, 'e');
    packing.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of packing) chunks.push(chunk as Buffer);
    const archive = Buffer.concat(chunks);
    const layer = join(trapped.share, 'a'.repeat(64));
    mkdirSync(layer);
    writeFileSync(join(layer, LAYER_ARCHIVE), archive);
    writeFileSync(join(layer, LAYER_INDEX), encodeIndex(await indexArchive(sourceOf(archive), 'layer a')));
    const storage = new FolderLayerStorage(trapped.share);
    const folder = new LayersFolder(storage);
    const before = describeTree(trapped.share);
    const { client, answers } = await attackFolder(folder, 'a'.repeat(64));
    expect(describeTree(trapped.share)).toBe(before);
    expect(Buffer.from(client.ask(FUSE.readlink, client.walk(`${'a'.repeat(64)}/c`), []).bytes).toString()).toBe(
      '../../outside/secret',
    );
    expect(client.ask(FUSE.getxattr, client.walk(`${'a'.repeat(64)}/e`), [9, 0, 'user.a']).bytes).toEqual(
      Uint8Array.of(0x62),
    );
    // EROFS, ENODATA, ENOENT, ENOTDIR, ESTALE, EINVAL; and what was done.
    for (const error of [-30, -61, -2, -20, -116, -22, 0])
      expect(answers.get(error), String(error)).toBeGreaterThan(20);
    expect(folder.save()).toEqual({ layers: ['a'.repeat(64)] });
    storage.close();
  },
  time,
);
