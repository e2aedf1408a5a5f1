import { decodeBase64 } from './base64.ts';
import { FILE_ENCODINGS, type FileToWrite } from './schema.ts';
import { step, type Step } from './steps.ts';

/** A whole new file comes by a rename; what a link leads to is written, not the link. */
const WRITE = `
set -e
path=$1 owner=$2 mode=$3 append=$4 packed=$5
[ ! -L "$path" ] || path=$(readlink -f "$path")
if [ -d "$path" ]; then echo "$path is a directory"; exit 1; fi
mkdir -p "\${path%/*}/"
unpack() { if [ -n "$packed" ]; then gzip -dc; else cat; fi; }
if [ -n "$append" ]; then
  unpack >>"$path"
  chown "$owner" "$path"
  chmod "$mode" "$path"
else
  draft=$path.innkeeper-new
  umask 077
  if ! unpack >"$draft" || ! chown "$owner" "$draft" || ! chmod "$mode" "$draft"; then rm -f "$draft"; exit 1; fi
  mv -f "$draft" "$path"
fi
`;

export function writeFiles(files: readonly FileToWrite[]): Step[] {
  return files.map((file) => {
    const { path, owner, permissions, append } = file;
    const mode = permissions.toString(8).padStart(4, '0');
    const packed = FILE_ENCODINGS[file.encoding].gzip ? 'gzip' : '';
    const words = [path, owner === '' ? 'root' : owner, mode, append ? 'append' : '', packed];
    return step(`Write ${path}`, WRITE, words, contentOf(file) ?? '');
  });
}

/** @returns undefined when it is not encoded as it says */
export function contentOf({ content, encoding }: FileToWrite): Uint8Array | undefined {
  if (content instanceof Uint8Array) return content;
  return FILE_ENCODINGS[encoding].base64 ? decodeBase64(content) : new TextEncoder().encode(content);
}
