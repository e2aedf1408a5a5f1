import { z } from 'zod';
import { countSchema, u16Schema } from '../../../src-core/machine/state/values.ts';
import { FILE_TYPE, NAME_MOST_BYTES } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';
import { HANDLES_MOST, type Handle, type Handles } from './handles.ts';
import type { Node, Nodes } from './nodes.ts';

/**
 * So much of what the guest knows is saved, in bytes of JSON: what is open and directories come first. It learns of the
 * rest that it has to look it up again.
 */
const NODES_MOST_BYTES = 1_200_000;
/** Of a node without its name. */
const NODE_BYTES = 100;

const NOWHERE = 0;

const openModeSchema = z.strictObject({
  read: z.boolean(),
  write: z.boolean(),
  append: z.boolean(),
  synchronous: z.boolean(),
});

export const savedFolderSchema = z.strictObject({
  readOnly: z.boolean(),
  nextNode: countSchema,
  nextHandle: countSchema,
  /** Parents before what is in them; parent 0 and no name for what is open and has no name any more. */
  nodes: z
    .array(
      z.strictObject({
        id: countSchema,
        parent: countSchema,
        /** One character for each byte. */
        name: z
          .string()
          .max(NAME_MOST_BYTES)
          .regex(/^(?!\.\.?$)[^/\u0000\u0100-\uffff]*$/),
        type: u16Schema,
        lookups: countSchema,
      }),
    )
    .max(NODES_MOST_BYTES / NODE_BYTES),
  handles: z
    .array(z.strictObject({ id: countSchema, node: countSchema, mode: openModeSchema.nullable() }))
    .max(HANDLES_MOST),
});
export type SavedFolder = z.infer<typeof savedFolderSchema>;

export function saveFolder(readOnly: boolean, nodes: Nodes, handles: Handles): SavedFolder {
  return {
    readOnly,
    nextNode: nodes.nextId,
    nextHandle: handles.nextId,
    nodes: chosen(nodes, handles).map(({ id, parent, name, type, lookups }) => {
      return { id, parent: parent?.id ?? NOWHERE, name, type, lookups };
    }),
    handles: [...handles.all()].map(saveHandle),
  };
}

function saveHandle({ id, node, mode }: Handle): SavedFolder['handles'][number] {
  if (mode === null) return { id, node: node.id, mode: null };
  const { read, write, append, synchronous } = mode;
  return { id, node: node.id, mode: { read, write, append, synchronous } };
}

class Choice {
  readonly nodes: Node[] = [];
  readonly #known = new Set<Node>();
  #bytes = 0;

  constructor(root: Node) {
    this.#known.add(root);
  }

  /** A node with all that it is found through, where there is room for it. */
  add(node: Node): void {
    const way: Node[] = [];
    let from: Node | null = node;
    for (; from && !this.#known.has(from); from = from.parent) way.push(from);
    // What is found through nothing can only stand for what is open.
    if (from === null && (way.length > 1 || node.handles.size === 0)) return;
    const bytes = way.reduce((sum, { name }) => sum + NODE_BYTES + Buffer.byteLength(JSON.stringify(name)), 0);
    if (this.#bytes + bytes > NODES_MOST_BYTES) return;
    this.#bytes += bytes;
    for (const each of way.reverse()) {
      this.#known.add(each);
      this.nodes.push(each);
    }
  }
}

function chosen(nodes: Nodes, handles: Handles): readonly Node[] {
  const choice = new Choice(nodes.root);
  for (const { node } of handles.all()) choice.add(node);
  for (const node of nodes.placed()) if (node.type === FILE_TYPE.directory) choice.add(node);
  for (const node of nodes.placed()) choice.add(node);
  return choice.nodes;
}

/** Puts the nodes back. @returns what is wrong, or null */
export function restoreNodes(saved: SavedFolder, nodes: Nodes): string | null {
  nodes.continueAt(saved.nextNode);
  for (const { id, parent, name, type, lookups } of saved.nodes) {
    if (id >= saved.nextNode) return 'a node that was never given';
    if (!nodes.adopt(id, type, parent === NOWHERE ? null : parent, name, lookups)) return 'a node that is nowhere';
  }
  return null;
}
