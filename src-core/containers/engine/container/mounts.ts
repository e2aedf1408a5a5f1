import type { Disposable } from '../../../base/disposable.ts';
import { AppError } from '../../../base/errors.ts';
import type { ContainerMount } from '../../../contract/containers.ts';
import type { NodeMount, NodeRuntime } from '../../node/node-runtime.ts';
import type { EngineNode } from '../nodes/node.ts';
import type { EngineSurroundings } from '../surroundings.ts';

export interface Mounted extends Disposable {
  readonly mounts: readonly NodeMount[];
}

/** Makes ready on its node what a container mounts. @throws AppError 'not-found', 'denied', 'no-room' */
export async function mountAll(
  mounts: readonly ContainerMount[],
  node: EngineNode,
  runtime: NodeRuntime,
  around: Pick<EngineSurroundings, 'files' | 'folders'>,
  doing: string,
): Promise<Mounted> {
  const uses: Disposable[] = [];
  const dispose = (): void => {
    for (const use of uses.splice(0)) use.dispose();
  };
  try {
    const ready: NodeMount[] = [];
    for (const mount of mounts) {
      if (mount.kind === 'volume') {
        await node.needVolume(runtime, mount.volume);
        ready.push({ ...mount });
      } else if (mount.kind === 'tmpfs') {
        ready.push({ kind: 'tmpfs', destination: mount.destination, sizeBytes: mount.sizeBytes ?? null });
      } else {
        ready.push(await mountFolder(mount, node, around, uses, doing));
      }
    }
    return { mounts: ready, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function mountFolder(
  { directory, destination, readOnly }: Extract<ContainerMount, { kind: 'folder' }>,
  node: EngineNode,
  { files }: Pick<EngineSurroundings, 'files'>,
  uses: Disposable[],
  doing: string,
): Promise<NodeMount> {
  const facts = files.isAbsolute(directory) ? await files.inspect(directory) : null;
  if (facts === null || facts.kind === 'other') {
    const because = `there is no folder ${directory} on this computer`;
    throw new AppError({ code: 'not-found', doing, because, hint: 'Write its whole path.' });
  }
  // What is shared is a folder: of a single file, the one that it lies in, of which the container sees only the file.
  const { folder, file } = facts.kind === 'file' ? splitPath(directory) : { folder: directory, file: null };
  const tag = await node.machine.share(folder, readOnly, (other) => node.isHeld(folderUse(other)), doing);
  uses.push(node.hold(folderUse(tag)));
  return { kind: 'folder', tag, file, destination, readOnly };
}

function splitPath(path: string): { folder: string; file: string } {
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return { folder: path.slice(0, at) || path.slice(0, at + 1), file: path.slice(at + 1) };
}

function folderUse(tag: string): string {
  return `folder ${tag}`;
}
