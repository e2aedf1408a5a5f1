import { expect, test } from 'vitest';
import { LAYER_HEAD_BYTES } from './layer-header.ts';
import { inspectMemoryLayer } from './inspect-layer.ts';
import { MACHINE_STATE_VERSION } from './machine-state.ts';
import { migrate } from './migrations.ts';
import { countingMachine } from './testing/counting-machine.ts';
import { MemoryLayers, savedIn } from './testing/state-bytes.ts';
import { version1Bytes } from './testing/version-1.ts';

const NO_GENERATION = { id: '00'.repeat(16), changed: false };

test('a machine that an older Innkeeper saved goes on', () => {
  const machine = countingMachine();
  machine.board.run(50_000);
  const state = machine.board.save();
  const saved = savedIn(version1Bytes(state, machine.board.ram.bytes));
  expect(saved.state).toEqual({ ...state, devices: { ...state.devices, generation: NO_GENERATION } });
  const again = countingMachine(saved);
  expect(again.board.core.readRegister(0, 9)).toBe(machine.board.core.readRegister(0, 9));
  again.board.run(20_000);
  machine.board.run(20_000);
  expect(again.board.core.readRegister(0, 9)).toBe(machine.board.core.readRegister(0, 9));
});

test('a layer can be a delta on one of the older version', () => {
  const { board } = countingMachine();
  board.run(50_000);
  const layers = new MemoryLayers();
  layers.files.set('old.state', version1Bytes(board.save(), board.ram.bytes));
  const head = layers.files.get('old.state')?.subarray(0, LAYER_HEAD_BYTES) ?? new Uint8Array();
  expect(inspectMemoryLayer(head, 'look')).toEqual({ base: null, depth: 0, memoryBytes: null, version: 1 });
  const old = layers.read('old.state');
  const again = countingMachine(old).board;
  again.run(10_000);
  layers.save('new.state', again, old.base);
  const { ram } = countingMachine(layers.read('new.state')).board;
  expect(Buffer.compare(ram.bytes, again.ram.bytes)).toBe(0);
});

test('a document that is none is left for the schema to refuse', () => {
  for (const document of [null, 7, 'text', [], {}, { devices: null }, { devices: [] }])
    expect(migrate(1, document)).toEqual(document);
  expect(migrate(MACHINE_STATE_VERSION, { devices: {} })).toEqual({ devices: {} });
});
