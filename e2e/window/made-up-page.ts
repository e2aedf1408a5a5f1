import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { build, preview } from 'vite';
import { root } from './home.ts';

export interface MadeUpPage {
  /** Of the window's page; "?empty" behind it shows the first day. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The window's page over a service that exists only in its memory, served on a free port: for states that a real one
 * reaches rarely or slowly.
 */
export async function serveMadeUp(): Promise<MadeUpPage> {
  const folder = mkdtempSync(join(tmpdir(), 'inn-page-'));
  const shared = { root: join(root, 'src-renderer'), configFile: false, logLevel: 'error' } as const;
  const input = join(root, 'src-renderer/testing/index.html');
  const output = { outDir: folder, target: 'chrome130', chunkSizeWarningLimit: 4000, rolldownOptions: { input } };
  await build({ ...shared, plugins: [react()], build: output });
  const server = await preview({ ...shared, build: { outDir: folder }, preview: { host: '127.0.0.1', port: 0 } });
  const address = server.httpServer.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/testing/index.html`,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
