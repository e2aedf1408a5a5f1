import type { MachineSource } from '../../src-core/contract/machines.ts';

export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) || path;
}

/** What a machine boots, in a few words: the image's name, or the files'. */
export function sourceText(source: MachineSource): string {
  if (source.kind === 'image') return source.image;
  const files = [source.firmware, source.kernel, source.initrd].filter((path) => path !== undefined);
  return files.length === 0 ? 'own files' : files.map(fileName).join(', ');
}
