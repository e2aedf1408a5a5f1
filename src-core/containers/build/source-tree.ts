/** Files that COPY takes: of the context, or of a stage or image. Paths are relative to its root, with "/"; '' is the root. */
export interface SourceTree {
  /** What is at a path. In a stage links on the way, and at its end, are followed inside its root. */
  find(path: string): Promise<SourceEntry | null>;
  /** It and everything below it, each directory before what is in it, in a fixed order; links are not followed. */
  walk(path: string): AsyncIterable<SourceEntry>;
  /** Who "ada:staff" is there; null for a name that it does not know. */
  owner(text: string): Promise<Owner | null>;
}

export interface Owner {
  readonly user: number;
  readonly group: number;
}

export interface SourceEntry {
  /** Where it really is: of one that was found through links, not the path that was asked for. */
  readonly path: string;
  /** other: a device, a pipe or a socket. */
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Permission bits. */
  readonly mode: number;
  readonly owner: Owner;
  readonly sizeBytes: number;
  /** Seconds since 1970. */
  readonly modifiedAt: number;
  /** Of a link. */
  readonly target: string;
  content(): AsyncIterable<Uint8Array>;
}
