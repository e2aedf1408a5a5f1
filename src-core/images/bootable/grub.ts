import { resolvePath, type BootEntry } from './boot-entry.ts';

const LINUX = /^\s*linux(?:efi|16)?\s+(.*)$/;
const INITRD = /^\s*initrd(?:efi|16)?\s+(.*)$/;

/**
 * The menu entries of a grub.cfg, in their order. GRUB runs it as a program; here only the lines that name a kernel are
 * read, which is all there is to the configuration that distributions generate. A word with a variable is left out.
 */
export function readGrub(text: string): readonly BootEntry[] {
  const entries: { kernel: string; commandLine: string; isIncomplete: boolean; initrds: string[] }[] = [];
  let inEntry = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*menuentry\s/.test(line)) inEntry = true;
    if (!inEntry) continue;
    const linux = LINUX.exec(line)?.[1];
    const initrd = INITRD.exec(line)?.[1];
    if (linux !== undefined) {
      const [kernel = '', ...words] = wordsOf(linux);
      const known = words.filter((word) => !word.includes('$'));
      const isIncomplete = known.length < words.length;
      entries.push({ kernel: pathOf(kernel), commandLine: known.join(' '), isIncomplete, initrds: [] });
    } else if (initrd !== undefined) {
      entries.at(-1)?.initrds.push(...wordsOf(initrd).map(pathOf));
    }
  }
  return entries.filter(({ kernel }) => !kernel.includes('$') && kernel !== '/');
}

/** Separated by blanks, of which some may be within quotes. */
function wordsOf(text: string): string[] {
  const words = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/["']/g, ''));
}

/** "($root)/boot/vmlinuz" or "(hd0,gpt2)/vmlinuz": the device is looked for here by what lies on it. */
function pathOf(word: string): string {
  return resolvePath('/', word.replace(/^\([^)]*\)/, ''));
}
