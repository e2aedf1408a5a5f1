import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elfOf, moduleOf, programOf } from '../testing/elf-file.ts';
import { damaged, failureOf, FUZZ } from '../testing/hostile.ts';
import { neededLibraries } from './elf.ts';
import { moduleName, readKernelModule } from './kernel-module.ts';

const module = moduleOf(
  'license=GPL',
  'alias=virtio:d00000001v*',
  'alias=other',
  'depends=net-failover,failover',
  'depends=',
);

test('tells what a module depends on and which devices it serves', () => {
  expect(readKernelModule(module, 'm')).toEqual({
    depends: ['net_failover', 'failover'],
    aliases: ['virtio:d00000001v*', 'other'],
    softDependencies: [],
  });
});

test('takes file names and module names for the same', () => {
  expect(moduleName('kernel/drivers/char/hw_random/virtio-rng.ko.xz')).toBe('virtio_rng');
  expect(moduleName('virtio_rng')).toBe('virtio_rng');
});

test('tells the libraries and the loader of a program', () => {
  const program = programOf(['libm.so.6', 'libc.so.6'], '/lib/ld-linux-riscv64-lp64d.so.1');
  expect(neededLibraries(program, 'p')).toEqual({
    needed: ['libm.so.6', 'libc.so.6'],
    interpreter: 'lib/ld-linux-riscv64-lp64d.so.1',
  });
  expect(neededLibraries(elfOf({ '.text': Buffer.from('static') }), 'p')).toEqual({
    needed: [],
    interpreter: undefined,
  });
});

test('refuses what is no module', async () => {
  for (const bytes of [
    Buffer.from('text'),
    Buffer.alloc(64),
    elfOf({ '.text': Buffer.from('x') }),
    module.subarray(0, 70),
  ]) {
    expect(await failureOf(() => readKernelModule(bytes, 'm'))).toBe('corrupt');
  }
});

test('ends every damaged file with nothing worse than "corrupt"', async () => {
  const program = programOf(['libc.so.6'], '/lib/ld.so');
  const property = fc.asyncProperty(damaged(module), damaged(program), async (one, other) => {
    expect(['none', 'corrupt']).toContain(await failureOf(() => readKernelModule(one, 'm')));
    expect(['none', 'corrupt']).toContain(await failureOf(() => neededLibraries(other, 'p')));
  });
  await fc.assert(property, FUZZ);
});
