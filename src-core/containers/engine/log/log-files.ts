import type { Files } from '../../../host/files.ts';

/** What logs need of the files of this computer. What is added last may be lost when the power fails. */
export interface LogFiles extends Pick<Files, 'readRange' | 'inspect' | 'rename' | 'remove' | 'join'> {
  /** Adds to the end of a file, which is made when it is not there. @throws AppError */
  append(path: string, bytes: Uint8Array): Promise<void>;
}
