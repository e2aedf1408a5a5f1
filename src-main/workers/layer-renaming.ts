import { AppError } from '../../src-core/base/errors.ts';
import { readHeader } from '../../src-core/disks/qcow2/header-file.ts';
import { rebase } from '../../src-core/disks/qcow2/rebase.ts';
import { damaged } from '../../src-core/hypervisor/machine-file/manifest.ts';
import { crc32 } from '../../src-core/machine/state/crc32.ts';
import { inspectMemoryLayer } from '../../src-core/machine/state/inspect-layer.ts';
import { LAYER_HEAD_BYTES, withBaseName } from '../../src-core/machine/state/layer-header.ts';
import { DiskFile } from './disk-file.ts';

/** New names of files that layers are built on, by the names that stand in them. */
export interface NamesBelow {
  readonly disks: Readonly<Record<string, string>>;
  readonly memory: Readonly<Record<string, string>>;
}

/**
 * Lets a layer that came from elsewhere say by its new name what it is built on.
 * @returns that name; null for one that stands alone
 * @throws AppError 'corrupt' when it is built on anything that did not come with it
 */
export function renameBelow(path: string, kind: 'disks' | 'memory', names: NamesBelow, doing: string): string | null {
  const file = new DiskFile(path, false);
  try {
    return kind === 'disks' ? renameDisk(file, names.disks, doing) : renameMemory(file, names.memory, doing);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'corrupt' || error.doing === doing) throw error;
    throw damaged(doing, `it is damaged (a layer: ${error.because})`, error);
  } finally {
    file.close();
  }
}

function renameDisk(file: DiskFile, names: NamesBelow['disks'], doing: string): string | null {
  const header = readHeader(file);
  if (header.snapshotCount > 0 || header.corrupt) throw damaged(doing, 'it is damaged (a layer is not one of ours)');
  if (header.backing === null) return null;
  const name = Object.hasOwn(names, header.backing.path) ? names[header.backing.path] : undefined;
  if (name === undefined || header.backing.format !== 'qcow2') {
    throw damaged(doing, `it is damaged (a disk is built on ${header.backing.path}, which is not in it)`);
  }
  rebase({ file, header }, name);
  return name;
}

function renameMemory(file: DiskFile, names: NamesBelow['memory'], doing: string): string | null {
  const head = new Uint8Array(Math.min(LAYER_HEAD_BYTES, file.sizeBytes));
  file.read(head, 0);
  const { base } = inspectMemoryLayer(head, doing);
  if (base === null) return null;
  const name = Object.hasOwn(names, base) ? names[base] : undefined;
  if (name === undefined) throw damaged(doing, `it is damaged (a memory is built on ${base}, which is not in it)`);
  file.write(withBaseName(head, name, crc32), 0);
  file.flush();
  return name;
}
