import { tarEnd, tarHeader, tarPadding } from '../../../images/formats/tar-writer.ts';
import { damaged } from '../manifest.ts';
import type { ExchangeFile } from '../outside.ts';

/** Files as one tar archive; the same files give the same bytes. @throws AppError 'corrupt' when one is not as large as it says */
export async function* tarOfFiles(
  files: AsyncIterable<ExchangeFile>,
  doing: string,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const { path, sizeBytes, bytes } of files) {
    const owners = { owner: 0, group: 0, modifiedAt: 0, target: '' };
    yield tarHeader({ ...owners, path, type: 'file', mode: 0o644, sizeBytes });
    let written = 0;
    for await (const chunk of bytes) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== sizeBytes) throw damaged(doing, `${path} is of ${written} bytes, and not of ${sizeBytes}`);
    yield tarPadding(sizeBytes);
  }
  yield tarEnd();
}
