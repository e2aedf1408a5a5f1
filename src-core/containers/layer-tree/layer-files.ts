import type { LayerFile } from '../../contract/container-images.ts';
import { FILE_TYPE, isWhiteout, OPAQUE, PERMISSIONS, typeOf } from './file-mode.ts';
import type { LayerIndex, LayerNode } from './layer-index.ts';

const KINDS: Readonly<Record<number, LayerFile['kind']>> = {
  [FILE_TYPE.file]: 'file',
  [FILE_TYPE.link]: 'link',
  [FILE_TYPE.directory]: 'directory',
  [FILE_TYPE.fifo]: 'fifo',
};

/** What a layer holds, as people are shown it: by path, each directory before what is in it. */
export function* layerFiles({ nodes }: LayerIndex): Generator<LayerFile, void, void> {
  const [root] = nodes;
  if (root) yield* filesBelow(nodes, root, '', new Set());
}

function* filesBelow(
  nodes: readonly LayerNode[],
  directory: LayerNode,
  path: string,
  seen: Set<number>,
): Generator<LayerFile, void, void> {
  const children = [...(directory.children ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, number] of children) {
    const node = nodes[number];
    if (node === undefined) continue;
    const at = `${path}${textOf(name)}`;
    yield { path: at, sizeBytes: node.sizeBytes, mode: node.mode & PERMISSIONS, ...kindOf(node, seen.has(number)) };
    seen.add(number);
    if (node.children) yield* filesBelow(nodes, node, `${at}/`, seen);
  }
}

function kindOf(node: LayerNode, isAgain: boolean): Pick<LayerFile, 'kind' | 'target'> {
  if (isWhiteout(node)) return { kind: 'removed', target: null };
  if (node.attributes[OPAQUE] !== undefined) return { kind: 'emptied', target: null };
  if (isAgain) return { kind: 'hard-link', target: null };
  return { kind: KINDS[typeOf(node)] ?? 'device', target: node.target === '' ? null : textOf(node.target) };
}

/** Of one character for each byte. */
export function textOf(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}
