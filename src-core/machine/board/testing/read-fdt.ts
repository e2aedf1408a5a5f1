/** A device tree as plain objects: properties as bytes, children by name. */
export interface ReadNode {
  readonly properties: Map<string, Uint8Array>;
  readonly children: Map<string, ReadNode>;
}

/** Reads a blob by the book (Devicetree Specification 0.4, chapter 5) and throws at whatever does not fit. */
export function readFdt(blob: Uint8Array): ReadNode {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  const field = (index: number) => view.getUint32(index * 4);
  const [magic, total, structure, strings, reservations] = [field(0), field(1), field(2), field(3), field(4)];
  if (magic !== 0xd00dfeed || total > blob.length) throw new Error('bad header');
  if (field(5) !== 17 || field(6) !== 16) throw new Error('bad version');
  if (reservations % 8 !== 0 || structure % 4 !== 0) throw new Error('bad alignment');
  if (view.getBigUint64(reservations) !== 0n || view.getBigUint64(reservations + 8) !== 0n)
    throw new Error('reservations');
  let at = structure;
  const cell = () => {
    const value = view.getUint32(at);
    at += 4;
    return value;
  };
  const text = (from: number) => {
    const end = blob.indexOf(0, from);
    return new TextDecoder().decode(blob.slice(from, end));
  };
  const node = (): ReadNode => {
    const properties = new Map<string, Uint8Array>();
    const children = new Map<string, ReadNode>();
    for (;;) {
      const token = cell();
      if (token === 2) return { properties, children };
      if (token === 3) {
        const length = cell();
        const name = text(strings + cell());
        if (children.size > 0) throw new Error('a property behind a child');
        properties.set(name, blob.slice(at, at + length));
        at = (at + length + 3) & ~3;
      } else if (token === 1) {
        const name = text(at);
        at = (at + name.length + 4) & ~3;
        children.set(name, node());
      } else throw new Error(`token ${token.toString()}`);
    }
  };
  if (cell() !== 1 || cell() !== 0) throw new Error('no root');
  const root = node();
  if (cell() !== 9 || at !== structure + field(9)) throw new Error('no end');
  return root;
}

/** The node at a path such as `/soc/pci@30000000`. */
export function nodeAt(root: ReadNode, path: string): ReadNode {
  let node = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    const child = node.children.get(name);
    if (!child) throw new Error(`no ${name} in ${path}`);
    node = child;
  }
  return node;
}

export function cellsOf(node: ReadNode, name: string): number[] {
  const bytes = node.properties.get(name) ?? new Uint8Array();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4));
}

export function stringsOf(node: ReadNode, name: string): string[] {
  return new TextDecoder().decode(node.properties.get(name)).split('\0').slice(0, -1);
}
