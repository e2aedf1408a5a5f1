import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seededRandom, type Random } from '../../../src-core/machine/devices/testing/random.ts';
import { FUSE, FuseClient, type Answer } from '../../../src-core/machine/devices/virtio/fs/testing/fuse-client.ts';
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
  #nodes = [1n];
  #handles = [1n];
  /** How often each error, or none, was the answer. */
  readonly answers = new Map<number, number>();

  constructor(client: FuseClient, random: Random, forbidden: ReadonlySet<bigint>) {
    this.client = client;
    this.#random = random;
    this.#forbidden = forbidden;
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
  const client = new FuseClient(folder);
  client.init();
  const hostile = new HostileClient(client, seededRandom(20_261_122), trapped.outsideInodes);
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
  expect(client.lookup(1, 'abs')).not.toBe(undefined);
  expect(trapped.isOutsideUntouched).toBe(true);
  folder.close();
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
