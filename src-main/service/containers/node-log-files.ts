import { appendFile } from 'node:fs/promises';
import type { LogFiles } from '../../../src-core/containers/engine/log/log-files.ts';
import { fileProblem } from '../os/file-problem.ts';
import { NodeFiles } from '../os/node-files.ts';

/** Files that grow at their end. */
export class NodeLogFiles extends NodeFiles implements LogFiles {
  async append(path: string, bytes: Uint8Array): Promise<void> {
    try {
      await appendFile(path, bytes);
    } catch (error) {
      throw fileProblem(`write ${path}`, error);
    }
  }
}
