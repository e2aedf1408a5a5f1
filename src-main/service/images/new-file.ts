import { AppError } from '../../../src-core/base/errors.ts';
import type { Files } from '../../../src-core/host/files.ts';

/** A path that a file is to be written to: nothing is ever overwritten. @throws AppError 'invalid-input', 'already-exists' */
export async function checkNewFile(files: Files, doing: string, path: string): Promise<void> {
  if (!files.isAbsolute(path)) {
    const because = `the path ${path} is relative`;
    throw new AppError({ code: 'invalid-input', doing, because, hint: 'Give the whole path.' });
  }
  if ((await files.inspect(path)) !== null) {
    const because = `there is already a file ${path}`;
    throw new AppError({ code: 'already-exists', doing, because, hint: 'Choose another path.', data: { path } });
  }
  const folder = await files.inspect(files.join(path, '..'));
  if (folder?.kind === 'directory') return;
  const because = `there is no folder ${files.join(path, '..')}`;
  throw new AppError({ code: 'not-found', doing, because, hint: 'Make the folder, or choose another.' });
}
