import { describe, expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { Random } from '../../disks/testing/random.ts';
import { imageDocumentSchema } from '../../images/image.ts';
import { machineDefinitionSchema } from '../store/definition.ts';
import { snapshotSchema } from '../snapshots/snapshot.ts';
import { checkLinks, planImport, type ImportPlace, type ImportPlan } from './import-plan.ts';
import { decodeManifest, encodeManifest, type MachineFile, type Member } from './manifest.ts';

const DOING = 'import machine web';
const layer = (digit: string): string => digit.repeat(16);
const member = (path: string, sizeBytes = 10): Member => ({ path, sizeBytes, sha256: 'a'.repeat(64) });
const disk = (digit: string, slot: number): object => ({
  ...{ slot, path: `${layer(digit)}.qcow2`, readOnly: false, format: 'qcow2', own: true },
});
const share = { slot: 2, hostDirectory: '/', guestDirectory: '/mnt/work', readOnly: false };

const definition = machineDefinitionSchema.parse({
  ...{ version: 2, id: layer('0'), name: 'old', createdAt: 1, source: { kind: 'image', image: 'base' } },
  ...{ processors: 2, memoryBytes: 2 ** 28, disks: [disk('3', 0), disk('4', 1)], shares: [share] },
  ...{ resume: { memory: layer('6'), renewed: false }, currentSnapshot: layer('9') },
});
const hardware = { processors: 2, memoryBytes: 2 ** 28, memoryTarget: null, bootOrder: [], shares: [share] };
const common = { version: 1, note: '', createdAt: 2, screen: null };
const snapshots = [
  snapshotSchema.parse({
    ...{ ...common, id: layer('8'), name: 'first', parent: null, memory: null },
    hardware: { ...hardware, disks: [disk('1', 0)] },
  }),
  snapshotSchema.parse({
    ...{ ...common, id: layer('9'), name: 'second', parent: layer('8'), memory: layer('5') },
    hardware: { ...hardware, disks: [disk('2', 0)] },
  }),
];
const image = imageDocumentSchema.parse({
  ...{ version: 2, name: 'base', title: '', contents: '', createdAt: 1, packages: [] },
  boot: { kind: 'disk', commandLine: null },
  disk: { file: 'disk.qcow2', sizeBytes: 10, sha256: 'a'.repeat(64), virtualBytes: 4096, format: 'qcow2' },
  ...{ defaults: { processors: 1, memoryBytes: 1 }, minimumMemoryBytes: 1 },
});
const whole: MachineFile = {
  ...{ definition, snapshots, image, networks: [{ id: layer('c'), name: 'lab' }] },
  members: [
    member('console'),
    member(`snapshots/${layer('9')}/console`),
    member('image/disk.qcow2'),
    ...['1', '2', '3', '4'].map((digit) => member(`disks/${layer(digit)}.qcow2`)),
    ...['5', '6'].map((digit) => member(`memory/${layer(digit)}.state`)),
  ],
};

function place(more: Partial<ImportPlace> = {}): ImportPlace {
  let layers = 0;
  return {
    ...{ id: layer('f'), name: 'web', createdAt: 99, image: 'base-2', isCopy: false },
    newLayer: () => (0xa000 + ++layers).toString(16).padStart(16, '0'),
    sourcePath: (file) => `/data/machines/new/boot/${file}`,
    emptyFolder: (slot) => `/data/machines/new/shared-${slot}`,
    networkFor: (network) => (network === 'lab' ? layer('d') : layer('e')),
    isMacTaken: (mac) => mac === '52:54:00:00:00:07',
    newMac: () => '52:54:00:ff:ff:ff',
    ...more,
  };
}

const plan = (file: MachineFile, more: Partial<ImportPlace> = {}): ImportPlan => planImport(file, place(more), DOING);
const refusal = (change: Partial<MachineFile>): string => {
  try {
    plan({ ...whole, ...change });
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.because}`;
    throw error;
  }
  return 'planned';
};

describe('a machine that comes from elsewhere', () => {
  test('is the same after it was written down and read', () => {
    const read = decodeManifest(encodeManifest(whole, 'test', 5), DOING);
    expect(read).toEqual(whole);
  });

  test('gets new names for everything, everywhere', () => {
    const { definition: made, snapshots: tree, disks, memory } = plan(whole);
    expect(made).toMatchObject({ id: layer('f'), name: 'web', source: { kind: 'image', image: 'base-2' } });
    expect(made.disks.map(({ path }) => path)).toEqual(['3', '4'].map((digit) => `${disks.get(layer(digit))}.qcow2`));
    expect(made.resume).toEqual({ memory: memory.get(layer('6')), renewed: false });
    expect(tree.map(({ memory: saved }) => saved)).toEqual([null, memory.get(layer('5'))]);
    expect(tree[1]?.parent).toBe(layer('8'));
    const text = JSON.stringify([made, tree]);
    for (const old of ['1', '2', '3', '4', '5', '6']) expect(text).not.toContain(layer(old));
  });

  test('sees no folder of this computer: an empty one where it has to have one, and none else', () => {
    const { definition: made, snapshots: tree } = plan(whole);
    expect(made.shares).toEqual([{ ...share, hostDirectory: '/data/machines/new/shared-2' }]);
    expect(tree[0]?.hardware.shares).toEqual([]);
    expect(tree[1]?.hardware.shares).toHaveLength(1);
    expect(plan({ ...whole, definition: { ...definition, resume: null } }).definition.shares).toEqual([]);
  });

  test('needs an identity of its own where the one that it was is too', () => {
    expect(plan(whole).definition.newIdentity).toBe(false);
    const { definition: made, snapshots: tree } = plan(whole, { isCopy: true });
    expect(made).toMatchObject({ newIdentity: true, resume: { renewed: true } });
    expect(tree.map(({ renewed }) => renewed)).toEqual([false, true]);
  });

  test('brings what it boots', () => {
    const source = { kind: 'files', kernel: 'kernel', initrd: 'initrd', commandLine: 'quiet' } as const;
    const files = { definition: { ...definition, source }, image: null };
    const members = whole.members.filter(({ path }) => !path.startsWith('image/'));
    const both = [...members, member('source/kernel'), member('source/initrd')];
    expect(plan({ ...whole, ...files, members: both }).definition.source).toEqual({
      ...{ kind: 'files', kernel: '/data/machines/new/boot/kernel', initrd: '/data/machines/new/boot/initrd' },
      commandLine: 'quiet',
    });
    expect(refusal({ ...files, members: [...members, member('source/kernel')] })).toMatch('source/initrd is missing');
  });

  test('is refused where its parts do not fit together', () => {
    const { members } = whole;
    const without = (part: string): Member[] => members.filter(({ path }) => !path.includes(part));
    expect(refusal({ members: without(layer('3')) })).toMatch(/^corrupt: .*is missing/);
    expect(refusal({ members: without(layer('5')) })).toMatch(/^corrupt: .*the memory .* is missing/);
    expect(refusal({ members: without('image/') })).toMatch(/^corrupt: .*image\/disk.qcow2 is missing/);
    expect(refusal({ members: [...members, member('console')] })).toMatch('is in it twice');
    expect(refusal({ members: [...members, member('disks/else')] })).toMatch('nobody needs disks/else');
    expect(refusal({ members: [...members, member('image/more')] })).toMatch('nobody needs image/more');
    expect(refusal({ image: null, members: without('image/') })).toMatch('planned');
    const [first] = definition.disks;
    const disks = (all: typeof definition.disks): Partial<MachineFile> => ({
      definition: { ...definition, disks: all },
    });
    if (!first) return expect.unreachable('it has disks');
    expect(refusal(disks([first, { ...first, slot: 3 }]))).toMatch('two disks are the same');
    expect(refusal(disks([first, { ...first, path: `${layer('4')}.qcow2` }]))).toMatch('the same place');
    expect(refusal(disks([{ ...first, path: `${layer('2')}.qcow2` }]))).toMatch('two disks are the same');
    expect(refusal(disks([{ ...first, own: false, path: '/etc/passwd' }]))).toMatch('/etc/passwd is missing');
    expect(refusal({ definition: { ...definition, processors: 99 } })).toMatch('its processors');
    const [one] = snapshots;
    if (one) expect(refusal({ snapshots: [...snapshots, one] })).toMatch('two snapshots are the same');
  });

  test('has layers that end somewhere, on nothing that is still written', () => {
    const { definition: made, disks } = plan(whole);
    const named = (digit: string): string => disks.get(layer(digit)) ?? '';
    const check = (links: readonly (readonly [string, string | null])[]): void =>
      checkLinks({ definition: made }, new Map(links), DOING);
    check([
      [named('3'), named('2')],
      [named('2'), named('1')],
      [named('1'), null],
      [named('4'), null],
    ]);
    expect(() => check([[named('2'), named('2')]])).toThrow('built on itself');
    expect(() =>
      check([
        [named('2'), named('1')],
        [named('1'), named('2')],
      ]),
    ).toThrow('built on itself');
    expect(() => check([[named('2'), named('3')]])).toThrow('built on one that is written');
  });
});

test('10,000 damaged manifests are planned or refused, and none names anything of this computer', () => {
  const text = new TextDecoder().decode(encodeManifest(whole, 'test', 5));
  const random = new Random(16);
  const pieces = [
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    'null',
    'true',
    '0',
    '-1',
    '1e99',
    '..',
    '/',
    '\\u0000',
    layer('3'),
    '__proto__',
  ];
  const digits = Array.from('0123456789abcdef');
  let planned = 0;
  for (let count = 0; count < 10_000; count++) {
    let changed = text;
    for (let change = 1 + random.below(2); change > 0; change--) {
      const at = random.below(changed.length);
      const gone = random.below(3) === 0 ? random.below(40) : 1;
      changed = changed.slice(0, at) + random.pick(count % 2 === 0 ? pieces : digits) + changed.slice(at + gone);
    }
    try {
      const made = plan(decodeManifest(new TextEncoder().encode(changed), DOING));
      planned++;
      const paths = [made.definition, ...made.snapshots.map(({ hardware: each }) => each)].flatMap(
        ({ disks, shares }) => [...disks.map(({ path }) => path), ...shares.map(({ hostDirectory }) => hostDirectory)],
      );
      for (const path of paths) expect(path).toMatch(/^(?:[0-9a-f]{16}\.qcow2|\/data\/machines\/new\/shared-\d)$/);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(['corrupt', 'not-supported']).toContain(error.code);
    }
  }
  expect(planned).toBeGreaterThan(500);
  expect(planned).toBeLessThan(9000);
});
