import { tell } from './tell.ts';

/** @param what begins the sentence "… is on the clipboard" */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} is on the clipboard`);
  } catch {
    tell('The clipboard cannot be reached', 'The browser or the system did not allow it.');
  }
}
