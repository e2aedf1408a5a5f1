import { AppError } from '../../base/errors.ts';
import { OPAQUE } from './file-mode.ts';
import { latin1, numbersFrom, type LayerNode } from './layer-index.ts';
import type { PackedIndex, PackedNode } from './packed-index.ts';

/** Names that are looked for in layers below, for all of a layer: most layers tell of every directory that they are in. */
const MOST_LOOKED_FOR = 4_000_000;

/** What is told of a directory besides what is in it. */
export type DirectoryWords = Pick<LayerNode, 'mode' | 'owner' | 'group' | 'modifiedAt' | 'attributes'>;

/** A directory that an archive names only as the way to something. */
export interface UntoldDirectory {
  /** From the root of the layer, one character for each byte. */
  readonly path: readonly string[];
  /** Says what the layers below say of it. */
  describe(words: DirectoryWords): void;
}

/**
 * Looks in the layers below for directories that a layer says nothing about. Where files are unpacked over one another
 * such a directory stays as it was; in an overlay it would be seen as its topmost layer has it, so it must have the same.
 * @param below the topmost first; each is asked for only while something is still to be found
 * @throws AppError 'corrupt' for a layer that is made to be searched for ever
 */
export async function lookBelow(
  untold: Iterable<UntoldDirectory>,
  below: AsyncIterable<PackedIndex>,
  what: string,
): Promise<void> {
  let wanted = untold;
  let steps = 0;
  for await (const index of below) {
    const left: UntoldDirectory[] = [];
    for (const directory of wanted) {
      steps += 1 + directory.path.length;
      if (steps > MOST_LOOKED_FOR) throw endless(what);
      const found = find(index, directory.path);
      if (found === 'not here') left.push(directory);
      else if (found !== 'hidden') directory.describe(wordsOf(index, found));
    }
    if (left.length === 0) return;
    wanted = left;
  }
}

/** @returns 'hidden' where nothing that is further below is seen */
function find(index: PackedIndex, path: readonly string[]): PackedNode | 'not here' | 'hidden' {
  let node = index.node(0);
  let isOpaque = false;
  for (const name of path) {
    if (!node?.entries) return 'hidden';
    isOpaque ||= numbersFrom(node.attributes).some((at) => index.attribute(at).name === OPAQUE);
    const number = index.find(node, name);
    if (number === undefined) return isOpaque ? 'hidden' : 'not here';
    node = index.node(number);
  }
  return node?.entries ? node : 'hidden';
}

function wordsOf(index: PackedIndex, { mode, owner, group, modifiedAt, attributes }: PackedNode): DirectoryWords {
  const all = numbersFrom(attributes).map((at) => index.attribute(at));
  const told = all.filter(({ name }) => name !== OPAQUE).map(({ name, value }) => [name, latin1(value)] as const);
  return { mode, owner, group, modifiedAt, attributes: Object.fromEntries(told) };
}

function endless(what: string): AppError {
  const because = `${what} cannot be used: it says nothing about too many of its directories`;
  return new AppError({ code: 'corrupt', doing: `read ${what}`, because });
}
