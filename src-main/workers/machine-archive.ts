import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, fsyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { AppError } from '../../src-core/base/errors.ts';
import { MANIFEST, MOST_MANIFEST_BYTES, damaged } from '../../src-core/hypervisor/machine-file/manifest.ts';
import { collect } from '../../src-core/images/formats/byte-source.ts';
import { readTar, type TarEntry } from '../../src-core/images/formats/tar.ts';
import { tarEnd, tarHeader, tarPadding } from '../../src-core/images/formats/tar-writer.ts';
import { fileProblem } from '../service/os/file-problem.ts';
import type { ArchiveTask, UnpackedLinks } from './archive-work-protocol.ts';
import type { Work } from './disk-tasks.ts';
import { publish } from './disk-tasks.ts';
import { renameBelow } from './layer-renaming.ts';

type PackTask = Extract<ArchiveTask, { kind: 'pack' }>;
type ExtractTask = Extract<ArchiveTask, { kind: 'extract' }>;

const DRAFT = '.draft';
const PIECE_BYTES = 1024 * 1024;
const PROGRESS_MS = 100;

/** Writes a machine's file under another name, and gives it its own when all of it is on the disk. @throws AppError */
export function pack({ path, manifest, parts }: PackTask, work: Work): void {
  if (existsSync(path)) throw alreadyThere(path, work);
  const draft = path + DRAFT;
  rmSync(draft, { force: true });
  try {
    const file = openSync(draft, 'wx+');
    try {
      new Packing(file, work).write(manifest, parts);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    publish(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error instanceof AppError ? error : fileProblem(work.doing, error);
  }
}

class Packing {
  readonly #file: number;
  readonly #work: Work;
  readonly #buffer = Buffer.alloc(PIECE_BYTES);
  #done = 0;
  #total = 1;
  #told = 0;

  constructor(file: number, work: Work) {
    this.#file = file;
    this.#work = work;
  }

  /** The digests are known only when all was read: the manifest has room for them, and is written again at the end. */
  write(manifest: Uint8Array, parts: PackTask['parts']): void {
    const document = JSON.parse(new TextDecoder().decode(manifest)) as { members: Listed[] };
    this.#total = document.members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 1);
    const manifestAt = this.#header(MANIFEST, manifest.length);
    this.#append(manifest);
    this.#append(tarPadding(manifest.length));
    for (const [index, { path, from }] of parts.entries()) {
      const member = document.members[index];
      if (member?.path !== path) throw new Error(`the manifest does not list ${path}`);
      this.#header(path, member.sizeBytes);
      member.sha256 = typeof from === 'string' ? this.#fileContent(from, member.sizeBytes) : this.#bytes(from);
      this.#append(tarPadding(member.sizeBytes));
    }
    this.#append(tarEnd());
    const filled = new TextEncoder().encode(`${JSON.stringify(document, null, 2)}\n`);
    if (filled.length !== manifest.length) throw new Error('the manifest has another length than before');
    for (let at = 0; at < filled.length;) at += writeSync(this.#file, filled, at, filled.length - at, manifestAt + at);
  }

  #header(path: string, sizeBytes: number): number {
    const numbers = { mode: 0o644, owner: 0, group: 0, modifiedAt: 0, sizeBytes };
    this.#append(tarHeader({ path, type: 'file', target: '', ...numbers }));
    return this.#position;
  }

  #bytes(bytes: Uint8Array): string {
    this.#append(bytes);
    return createHash('sha256').update(bytes).digest('hex');
  }

  #fileContent(path: string, sizeBytes: number): string {
    const hash = createHash('sha256');
    const from = openSync(path, 'r');
    try {
      for (let left = sizeBytes; left > 0;) {
        const count = readSync(from, this.#buffer, 0, Math.min(left, PIECE_BYTES), sizeBytes - left);
        if (count === 0) throw changed(path, this.#work);
        const piece = this.#buffer.subarray(0, count);
        hash.update(piece);
        this.#append(piece);
        left -= count;
        this.#tell(count);
      }
      if (readSync(from, this.#buffer, 0, 1, sizeBytes) > 0) throw changed(path, this.#work);
    } finally {
      closeSync(from);
    }
    return hash.digest('hex');
  }

  #position = 0;

  #append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at, bytes.length - at, this.#position + at);
    this.#position += bytes.length;
  }

  #tell(count: number): void {
    const { cancelled, doing, progress } = this.#work;
    if (cancelled()) throw new AppError({ code: 'cancelled', doing, because: 'it was cancelled' });
    this.#done += count;
    if (performance.now() - this.#told < PROGRESS_MS) return;
    this.#told = performance.now();
    progress(this.#done / this.#total);
  }
}

interface Listed {
  readonly path: string;
  readonly sizeBytes: number;
  sha256: string;
}

/** The first member. @throws AppError 'invalid-input' when it is no such file, 'corrupt' */
export async function readManifest(path: string, work: Work): Promise<Uint8Array> {
  try {
    for await (const entry of readTar(createReadStream(path), path)) {
      if (entry.path !== MANIFEST || entry.type !== 'file') break;
      return await collect(entry.content, MOST_MANIFEST_BYTES, path);
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw fileProblem(work.doing, error);
    if (error.code !== 'corrupt') throw error;
  }
  throw new AppError({
    code: 'invalid-input',
    doing: work.doing,
    because: `${path} is not a machine that Innkeeper has exported`,
    hint: 'A disk image becomes an image with "inn image import".',
    data: { path },
  });
}

/**
 * Takes the members out, each to its place, where nothing may be yet; what a layer is built on gets its new name.
 * When this throws, none of them is there. @throws AppError 'corrupt' when one is not what the manifest says
 */
export async function extract({ path, manifest, targets, names }: ExtractTask, work: Work): Promise<UnpackedLinks> {
  const made: string[] = [];
  const links: UnpackedLinks = { disks: {}, memory: {} };
  const total = targets.reduce((sum, { sizeBytes }) => sum + sizeBytes, 1);
  let done = 0;
  let index = -1;
  try {
    for await (const entry of readTar(createReadStream(path, { highWaterMark: PIECE_BYTES }), path)) {
      if (index === -1) await checkManifest(entry, manifest, path, work);
      else {
        const target = targets[index];
        if (!target || target.path !== entry.path || entry.type !== 'file' || entry.sizeBytes !== target.sizeBytes) {
          throw damaged(work.doing, `it is damaged (${entry.path} is not what comes next)`);
        }
        made.push(target.to);
        await write(entry, target, work, (count) => work.progress((done += count) / total));
        if (target.layer !== null)
          links[target.layer.kind][target.layer.name] = renameBelow(target.to, target.layer.kind, names, work.doing);
      }
      index++;
    }
    if (index !== targets.length) throw damaged(work.doing, 'it is damaged (it ends early)');
    return links;
  } catch (error) {
    for (const file of made) rmSync(file, { force: true });
    throw asDamage(error, work.doing);
  }
}

async function checkManifest(entry: TarEntry, sha256: string, path: string, { doing }: Work): Promise<void> {
  const bytes = await collect(entry.content, MOST_MANIFEST_BYTES, path);
  if (entry.path === MANIFEST && createHash('sha256').update(bytes).digest('hex') === sha256) return;
  throw damaged(doing, 'it has just changed');
}

async function write(
  entry: TarEntry,
  { to, path, sha256 }: ExtractTask['targets'][number],
  work: Work,
  passed: (count: number) => void,
): Promise<void> {
  const hash = createHash('sha256');
  const file = openSync(to, 'wx', 0o600);
  let told = performance.now();
  let since = 0;
  try {
    for await (const piece of entry.content) {
      if (work.cancelled()) throw new AppError({ code: 'cancelled', doing: work.doing, because: 'it was cancelled' });
      hash.update(piece);
      for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
      since += piece.length;
      if (performance.now() - told < PROGRESS_MS) continue;
      told = performance.now();
      passed(since);
      since = 0;
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  passed(since);
  if (hash.digest('hex') !== sha256) {
    throw damaged(work.doing, `it is damaged (${path} is not what it was)`);
  }
}

/** A tar that ends early or makes no sense is a damaged file; what the computer cannot do is something else. */
function asDamage(error: unknown, doing: string): unknown {
  if (!(error instanceof AppError)) return fileProblem(doing, error);
  return error.code === 'corrupt' && error.doing !== doing ? damaged(doing, error.because, error) : error;
}

function changed(path: string, { doing }: Work): AppError {
  return new AppError({ code: 'unavailable', doing, because: `${path} has just changed`, hint: 'Try again.' });
}

function alreadyThere(path: string, { doing }: Work): AppError {
  const because = `there is already a file ${path}`;
  return new AppError({ code: 'already-exists', doing, because, hint: 'Choose another path.' });
}
