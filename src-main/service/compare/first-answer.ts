import { createServer } from 'node:net';
import { request } from 'undici';
import { AppError } from '../../../src-core/base/errors.ts';

const PAUSE_MS = 2;
const PATIENCE_MS = 60_000;

/** A port of this computer that nobody has. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Asks until the service answers with the page. @throws AppError 'timeout' */
export async function firstAnswer(port: number, page: string, doing: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    try {
      const { body } = await request(`http://127.0.0.1:${port}/`, { headersTimeout: PATIENCE_MS });
      if ((await body.text()).includes(page)) return;
    } catch {
      // It does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new AppError({ code: 'timeout', doing, because: `it did not answer within ${PATIENCE_MS / 1000} s` });
}
