import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeIndex,
  type LayerIndex,
  type LayerNode,
} from '../../../../src-core/containers/layer-tree/layer-index.ts';
import { FILE_TYPE, isWhiteout, OPAQUE } from '../../../../src-core/containers/layer-tree/file-mode.ts';
import { LAYER_ARCHIVE, LAYER_INDEX } from '../../../../src-core/containers/layer-tree/file-names.ts';
import { textOf } from '../../../../src-core/containers/layer-tree/layer-files.ts';

/** By path: all that is to be the same of a file, as one line. */
export type Tree = ReadonlyMap<string, string>;

/** What somebody else has unpacked. */
export async function treeOfFolder(folder: string): Promise<Tree> {
  const tree = new Map<string, string>();
  const walk = async (path: string): Promise<void> => {
    for (const name of await readdir(join(folder, path))) {
      const at = path === '' ? name : `${path}/${name}`;
      const found = await lstat(join(folder, at));
      const isFile = (found.mode & FILE_TYPE.mask) === FILE_TYPE.file;
      const content = isFile ? digest(await readFile(join(folder, at))) : '';
      const target = found.isSymbolicLink() ? await readlink(join(folder, at)) : '';
      const device = found.isCharacterDevice() || found.isBlockDevice() ? found.rdev : 0;
      tree.set(at, line(found.mode, found.uid, found.gid, Math.floor(found.mtimeMs / 1000), device, target, content));
      if (found.isDirectory()) await walk(at);
    }
  };
  await walk('');
  return tree;
}

/** What our layers say, one over the other, as overlayfs would show them. @param layers digits of diff ids, lowest first */
export async function treeOfLayers(folder: string, layers: readonly string[]): Promise<Tree> {
  const tree = new Map<string, string>();
  const hide = (path: string): void => {
    for (const below of [...tree.keys()]) if (below.startsWith(`${path}/`)) tree.delete(below);
  };
  for (const layer of layers) {
    const index = decodeIndex(await readFile(join(folder, layer, LAYER_INDEX)), layer);
    const archive = await readFile(join(folder, layer, LAYER_ARCHIVE));
    for (const [path, node] of nodesOf(index)) {
      const isDirectory = node.children !== null;
      if (!isDirectory || node.attributes[OPAQUE] !== undefined) hide(path);
      if (isWhiteout(node)) tree.delete(path);
      else tree.set(path, lineOf(node, archive));
    }
  }
  return tree;
}

function* nodesOf(index: LayerIndex, node = index.nodes[0], path = ''): Generator<[string, LayerNode]> {
  for (const [name, number] of node?.children ?? []) {
    const child = index.nodes[number];
    if (child === undefined) continue;
    const at = path === '' ? textOf(name) : `${path}/${textOf(name)}`;
    yield [at, child];
    yield* nodesOf(index, child, at);
  }
}

function lineOf(node: LayerNode, archive: Uint8Array): string {
  const isFile = (node.mode & FILE_TYPE.mask) === FILE_TYPE.file;
  const content = isFile ? digest(archive.subarray(node.offset, node.offset + node.sizeBytes)) : '';
  const { mode, owner, group, modifiedAt, device, target } = node;
  return line(mode, owner, group, modifiedAt, device, textOf(target), content);
}

function line(
  mode: number,
  owner: number,
  group: number,
  time: number,
  device: number,
  target: string,
  content: string,
): string {
  return [mode.toString(8), owner, group, time, device, target, content].join(' ');
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
