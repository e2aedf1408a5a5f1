import { resolvePath, type BootEntry } from './boot-entry.ts';

interface Label {
  readonly name: string;
  kernel: string | null;
  initrds: readonly string[];
  commandLine: string;
}

/**
 * extlinux.conf, as U-Boot reads it (doc/README.pxe): the default first, then the others in their order.
 * @param path of the file, which relative paths in it begin at
 */
export function readExtlinux(text: string, path: string): readonly BootEntry[] {
  let standard = '';
  let common = '';
  const labels: Label[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    const label = labels.at(-1);
    switch (word.toLowerCase()) {
      case 'default':
        standard = rest;
        break;
      case 'label':
        labels.push({ name: rest, kernel: null, initrds: [], commandLine: common });
        break;
      case 'kernel':
      case 'linux':
        // Behind "#" stands which configuration of a bundle is meant.
        if (label) label.kernel = rest.split('#')[0] ?? '';
        break;
      case 'initrd':
        if (label) label.initrds = rest.split(',').filter((name) => name !== '');
        break;
      case 'append':
        if (label) label.commandLine = rest;
        else common = rest;
    }
  }
  const ordered = [
    ...labels.filter(({ name }) => name === standard),
    ...labels.filter(({ name }) => name !== standard),
  ];
  return ordered.flatMap(({ kernel, initrds, commandLine }) => {
    if (kernel === null || kernel === '') return [];
    const resolve = (name: string): string => resolvePath(path, name);
    return [{ kernel: resolve(kernel), initrds: initrds.map(resolve), commandLine, isIncomplete: false }];
  });
}
