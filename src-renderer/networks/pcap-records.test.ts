import { expect, test } from 'vitest';
import { PcapRecords } from './pcap-records.ts';

function header(littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(24);
  new DataView(bytes.buffer).setUint32(0, 0xa1b2c3d4, littleEndian);
  return bytes;
}

function record(length: number, fill: number, littleEndian = true): Uint8Array {
  const bytes = new Uint8Array(16 + length).fill(fill, 16);
  new DataView(bytes.buffer).setUint32(8, length, littleEndian);
  return bytes;
}

/** At 5.25 s, with the whole length that a summary tells. */
function timed(bytes: number, fill: number, fraction: number): Uint8Array {
  const made = record(bytes, fill);
  const view = new DataView(made.buffer);
  view.setUint32(0, 5, true);
  view.setUint32(4, fraction, true);
  view.setUint32(12, bytes, true);
  return made;
}

const fileOf = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

test.for([true, false])('a file comes out as it came, however it was cut (little-endian: %s)', (littleEndian) => {
  const file = fileOf(
    header(littleEndian),
    record(5, 1, littleEndian),
    record(0, 2, littleEndian),
    record(40, 3, littleEndian),
  );
  for (let at = 0; at <= file.length; at += 1) {
    const records = new PcapRecords(1000);
    records.push(file.subarray(0, at));
    records.push(file.subarray(at));
    expect(records.file()).toEqual(file);
    expect(records.count).toBe(3);
  }
});

test('the oldest records go when there is no room, and what is left is a file', () => {
  const records = new PcapRecords(60);
  records.push(fileOf(header(true), record(10, 1), record(10, 2), record(10, 3)));
  expect(records.file()).toEqual(fileOf(header(true), record(10, 2), record(10, 3)));
  expect(records.dropped).toBe(1);
});

test('a record that is not all there yet is left out of the file', () => {
  const records = new PcapRecords(1000);
  expect(records.file()).toBeNull();
  records.push(fileOf(header(true), record(10, 1), record(10, 2).subarray(0, 20)));
  expect(records.file()).toEqual(fileOf(header(true), record(10, 1)));
  records.clear();
  records.push(record(10, 2).subarray(20));
  expect(records.file()).toEqual(fileOf(header(true), record(10, 2)));
});

test('a packet is found again by its time and length', () => {
  const records = new PcapRecords(1000);
  records.push(fileOf(header(true), timed(10, 1, 250_000), timed(10, 2, 260_000), timed(12, 3, 260_000)));
  expect(records.find(5260, 10)).toEqual(new Uint8Array(10).fill(2));
  expect(records.find(5250.4, 10)).toEqual(new Uint8Array(10).fill(1));
  expect(records.find(5250, 12)).toBeNull();
});
