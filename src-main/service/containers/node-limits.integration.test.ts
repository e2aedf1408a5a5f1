import { afterAll, beforeAll, expect, test } from 'vitest';
import { NodeBench, untilUp } from './testing/node-bench.ts';

/** Containers that want all there is: the others and the node go on. */
const MIB = 1024 * 1024;
const NONE = { memoryBytes: null, cpus: null, pids: 2048, diskBytes: null };
/** Fills memory: the shell's variable doubles. */
const HOG = 'x=0123456789abcdef; while :; do x=$x$x; done';

let bench: NodeBench;
let other: Awaited<ReturnType<NodeBench['start']>>;
beforeAll(async () => {
  bench = await NodeBench.open(256 * MIB);
  other = await bench.start('echo up; n=0; while :; do n=$((n + 1)); echo $n >/count; sleep 0.1; done');
  await untilUp(other.session);
});
afterAll(() => bench.close());

/** The other container works, and so does the node. */
async function allIsWell(): Promise<void> {
  const count = async (): Promise<number> => Number((await bench.exec(other.id, 'cat /count')).stdout);
  const before = await count();
  await bench.onNode('sleep 0.5');
  expect(await count()).toBeGreaterThan(before);
  expect((await bench.once('echo fine')).stdout).toBe('fine\n');
}

test('one that needs more memory than its limit is ended, and that is told', async () => {
  const { status, outOfMemory } = await bench.once(HOG, { limits: { ...NONE, memoryBytes: 16 * MIB } });
  expect({ status, outOfMemory }).toEqual({ status: 137, outOfMemory: true });
  await allIsWell();
});

test('one without a limit cannot take what the node itself needs', async () => {
  const { status, outOfMemory } = await bench.once(HOG);
  expect({ status, outOfMemory }).toEqual({ status: 137, outOfMemory: true });
  const kernel = (await bench.onNode('dmesg | grep -c "Out of memory" ')).stdout.trim();
  // The kernel's word for a machine, not a cgroup, that has no memory left.
  expect(kernel).toBe('0');
  await allIsWell();
});

test('files in its memory count as its memory', async () => {
  const script =
    'dd if=/dev/zero of=/dev/shm/a bs=64k count=600 2>/dev/null; dd if=/dev/zero of=/dev/shm/b bs=64k count=600';
  const { status, outOfMemory } = await bench.once(script, { limits: { ...NONE, memoryBytes: 16 * MIB } });
  expect({ status, outOfMemory }).toEqual({ status: 137, outOfMemory: true });
  await allIsWell();
});

test('a fork bomb stays within its limit', async () => {
  const bomb = await bench.start('echo up; f() { f | f & }; while :; do f; done 2>/dev/null', {
    limits: { ...NONE, pids: 100 },
  });
  await untilUp(bomb.session);
  await bench.onNode('sleep 3');
  const { containers } = await bench.runtime.measure();
  expect(containers.find(({ id }) => id === bomb.id)?.pids).toBeLessThanOrEqual(100);
  await allIsWell();
  await bench.stop(bomb);
});

test('a fork bomb without a limit of its own leaves processes to the others', async () => {
  const bomb = await bench.start('echo up; f() { f | f & }; while :; do f; done 2>/dev/null', {
    limits: { ...NONE, pids: null },
  });
  await untilUp(bomb.session);
  await bench.onNode('sleep 5');
  expect((await bench.exec(other.id, 'echo alive')).stdout).toBe('alive\n');
  expect((await bench.onNode('echo alive')).stdout).toBe('alive\n');
  await bench.stop(bomb);
  await allIsWell();
});

test('one that fills its part of the disk gets no more, and others do', async () => {
  const fill = 'dd if=/dev/zero of=/big bs=64k count=400 2>&1; ls -s /big; echo more >/small && cat /small; true';
  const { stdout } = await bench.once(fill, { limits: { ...NONE, diskBytes: 8 * MIB } });
  expect(stdout).toMatch(/No space left on device|Disk quota exceeded/);
  expect(Number(/^\s*(\d+) \/big/m.exec(stdout)?.[1])).toBeLessThanOrEqual(8 * 1024);
  expect(stdout).not.toContain('more');
  await allIsWell();
});

test('one that makes files without end gets no more of them', async () => {
  const fill = 'n=0; while [ $n -lt 3000 ] && true >/f$n; do n=$((n + 1)); done 2>/dev/null; echo made $n';
  const { stdout } = await bench.once(fill, { limits: { ...NONE, diskBytes: MIB } });
  expect(Number(/made (\d+)/.exec(stdout)?.[1])).toBeLessThan(3000);
});

test('limits of the processor hold, and can be changed while it runs', async () => {
  const used = async (id: string): Promise<number> => {
    const at = async (): Promise<number> =>
      (await bench.runtime.measure()).containers.find((each) => each.id === id)?.processorNs ?? 0;
    const before = await at();
    await bench.onNode('sleep 2');
    return (await at()) - before;
  };
  const busy = await bench.start('echo up; while :; do :; done', { limits: { ...NONE, cpus: 0.1 } });
  await untilUp(busy.session);
  expect(await used(busy.id)).toBeLessThan(0.6e9);
  await bench.runtime.limit(busy.id, { ...NONE, cpus: 0.5 });
  expect(await used(busy.id)).toBeGreaterThan(0.6e9);
  await bench.stop(busy);
});

test('a limit of memory can be changed while it runs', async () => {
  const container = await bench.start('echo up; read go; ' + HOG, { limits: { ...NONE, memoryBytes: 128 * MIB } });
  await untilUp(container.session);
  await bench.runtime.limit(container.id, { ...NONE, memoryBytes: 8 * MIB });
  expect((await bench.exec(container.id, 'cat /sys/fs/cgroup/memory.max')).status).toBe(0);
  void container.session.write(new TextEncoder().encode('go\n'));
  expect((await container.session.result).exitStatus).toBe(137);
  expect((await bench.runtime.release(container.id)).outOfMemory).toBe(true);
  await bench.runtime.remove(container.id);
});
