const SECTOR = 2048;
const SECTORS = 24;
const [DESCRIPTOR, END, PATHS, ROOT, FILE] = [16, 17, 18, 19, 20] as const;

/** An ISO 9660 image (ECMA-119) with one file in its root, made by nobody but us. @param name such as "HELLO.TXT" */
export function smallIso(name: string, content: string): Uint8Array {
  const image = new Uint8Array(SECTORS * SECTOR);
  const at = (sector: number) => image.subarray(sector * SECTOR, (sector + 1) * SECTOR);
  const text = (into: Uint8Array, offset: number, length: number, value: string) =>
    into.set(new TextEncoder().encode(value.padEnd(length).slice(0, length)), offset);
  const descriptor = at(DESCRIPTOR);
  descriptor[0] = 1;
  text(descriptor, 1, 5, 'CD001');
  descriptor[6] = 1;
  text(descriptor, 8, 32, '');
  text(descriptor, 40, 32, 'SMALL');
  both32(descriptor, 80, SECTORS);
  for (const offset of [120, 124]) both16(descriptor, offset, 1);
  both16(descriptor, 128, SECTOR);
  both32(descriptor, 132, 10);
  new DataView(image.buffer).setUint32(DESCRIPTOR * SECTOR + 140, PATHS, true);
  descriptor.set(record('\0', ROOT, SECTOR, true), 156);
  descriptor[881] = 1;
  const end = at(END);
  end[0] = 255;
  text(end, 1, 5, 'CD001');
  end[6] = 1;
  at(PATHS).set([1, 0, ROOT, 0, 0, 0, 1, 0]);
  let offset = 0;
  for (const entry of [
    record('\0', ROOT, SECTOR, true),
    record('\u0001', ROOT, SECTOR, true),
    record(`${name};1`, FILE, content.length, false),
  ]) {
    at(ROOT).set(entry, offset);
    offset += entry.length;
  }
  text(at(FILE), 0, content.length, content);
  return image;
}

/** ECMA-119 §9.1 "Format of a Directory Record". */
function record(name: string, sector: number, bytes: number, isDirectory: boolean): Uint8Array {
  const entry = new Uint8Array((33 + name.length + 1) & ~1);
  entry[0] = entry.length;
  both32(entry, 2, sector);
  both32(entry, 10, bytes);
  entry.set([126, 11, 22], 18);
  entry[25] = isDirectory ? 2 : 0;
  both16(entry, 28, 1);
  entry[32] = name.length;
  entry.set(new TextEncoder().encode(name), 33);
  return entry;
}

/** Numbers stand there twice, in either byte order. */
function both16(into: Uint8Array, offset: number, value: number): void {
  const view = new DataView(into.buffer, into.byteOffset);
  view.setUint16(offset, value, true);
  view.setUint16(offset + 2, value, false);
}

function both32(into: Uint8Array, offset: number, value: number): void {
  const view = new DataView(into.buffer, into.byteOffset);
  view.setUint32(offset, value, true);
  view.setUint32(offset + 4, value, false);
}
