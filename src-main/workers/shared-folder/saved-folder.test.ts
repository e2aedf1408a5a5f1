import { expect, it } from 'vitest';
import { FILE_TYPE } from '../../../src-core/machine/devices/virtio/fs/shared-folder.ts';
import { Handles } from './handles.ts';
import { Nodes } from './nodes.ts';
import { restoreNodes, savedFolderSchema, saveFolder } from './saved-folder.ts';

const MODE = { read: true, write: false, append: false, truncate: false, synchronous: false, exclusive: false };
/** Eight folders have to fit into the document of a saved machine. */
const MOST_BYTES = 2 * 1024 * 1024;

function fresh(): { nodes: Nodes; handles: Handles } {
  return { nodes: new Nodes('root', () => undefined), handles: new Handles() };
}

it('keeps what is open and all directories of very many nodes, and is never too large', () => {
  const { nodes, handles } = fresh();
  const add = (name: string, type: number, identity: string) => nodes.learn(nodes.root, name, type, identity);
  // Names that take the most room in JSON.
  for (let index = 0; index < 30_000; index++) add(`${index}`.padEnd(200, '\u0001'), FILE_TYPE.file, `file ${index}`);
  const directory = add('directory', FILE_TYPE.directory, 'directory');
  const open = nodes.learn(directory, 'open', FILE_TYPE.file, 'open');
  nodes.opened(open, handles.add(open, MODE, 7).id);
  const saved = savedFolderSchema.parse(saveFolder(false, nodes, handles));
  expect(JSON.stringify(saved).length).toBeLessThan(MOST_BYTES);
  expect(saved.nodes.slice(0, 2).map(({ name }) => name)).toEqual(['directory', 'open']);
  expect(saved.nodes.length).toBeGreaterThan(500);
  const again = fresh();
  expect(restoreNodes(saved, again.nodes)).toBeNull();
  expect(again.nodes.get(open.id)).toMatchObject({ name: 'open', lookups: 1 });
  // What was left out is not known, and its number is not given again.
  expect(() => again.nodes.get(directory.id - 1)).toThrow('ESTALE');
  expect(again.nodes.learn(again.nodes.root, 'new', FILE_TYPE.file, 'new').id).toBe(nodes.nextId);
});

it('forgets a directory only with all that is found through it', () => {
  const gone: string[] = [];
  const nodes = new Nodes('root', ({ name }) => void gone.push(name));
  const directory = nodes.learn(nodes.root, 'directory', FILE_TYPE.directory, 'd');
  const file = nodes.learn(directory, 'file', FILE_TYPE.file, 'f');
  nodes.forget(directory.id, 1);
  expect(gone).toEqual([]);
  nodes.forget(file.id, 1);
  expect(gone).toEqual(['file', 'directory']);
});

it('does not take a directory that is seen within itself for its own parent', () => {
  const { nodes } = fresh();
  const directory = nodes.learn(nodes.root, 'd', FILE_TYPE.directory, 'd');
  const inner = nodes.learn(directory, 'e', FILE_TYPE.directory, 'e');
  expect(nodes.learn(inner, 'again', FILE_TYPE.directory, 'd')).toBe(directory);
  expect(nodes.learn(inner, 'root', FILE_TYPE.directory, 'root')).toBe(nodes.root);
  expect([directory.parent, directory.name]).toEqual([nodes.root, 'd']);
});
