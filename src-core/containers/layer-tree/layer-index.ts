import { AppError } from '../../base/errors.ts';

/**
 * What is in a layer, and where in its archive: a file's content is a run of bytes of the uncompressed tar archive. Names
 * have one character for each byte.
 */
export interface LayerIndex {
  /** The first is the root. */
  readonly nodes: readonly LayerNode[];
}

export interface LayerNode {
  /** Type and permissions, inode(7). */
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
  readonly sizeBytes: number;
  /** Of a file's content in the archive. */
  readonly offset: number;
  /** Seconds since 1970-01-01 UTC. */
  readonly modifiedAt: number;
  /** Of a device: its numbers as Linux's makedev(3) packs them in 32 bits. */
  readonly device: number;
  /** Of a symbolic link; one character for each byte. */
  readonly target: string;
  /** Extended attributes; values have one character for each byte. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Names that it has. */
  readonly links: number;
  /** Of a directory: the numbers of its nodes by name, in the order of the archive; null for all else. */
  readonly children: ReadonlyMap<string, number> | null;
}

const VERSION = 1;

type StoredNode = [
  mode: number,
  owner: number,
  group: number,
  sizeBytes: number,
  offset: number,
  modifiedAt: number,
  device: number,
  target: string,
  attributes: Record<string, string> | 0,
  links: number,
  children: [string, number][] | 0,
];

/** As it is kept beside the archive. */
export function encodeIndex({ nodes }: LayerIndex): Uint8Array {
  const stored = nodes.map((node): StoredNode => [
    ...([node.mode, node.owner, node.group, node.sizeBytes, node.offset, node.modifiedAt, node.device] as const),
    node.target,
    Object.keys(node.attributes).length === 0 ? 0 : node.attributes,
    node.links,
    node.children === null ? 0 : [...node.children],
  ]);
  return new TextEncoder().encode(JSON.stringify({ version: VERSION, nodes: stored }));
}

/** @param what "layer 0123456789ab" @throws AppError 'corrupt' when it is not one, or not of this version */
export function decodeIndex(bytes: Uint8Array, what: string): LayerIndex {
  try {
    const { version, nodes } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as {
      version: number;
      nodes: StoredNode[];
    };
    if (version === VERSION && Array.isArray(nodes) && nodes.length > 0) return { nodes: nodes.map(nodeOf) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  throw new AppError({
    code: 'corrupt',
    doing: `read ${what}`,
    because: 'its index is damaged',
    hint: 'Remove the image and get it again.',
  });
}

function nodeOf(stored: StoredNode): LayerNode {
  const [mode, owner, group, sizeBytes, offset, modifiedAt, device, target, attributes, links, children] = stored;
  return {
    ...{ mode, owner, group, sizeBytes, offset, modifiedAt, device, target, links },
    attributes: attributes === 0 ? {} : attributes,
    children: children === 0 ? null : new Map(children),
  };
}
