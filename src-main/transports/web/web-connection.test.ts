import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../../src-core/contract/client.ts';
import { call } from '../../../src-core/contract/define.ts';
import { serve } from '../../../src-core/contract/server.ts';
import { smallContract } from '../../../src-core/contract/testing/small-contract.ts';
import { secretsOf } from './web-secrets.ts';
import { serveWeb } from './web-server.ts';
import type { WebServer } from './web-server.ts';
import { openWebSocket } from '../../../src-renderer/connection/web-connection.ts';

const secrets = secretsOf('0'.repeat(64));
const sums = {
  sums: smallContract.sums,
  events: { subscribe: call(smallContract.sums.fail.input, smallContract.sums.fail.output) },
};
const plainFetch = fetch;
let server: WebServer;

beforeAll(async () => {
  server = await serveWeb({
    port: 0,
    directory: import.meta.dirname,
    secrets,
    onConnection: (channel) => {
      const handlers = {
        sums: { add: (input: { a: number }) => Promise.resolve({ sum: input.a + 1 }), fail: () => Promise.resolve({}) },
      };
      serve(sums, handlers, channel, { onEvent: () => ({ dispose: () => undefined }), snapshotEvents: () => [] });
    },
  });
});
afterAll(() => server.close());
afterEach(() => vi.unstubAllGlobals());

/** A browser's page at the server: it sends its origin and its cookie by itself. */
function page(hash: string, stored: Record<string, string> = {}) {
  const origin = `http://127.0.0.1:${server.port}`;
  const headers = { cookie: `innkeeper-${server.port}=${secrets.cookie}` };
  vi.stubGlobal(
    'WebSocket',
    class extends WebSocket {
      constructor(address: URL, protocols: string[]) {
        super(address, protocols, { origin, headers });
        // A browser tells of a refused connection by 'close' alone.
        this.on('error', () => undefined);
      }
    },
  );
  vi.stubGlobal('fetch', (path: string, options: { headers: object }) =>
    plainFetch(origin + path, { headers: { ...options.headers, ...headers } }),
  );
  const addresses: string[] = [];
  const window = {
    location: { origin, hash, pathname: '/', search: '' },
    history: {
      state: null,
      replaceState: (_state: unknown, _title: string, address: string) => addresses.push(address),
    },
    localStorage: {
      getItem: (name: string) => stored[name] ?? null,
      setItem: (name: string, value: string) => void (stored[name] = value),
    },
  };
  return { window: window as unknown as Window, addresses, stored };
}

it('takes the key out of the address, keeps it, and connects', async () => {
  const { window, addresses, stored } = page(`#key=${secrets.key}`);
  const client = createClient(sums, await openWebSocket(window));
  expect(await client.sums.add({ a: 2 })).toEqual({ sum: 3 });
  expect(addresses).toEqual(['/']);
  client.disconnect();
  const again = createClient(sums, await openWebSocket(page('', stored).window));
  expect(await again.sums.add({ a: 3 })).toEqual({ sum: 4 });
  again.disconnect();
});

it('says that a page without a key, or with a wrong one, must be opened with the printed address', async () => {
  const denied = { code: 'denied', hint: 'Open the address that "inn serve --web" prints.' };
  await expect(openWebSocket(page('').window)).rejects.toMatchObject(denied);
  await expect(openWebSocket(page('#key=1234').window)).rejects.toMatchObject(denied);
});

it('says that nobody answers when the service is gone, so that the window tries again', async () => {
  const { window } = page(`#key=${secrets.key}`);
  Object.assign(window.location, { origin: 'http://127.0.0.1:9' });
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no connection')));
  await expect(openWebSocket(window)).rejects.toMatchObject({ code: 'unavailable' });
});
