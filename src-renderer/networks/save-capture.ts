import { desktopApp } from '../desktop/desktop.ts';
import { tellDone, tellFailure } from '../parts/tell.ts';

/** A browser puts it where it puts downloads, and says so itself. */
function download(name: string, bytes: Uint8Array<ArrayBuffer>): null {
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/vnd.tcpdump.pcap' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
  return null;
}

/** Lets the person say where, in the desktop app; a browser has its folder for downloads. */
export async function saveCapture(network: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const name = `${network}.pcap`;
  try {
    const path = desktopApp ? await desktopApp.saveFile('Save packets', name, bytes) : download(name, bytes);
    if (path !== null) tellDone(`The packets are in ${path}`);
  } catch (error) {
    tellFailure(error, `save ${name}`);
  }
}
