import { collect, corrupt } from '../../images/formats/byte-source.ts';
import { busyboxApplets } from '../../images/formats/busybox.ts';
import { tarEnd, tarHeader, tarPadding, type TarItem } from '../../images/formats/tar-writer.ts';
import type { BaseDish, BaseRecipe } from './base-image.ts';
import { settingsOf } from './base-image.ts';

const MIB = 1024 * 1024;
const PACKAGE = 'busybox-static';
const MOST_BYTES = 16 * MIB;
const DIRECTORIES: Readonly<Record<string, number>> = {
  ...{ bin: 0o755, dev: 0o755, etc: 0o755, home: 0o755, proc: 0o555, root: 0o700, sys: 0o555, tmp: 0o1777 },
  ...{ usr: 0o755, 'usr/bin': 0o755, var: 0o755, 'var/tmp': 0o1777 },
};
const FILES: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n',
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
};

/** One program that is all of them: enough for a shell, and the quickest to start. */
export const busybox: BaseRecipe = {
  card: {
    name: 'busybox',
    title: 'BusyBox',
    description: 'One small program that is a shell and 270 tools. Starts in a moment.',
    downloadBytes: 10 * MIB,
  },
  names: ['docker.io/library/busybox:latest'],

  async make(archive, { images }, work): Promise<BaseDish> {
    const record = archive.packages.get(PACKAGE);
    await archive.fetch(record);
    let binary: Uint8Array | undefined;
    for await (const entry of archive.entries(record)) {
      if (entry.type === 'file' && entry.path === 'usr/bin/busybox') {
        binary = await collect(entry.content, MOST_BYTES, PACKAGE);
      }
    }
    if (binary === undefined) throw corrupt(PACKAGE, 'the expected program is not in it');
    const modifiedAt = Math.floor(archive.release.date / 1000);
    const layer = await images.addLayer(tree(binary, modifiedAt), work);
    return {
      settings: settingsOf(['sh']),
      layers: [{ layer, createdBy: `BusyBox ${record.version} of Debian ${archive.release.version}` }],
      createdAt: archive.release.date,
    };
  },
};

// What an archive is written from may be asynchronous; this is not.
// eslint-disable-next-line @typescript-eslint/require-await
async function* tree(binary: Uint8Array, modifiedAt: number): AsyncGenerator<Uint8Array, void, void> {
  const own = { owner: 0, group: 0, modifiedAt, sizeBytes: 0, target: '' };
  for (const [path, mode] of Object.entries(DIRECTORIES)) yield tarHeader({ ...own, path, mode, type: 'directory' });
  yield* file({ ...own, path: 'bin/busybox', mode: 0o755, type: 'file' }, binary);
  for (const applet of busyboxApplets(binary, PACKAGE)) {
    if (applet === 'busybox') continue;
    yield tarHeader({ ...own, path: `bin/${applet}`, mode: 0o777, type: 'symlink', target: 'busybox' });
  }
  for (const [path, text] of Object.entries(FILES)) {
    yield* file({ ...own, path, mode: 0o644, type: 'file' }, new TextEncoder().encode(text));
  }
  // Programs of scripts are looked for here.
  yield tarHeader({ ...own, path: 'usr/bin/env', mode: 0o777, type: 'symlink', target: '../../bin/busybox' });
  yield tarEnd();
}

function* file(item: TarItem, content: Uint8Array): Generator<Uint8Array, void, void> {
  yield tarHeader({ ...item, sizeBytes: content.length });
  yield content;
  yield tarPadding(content.length);
}
