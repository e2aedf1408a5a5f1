import { desktopApp } from '../desktop/desktop.ts';
import { tellDone, tellFailure } from './tell.ts';

interface Saved {
  /** "Save packets": above the question where to. */
  readonly title: string;
  /** Proposed for the file. */
  readonly name: string;
  readonly type: string;
  /** Begins the sentence "… is in /path". */
  readonly what: string;
}

/** A browser puts it where it puts downloads, and says so itself. */
function download({ name, type }: Saved, bytes: Uint8Array<ArrayBuffer>): null {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
  return null;
}

/** Lets the person say where, in the desktop app; a browser has its folder for downloads. */
export async function saveBytes(saved: Saved, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const { title, name, what } = saved;
  try {
    const path = desktopApp ? await desktopApp.saveFile(title, name, bytes) : download(saved, bytes);
    if (path !== null) tellDone(`${what} in ${path}`);
  } catch (error) {
    tellFailure(error, `save ${name}`);
  }
}
