import { FILE_TYPE, FileError, ROOT_NODE } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';

/** Nodes that a guest may know at a time: some hundred bytes each. */
export const NODES_MOST = 262_144;

/** A file, directory or link that the guest knows. Where it is, is only where it was last seen. */
export interface Node {
  readonly id: number;
  /** Type bits of a mode. */
  readonly type: number;
  /** Tells it from every other file of this computer; null until it is seen again after it was restored. */
  identity: string | null;
  /** Null for the folder itself, and for what is known to have no name any more. */
  parent: Node | null;
  name: string;
  /** How often the guest knows it. */
  lookups: number;
  /** Nodes that are found through this one. */
  children: number;
  /** Handles that are open on it. */
  handles: Set<number>;
}

const NO_HANDLES: Set<number> = new Set();

/** What the guest knows of a folder. */
export class Nodes {
  readonly root: Node;
  readonly #byId = new Map<number, Node>();
  readonly #byIdentity = new Map<string, Node>();
  /** Restored ones that were not seen since, by where they were. */
  readonly #unconfirmed = new Map<string, Node>();
  readonly #gone: (node: Node) => void;
  #nextId = ROOT_NODE + 1;

  /** @param gone is told of each node that is not known any more */
  constructor(identity: string, gone: (node: Node) => void) {
    this.root = make(ROOT_NODE, FILE_TYPE.directory, identity, null, '');
    this.#gone = gone;
    this.reset();
  }

  get nextId(): number {
    return this.#nextId;
  }

  /** All but the root, parents before what is in them, as far as they are known to be somewhere. */
  *placed(): Iterable<Node> {
    for (const node of this.#byId.values()) if (node.parent !== null) yield node;
  }

  reset(): void {
    for (const node of this.#byId.values()) if (node !== this.root) this.#gone(node);
    for (const map of [this.#byId, this.#byIdentity, this.#unconfirmed]) map.clear();
    this.root.children = 0;
    this.#byId.set(this.root.id, this.root);
    if (this.root.identity !== null) this.#byIdentity.set(this.root.identity, this.root);
    this.#nextId = ROOT_NODE + 1;
  }

  /** @throws FileError ESTALE when the guest does not know it */
  get(id: number): Node {
    const node = this.#byId.get(id);
    if (node && (node.lookups > 0 || node === this.root)) return node;
    throw new FileError('ESTALE');
  }

  /** The node of what was just seen at a place, if the guest knows it. It is there from now on. */
  find(parent: Node, name: string, type: number, identity: string): Node | null {
    const known = this.#byIdentity.get(identity) ?? this.#confirm(parent, name, type, identity);
    if (!known || known.type !== type) return null;
    this.place(known, parent, name);
    return known;
  }

  /** As `find`, and the guest knows it once more. @throws FileError ENOMEM when it would know too many */
  learn(parent: Node, name: string, type: number, identity: string): Node {
    const node = this.find(parent, name, type, identity) ?? this.#add(parent, name, type, identity);
    node.lookups++;
    return node;
  }

  /** It has another place now. */
  place(node: Node, parent: Node, name: string): void {
    if (node === this.root || (node.parent === parent && node.name === name)) return;
    // The same directory can be seen within itself where the host's file systems are mounted into each other.
    if (node.type === FILE_TYPE.directory && isWithin(parent, node)) return;
    this.#leave(node);
    node.parent = parent;
    node.name = name;
    parent.children++;
  }

  /** Its last known place is not its own any more. */
  displace(node: Node): void {
    this.#leave(node);
    node.name = '';
  }

  forget(id: number, lookups: number): void {
    const node = this.#byId.get(id);
    if (!node || node === this.root) return;
    node.lookups = Math.max(0, node.lookups - lookups);
    this.#sweep(node);
  }

  /** A handle of it is open from now on. */
  opened(node: Node, handle: number): void {
    if (node.handles === NO_HANDLES) node.handles = new Set();
    node.handles.add(handle);
  }

  closed(node: Node, handle: number): void {
    node.handles.delete(handle);
    this.#sweep(node);
  }

  /**
   * Puts a node back that was saved.
   * @param parentId null for one that has no name any more
   * @returns false when it makes no sense
   */
  adopt(id: number, type: number, parentId: number | null, name: string, lookups: number): boolean {
    const parent = parentId === null ? null : this.#byId.get(parentId);
    if (parent === undefined || this.#byId.has(id) || this.#byId.size >= NODES_MOST) return false;
    if (parent && (parent.type !== FILE_TYPE.directory || name === '')) return false;
    const node = make(id, type, null, parent, name);
    node.lookups = lookups;
    this.#byId.set(id, node);
    if (!parent) return true;
    parent.children++;
    this.#unconfirmed.set(placeKey(parent, name), node);
    return true;
  }

  /** Also what is only open, and not known any more. */
  at(id: number): Node | undefined {
    return this.#byId.get(id);
  }

  /** Numbers below are not given again. */
  continueAt(nextId: number): void {
    this.#nextId = Math.max(nextId, this.#nextId);
  }

  /** It was seen where a restored one is said to be: this is it. */
  confirm(node: Node, identity: string): void {
    if (node.identity !== null) return;
    node.identity = identity;
    if (!this.#byIdentity.has(identity)) this.#byIdentity.set(identity, node);
    if (node.parent) this.#unconfirmed.delete(placeKey(node.parent, node.name));
  }

  #confirm(parent: Node, name: string, type: number, identity: string): Node | undefined {
    const node = this.#unconfirmed.get(placeKey(parent, name));
    if (node?.type !== type) return undefined;
    this.confirm(node, identity);
    return node;
  }

  #add(parent: Node, name: string, type: number, identity: string): Node {
    if (this.#byId.size >= NODES_MOST) throw new FileError('ENOMEM');
    const node = make(this.#nextId++, type, identity, parent, name);
    parent.children++;
    this.#byId.set(node.id, node);
    this.#byIdentity.set(identity, node);
    return node;
  }

  #leave(node: Node): void {
    const { parent } = node;
    if (!parent) return;
    if (node.identity === null) this.#unconfirmed.delete(placeKey(parent, node.name));
    node.parent = null;
    parent.children--;
    this.#sweep(parent);
  }

  /** Lets go of a node that nobody needs, and of those that only it needed. */
  #sweep(from: Node): void {
    for (let node: Node | null = from; node && node !== this.root;) {
      if (node.lookups > 0 || node.children > 0 || node.handles.size > 0) return;
      const parent: Node | null = node.parent;
      this.#byId.delete(node.id);
      if (node.identity !== null && this.#byIdentity.get(node.identity) === node)
        this.#byIdentity.delete(node.identity);
      if (node.identity === null && parent) this.#unconfirmed.delete(placeKey(parent, node.name));
      this.#gone(node);
      if (parent) parent.children--;
      node.parent = null;
      node = parent;
    }
  }
}

function make(id: number, type: number, identity: string | null, parent: Node | null, name: string): Node {
  return { id, type, identity, parent, name, lookups: 0, children: 0, handles: NO_HANDLES };
}

function placeKey(parent: Node, name: string): string {
  return `${parent.id}/${name}`;
}

/** Whether `inner` is `outer`, or found through it. */
function isWithin(inner: Node, outer: Node): boolean {
  for (let node: Node | null = inner; node; node = node.parent) if (node === outer) return true;
  return false;
}
