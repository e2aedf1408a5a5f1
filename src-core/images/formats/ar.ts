import { ByteReader, corrupt, type ByteSource, type Section } from './byte-source.ts';

const MAGIC = '!<arch>\n';
const HEADER_BYTES = 60;

/** A member of an `ar` archive; its content is skipped when the next member is asked for. */
export interface ArMember {
  readonly name: string;
  readonly sizeBytes: number;
  readonly content: Section;
}

/**
 * The members of an `ar` archive (ar(5), the common format), in their order. Long names, which packages do not
 * use (deb(5)), are refused.
 * @throws AppError 'corrupt'
 */
export async function* readAr(source: ByteSource, what: string): AsyncGenerator<ArMember, void, void> {
  const reader = new ByteReader(source, what);
  try {
    const magic = await reader.exact(MAGIC.length);
    if (ascii(magic) !== MAGIC) throw corrupt(what, 'it is not an ar archive');
    for (;;) {
      const header = await reader.exactOrEnd(HEADER_BYTES);
      if (header === undefined) return;
      const { name, sizeBytes } = readHeader(header, what);
      const content = reader.section(sizeBytes);
      yield { name, sizeBytes, content };
      await content.finish();
      // Members start at even offsets; the last one may lack its padding.
      if (sizeBytes % 2 === 1) await reader.some(1);
    }
  } finally {
    await reader.close();
  }
}

function readHeader(header: Uint8Array, what: string): { name: string; sizeBytes: number } {
  const text = ascii(header);
  if (text.slice(58) !== '`\n') throw corrupt(what, 'a member header of its ar archive is wrong');
  const name = text.slice(0, 16).trimEnd().replace(/\/$/, '');
  const size = text.slice(48, 58).trimEnd();
  if (!/^\d+$/.test(size) || !/^[A-Za-z0-9._-]+$/.test(name)) {
    throw corrupt(what, 'a member header of its ar archive is wrong');
  }
  return { name, sizeBytes: Number(size) };
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
