import type { ContainerView } from '../../../src-core/contract/containers.ts';
import { saveBytes } from '../../parts/save-bytes.ts';
import { tell, tellFailure } from '../../parts/tell.ts';
import { service } from '../../state/session.ts';

/** What the window takes into its memory to save it; more goes with `inn ctr cp`, which needs no window. */
const MOST_BYTES = 60 * 1024 * 1024;

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** @returns a tar archive of what is at a path; null where it is too much for a window */
async function readArchive(container: string, path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const stream = await service().containers.readFiles({ container, path });
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const tooMuch = new Promise<true>((resolve) => {
    stream.onData((piece, _channel, done) => {
      bytes += piece.length;
      if (bytes <= MOST_BYTES) pieces.push(piece.slice());
      else resolve(true);
      done();
    });
  });
  const stopped = await Promise.race([tooMuch, stream.result.then(() => false)]);
  if (!stopped) return joined(pieces, bytes);
  stream.result.catch(() => undefined);
  stream.close();
  return null;
}

/** Saves what is at a path of a container as a tar archive of this computer. */
export async function saveFilesOf({ id, name }: ContainerView, path: string): Promise<void> {
  const file = `${path.split('/').findLast((part) => part !== '') ?? name}.tar`;
  try {
    const archive = await readArchive(id, path);
    if (archive === null) {
      tell(`${path} is too large to be saved here`, `inn ctr cp ${name}:${path} . copies it.`);
      return;
    }
    await saveBytes({ title: `Save ${path}`, name: file, type: 'application/x-tar', what: `${path} is` }, archive);
  } catch (error) {
    tellFailure(error, `copy ${path} from container ${name}`);
  }
}
