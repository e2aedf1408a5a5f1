import { assert } from '../../base/errors.ts';
import type { MachineSource } from '../../contract/machines.ts';
import { filesOf } from '../../images/image.ts';
import type { MachineDefinition } from '../store/definition.ts';
import type { Snapshot } from '../snapshots/snapshot.ts';
import { ArrivingCards } from './arriving-cards.ts';
import type { CardPlace } from './arriving-cards.ts';
import { damaged, type MachineFile, type Member } from './manifest.ts';

const DISK = /^disks\/([0-9a-f]{16})\.qcow2$/;
const MEMORY = /^memory\/([0-9a-f]{16})\.state$/;
const IMAGE = /^image\/([^/]+)$/;
const SOURCE = /^source\/(kernel|initrd|firmware)$/;
const CONSOLE = /^snapshots\/([0-9a-f]{16})\/console$/;
const MOST_PROCESSORS = 8;

/** Where a member goes. */
export type Destination =
  | { readonly kind: 'disk' | 'memory'; readonly layer: string }
  | { readonly kind: 'image' | 'source'; readonly file: string }
  | { readonly kind: 'console'; readonly snapshot: string | null };

export interface ImportPlan {
  readonly definition: MachineDefinition;
  readonly snapshots: readonly Snapshot[];
  readonly destinations: readonly { readonly member: Member; readonly to: Destination }[];
  /** New names of layers by their old ones. */
  readonly disks: ReadonlyMap<string, string>;
  readonly memory: ReadonlyMap<string, string>;
}

/** What is decided where the machine comes to. */
export interface ImportPlace extends CardPlace {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** What the image is called here; null for a machine without one. */
  readonly image: string | null;
  newLayer(): string;
  /** Where the files that it boots will be: "kernel". */
  sourcePath(file: string): string;
  /** An empty folder in place of one that was shared on the other computer. */
  emptyFolder(slot: number): string;
}

/**
 * Decides what becomes of everything in a file. Layers get new names, paths of the other computer go.
 * @throws AppError 'corrupt' when its parts do not fit together
 */
export function planImport(file: MachineFile, place: ImportPlace, doing: string): ImportPlan {
  const fail = (because: string): Error => damaged(doing, `it is damaged (${because})`);
  const sorted = sortMembers(file, place, fail);
  const { disks, memory } = sorted;
  const cards = new ArrivingCards(file, place);
  const renamed = new Renaming({ ...place, isCopy: place.isCopy || cards.areNew }, { disks, memory, cards }, fail);
  const definition = renamed.definition(file.definition, sorted.sources);
  const snapshots = renamed.snapshots(file.snapshots);
  checkTops(definition, snapshots, fail);
  return { definition, snapshots, destinations: sorted.destinations, disks, memory };
}

/**
 * Checks what the layers themselves say they are built on: not on themselves, and on nothing that is still to be written.
 * @param links for each layer by its new name, what it is built on
 */
export function checkLinks(
  plan: Pick<ImportPlan, 'definition'>,
  links: ReadonlyMap<string, string | null>,
  doing: string,
): void {
  const tops = new Set(plan.definition.disks.filter(({ readOnly }) => !readOnly).map(({ path }) => path.slice(0, 16)));
  for (const [layer, below] of links) {
    if (below !== null && tops.has(below))
      throw damaged(doing, 'it is damaged (a disk is built on one that is written)');
    const seen = new Set([layer]);
    for (let at = below; at !== null; at = links.get(at) ?? null) {
      if (seen.has(at)) throw damaged(doing, 'it is damaged (a layer is built on itself)');
      seen.add(at);
    }
  }
}

type Fail = (because: string) => Error;

interface Sorted {
  readonly destinations: { member: Member; to: Destination }[];
  readonly disks: Map<string, string>;
  readonly memory: Map<string, string>;
  readonly sources: Set<string>;
}

function sortMembers({ members, image, snapshots }: MachineFile, place: ImportPlace, fail: Fail): Sorted {
  const sorted: Sorted = { destinations: [], disks: new Map(), memory: new Map(), sources: new Set() };
  const known = new Set(snapshots.map(({ id }) => id));
  const ofImage = new Map((image === null ? [] : filesOf(image)).map((file) => [file.file, file]));
  const seen = new Set<string>();
  for (const member of members) {
    if (seen.has(member.path)) throw fail(`${member.path} is in it twice`);
    seen.add(member.path);
    const to = destinationOf(member, { known, ofImage, place, sorted });
    if (to === null) throw fail(`nobody needs ${member.path}`);
    sorted.destinations.push({ member, to });
  }
  for (const file of ofImage.keys()) if (!seen.has(`image/${file}`)) throw fail(`image/${file} is missing`);
  return sorted;
}

function destinationOf(
  { path, sizeBytes, sha256 }: Member,
  {
    known,
    ofImage,
    place,
    sorted,
  }: {
    known: ReadonlySet<string>;
    ofImage: ReadonlyMap<string, { readonly sizeBytes: number; readonly sha256: string }>;
    place: ImportPlace;
    sorted: Sorted;
  },
): Destination | null {
  const disk = DISK.exec(path)?.[1];
  if (disk !== undefined) return { kind: 'disk', layer: given(sorted.disks, disk, place) };
  const memory = MEMORY.exec(path)?.[1];
  if (memory !== undefined) return { kind: 'memory', layer: given(sorted.memory, memory, place) };
  const file = IMAGE.exec(path)?.[1];
  const wanted = ofImage.get(file ?? '');
  if (file !== undefined && wanted?.sizeBytes === sizeBytes && wanted.sha256 === sha256) return { kind: 'image', file };
  const source = SOURCE.exec(path)?.[1];
  if (source !== undefined) {
    sorted.sources.add(source);
    return { kind: 'source', file: source };
  }
  if (path === 'console') return { kind: 'console', snapshot: null };
  const snapshot = CONSOLE.exec(path)?.[1];
  return snapshot !== undefined && known.has(snapshot) ? { kind: 'console', snapshot } : null;
}

function given(names: Map<string, string>, old: string, place: ImportPlace): string {
  const name = place.newLayer();
  assert(!names.has(old), 'each layer comes once');
  names.set(old, name);
  return name;
}

/** Puts new names and paths into documents. */
class Renaming {
  readonly #place: ImportPlace;
  readonly #disks: ReadonlyMap<string, string>;
  readonly #memory: ReadonlyMap<string, string>;
  readonly #cards: ArrivingCards;
  readonly #fail: Fail;

  constructor(
    place: ImportPlace,
    {
      disks,
      memory,
      cards,
    }: {
      readonly disks: ReadonlyMap<string, string>;
      readonly memory: ReadonlyMap<string, string>;
      readonly cards: ArrivingCards;
    },
    fail: Fail,
  ) {
    this.#place = place;
    this.#disks = disks;
    this.#memory = memory;
    this.#cards = cards;
    this.#fail = fail;
  }

  definition(old: MachineDefinition, sources: ReadonlySet<string>): MachineDefinition {
    const { id, name, createdAt, isCopy } = this.#place;
    if (old.processors > MOST_PROCESSORS) throw this.#fail('its processors');
    const resume = old.resume && {
      memory: this.#memoryLayer(old.resume.memory),
      renewed: old.resume.renewed || isCopy,
    };
    return {
      ...old,
      ...{ id, name, createdAt, resume },
      source: this.#source(old.source, sources),
      disks: this.#diskList(old.disks),
      shares: this.#shares(old.shares, resume !== null),
      cards: this.#cardList(old.cards),
      // Ports of this computer are its person's to give.
      forwards: [],
      newIdentity: old.newIdentity || isCopy,
    };
  }

  snapshots(all: readonly Snapshot[]): Snapshot[] {
    const ids = new Set(all.map(({ id }) => id));
    const names = new Set(all.map(({ name }) => name.toLowerCase()));
    if (ids.size < all.length || names.size < all.length) throw this.#fail('two snapshots are the same');
    return all.map((snapshot) => {
      const memory = snapshot.memory === null ? null : this.#memoryLayer(snapshot.memory);
      const { hardware, parent } = snapshot;
      const disks = this.#diskList(hardware.disks);
      const shares = this.#shares(hardware.shares, memory !== null);
      return {
        ...snapshot,
        memory,
        parent: parent !== null && ids.has(parent) ? parent : null,
        hardware: { ...hardware, disks, shares, cards: this.#cardList(hardware.cards) },
        renewed: memory !== null && (snapshot.renewed || this.#place.isCopy),
      };
    });
  }

  #diskList(disks: MachineDefinition['disks']): MachineDefinition['disks'] {
    if (new Set(disks.map(({ slot }) => slot)).size < disks.length) throw this.#fail('two disks have the same place');
    return disks.map((disk) => {
      const layer = this.#disks.get(disk.path.replace(/\.qcow2$/, ''));
      if (!disk.own || layer === undefined) throw this.#fail(`the disk ${disk.path} is missing`);
      return { ...disk, path: `${layer}.qcow2` };
    });
  }

  #cardList(cards: MachineDefinition['cards']): MachineDefinition['cards'] {
    if (new Set(cards.map(({ slot }) => slot)).size < cards.length) throw this.#fail('two cards have the same place');
    return cards.map((card) => this.#cards.here(card));
  }

  #memoryLayer(old: string): string {
    const layer = this.#memory.get(old);
    if (layer === undefined) throw this.#fail(`the memory ${old} is missing`);
    return layer;
  }

  /**
   * A folder of the other computer means nothing here, and could be any folder of this one. Who goes on from a saved
   * moment knows the device, and gets one with an empty folder behind it.
   */
  #shares(shares: MachineDefinition['shares'], live: boolean): MachineDefinition['shares'] {
    if (!live) return [];
    if (new Set(shares.map(({ slot }) => slot)).size < shares.length)
      throw this.#fail('two folders have the same place');
    return shares.map((share) => ({ ...share, hostDirectory: this.#place.emptyFolder(share.slot) }));
  }

  #source(source: MachineSource, sources: ReadonlySet<string>): MachineSource {
    const { image, sourcePath } = this.#place;
    if (source.kind === 'image') {
      if (image === null) throw this.#fail('its image is missing');
      return { kind: 'image', image };
    }
    const { commandLine } = source;
    const named = (['kernel', 'initrd', 'firmware'] as const).filter((file) => source[file] !== undefined);
    const missing = named.find((file) => !sources.has(file));
    if (missing !== undefined) throw this.#fail(`source/${missing} is missing`);
    const paths = Object.fromEntries(named.map((file) => [file, sourcePath(file)]));
    return { kind: 'files', ...paths, ...(commandLine === undefined ? {} : { commandLine }) };
  }
}

/** What a machine writes to is its own: nothing else may name it. */
function checkTops(definition: MachineDefinition, snapshots: readonly Snapshot[], fail: Fail): void {
  const tops = definition.disks.filter(({ readOnly }) => !readOnly).map(({ path }) => path);
  const kept = new Set(snapshots.flatMap(({ hardware }) => hardware.disks.map(({ path }) => path)));
  const isShared = new Set(tops).size < tops.length || tops.some((path) => kept.has(path));
  if (isShared) throw fail('two disks are the same');
}
