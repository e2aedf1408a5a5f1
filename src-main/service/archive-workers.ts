import type { DiskPlace, WorkWatch } from '../../src-core/hypervisor/layers/disk-work.ts';
import type { ExportPart } from '../../src-core/hypervisor/machine-file/export-parts.ts';
import type { Compression } from '../../src-core/images/formats/compression.ts';
import type { ArchiveTask, ArchiveTaskAnswers, DiskSurvey, UnpackedLinks } from '../workers/archive-work-protocol.ts';
import { workInThread } from './work-thread.ts';

/** Work on files that come from outside or go there, each piece in a thread of its own: it is long, and they may be hostile. */
export class ArchiveWorkers {
  /** Makes a plain file of a compressed one; not there at all when this rejects. @throws AppError 'corrupt', 'disk-full' */
  unpack(from: string, to: string, compression: Compression, watch: WorkWatch): Promise<void> {
    return this.#do({ kind: 'unpack', from, to, compression }, `unpack ${from}`, watch);
  }

  /** Writes the plain kernel that a file holds. @throws AppError 'invalid-input', 'not-supported', 'corrupt' */
  plainKernel(from: string, to: string): Promise<void> {
    return this.#do({ kind: 'kernel', from, to }, `read the kernel ${from}`);
  }

  /** @throws AppError 'not-found' when the disk has nothing to start, 'not-supported' */
  survey(disk: DiskPlace): Promise<DiskSurvey> {
    return this.#do({ kind: 'survey', disk }, `look for a kernel in ${disk.path}`);
  }

  /** Writes a machine's file; not there at all when this rejects. @throws AppError 'already-exists', 'disk-full' */
  pack(
    path: string,
    manifest: Uint8Array,
    parts: readonly ExportPart[],
    doing: string,
    watch: WorkWatch,
  ): Promise<void> {
    return this.#do({ kind: 'pack', path, manifest, parts }, doing, watch);
  }

  /** The manifest of a machine's file, not looked at yet. @throws AppError 'invalid-input' when it is no such file */
  manifest(path: string, doing: string): Promise<Uint8Array> {
    return this.#do({ kind: 'manifest', path }, doing);
  }

  /** Takes everything out of a machine's file, or nothing. @throws AppError 'corrupt', 'disk-full' */
  extract(
    request: Omit<Extract<ArchiveTask, { kind: 'extract' }>, 'kind'>,
    doing: string,
    watch: WorkWatch,
  ): Promise<UnpackedLinks> {
    return this.#do({ kind: 'extract', ...request }, doing, watch);
  }

  #do<T extends ArchiveTask>(task: T, doing: string, watch?: WorkWatch): Promise<ArchiveTaskAnswers[T['kind']]> {
    return workInThread<ArchiveTaskAnswers[T['kind']]>('archive-worker', { task, doing }, watch);
  }
}
