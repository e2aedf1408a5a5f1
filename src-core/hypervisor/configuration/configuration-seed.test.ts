import { beforeEach, expect, test } from 'vitest';
import type { ImageRecord } from '../../images/image.ts';
import { MemoryFiles } from '../../host/testing/memory-files.ts';
import { planSeed, sweepSeeds } from './configuration-seed.ts';
import type { MachineDefinition } from '../store/definition.ts';

const ID = '0123456789abcdef';
let files: MemoryFiles;
let origin: ImageRecord['document']['origin'];
let machines: string[];

const around = () => ({
  files,
  store: {
    folder: (id: string) => `/data/machines/${id}`,
    folders: () => Promise.resolve(machines.map((id) => `/data/machines/${id}`)),
  } as never,
  images: { find: () => Promise.resolve({ document: { origin } } as ImageRecord) } as never,
});

const machine = (change: Partial<MachineDefinition> = {}): MachineDefinition =>
  ({
    id: ID,
    name: 'web',
    source: { kind: 'image', image: 'theirs' },
    disks: [],
    configuration: null,
    ...change,
  }) as never;

const seedText = async (): Promise<string> =>
  new TextDecoder('latin1').decode(await files.read(`/data/machines/seeds/${ID}.iso`));

beforeEach(() => {
  files = new MemoryFiles();
  origin = 'imported';
  machines = [ID];
});

test('a machine of an imported image gets a seed with who it is, also without user-data', async () => {
  expect(await planSeed(machine(), around())).toEqual({
    slot: 15,
    path: `/data/machines/seeds/${ID}.iso`,
    readOnly: true,
    format: 'raw',
    own: false,
  });
  expect(await seedText()).toContain(`instance-id: ${ID}\nlocal-hostname: web\n`);
  await planSeed(machine({ configuration: { instance: ID, userData: '#!/bin/sh\nfoo' } }), around());
  expect(await seedText()).toContain('#!/bin/sh\nfoo');
});

test('an instance-id of digits only stays a text', async () => {
  await planSeed(machine({ id: '1234567890123456' }), around());
  const seed = await files.read('/data/machines/seeds/1234567890123456.iso');
  expect(new TextDecoder('latin1').decode(seed)).toContain('instance-id: "1234567890123456"');
});

test('ours, and what somebody brings without user-data, get none', async () => {
  origin = 'built';
  expect(await planSeed(machine({ configuration: { instance: ID, userData: '#!' } }), around())).toBeNull();
  expect(await planSeed(machine({ source: { kind: 'files' } }), around())).toBeNull();
  const brought = machine({ source: { kind: 'files' }, configuration: { instance: ID, userData: '#!' } });
  expect(await planSeed(brought, around())).not.toBeNull();
});

test('seeds of machines that are gone are swept', async () => {
  await planSeed(machine(), around());
  await planSeed(machine({ id: 'fedcba9876543210' }), around());
  await sweepSeeds(around());
  expect(await files.list('/data/machines/seeds')).toEqual([`${ID}.iso`]);
});
