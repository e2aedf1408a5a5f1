import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** What the window's build consists of; nothing else is served. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

export interface StaticFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
}

/** @returns the file that `pathname` (of a URL, still encoded) names below `directory`, or undefined */
export async function findStaticFile(directory: string, pathname: string): Promise<StaticFile | undefined> {
  const name = decodedName(pathname);
  const mediaType = name === undefined ? undefined : MEDIA_TYPES[extname(name)];
  if (name === undefined || mediaType === undefined) return undefined;
  try {
    // Symbolic links are followed first: what counts is where the file really is.
    const [root, path] = await Promise.all([realpath(directory), realpath(join(directory, name))]);
    const { size } = await stat(path);
    return path.startsWith(root + sep) ? { path, sizeBytes: size, mediaType } : undefined;
  } catch {
    return undefined;
  }
}

function decodedName(pathname: string): string | undefined {
  try {
    const name = decodeURIComponent(pathname === '/' ? '/index.html' : pathname);
    // No name of the build has these; a backslash separates on Windows.
    return /[\0\\:]|\/\.|\/\//.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}
