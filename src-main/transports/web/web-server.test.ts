import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { messageChannelSuite } from '../../../src-core/contract/message-channel.suite.ts';
import { WEB_KEY_PREFIX, WEB_PROTOCOL } from '../../../src-core/contract/web-session.ts';
import type { ClientMessage, MessageChannel, ServerMessage } from '../../../src-core/contract/wire.ts';
import { webSocketChannel } from '../../../src-renderer/connection/web-socket-channel.ts';
import { loadWebSecrets } from './web-secrets.ts';
import { serveWeb } from './web-server.ts';
import type { WebServer } from './web-server.ts';

const directory = mkdtempSync(join(tmpdir(), 'innkeeper-web-'));
const secrets = loadWebSecrets(directory);
const arrivals: ((channel: MessageChannel<ServerMessage, ClientMessage>) => void)[] = [];
let connections = 0;
let server: WebServer;
let host: string;
let cookie: string;

beforeAll(async () => {
  const site = join(directory, 'site');
  mkdirSync(join(site, 'assets'), { recursive: true });
  writeFileSync(join(site, 'index.html'), '<!doctype html>window');
  writeFileSync(join(site, 'assets/app.js'), 'app()');
  writeFileSync(join(site, '.hidden.js'), 'hidden');
  writeFileSync(join(directory, 'outside.js'), 'outside');
  symlinkSync(join(directory, 'outside.js'), join(site, 'link.js'));
  server = await serveWeb({
    port: 0,
    directory: site,
    secrets,
    onConnection: (channel) => {
      connections++;
      arrivals.shift()?.(channel);
    },
  });
  host = `127.0.0.1:${server.port}`;
  cookie = `innkeeper-${server.port}=${secrets.cookie}`;
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: server.port, path, method, headers: { host, ...headers } },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    sent.on('error', reject).end();
  });
}

describe('the web server', () => {
  it('exchanges the token for a cookie that no script sees and a key that no server sees', async () => {
    const { status, headers, body } = await get(new URL(server.url).pathname + new URL(server.url).search);
    expect(status).toBe(200);
    expect(headers['set-cookie']).toEqual([`${cookie}; HttpOnly; SameSite=Strict; Path=/`]);
    expect(body).toContain(`/#key=${secrets.key}`);
    expect(new Set([secrets.token, secrets.cookie, secrets.key]).size).toBe(3);
  });

  it('serves the window to who has the cookie, with a strict policy', async () => {
    const page = await get('/', { cookie: `other=1; ${cookie}` });
    expect(page).toMatchObject({ status: 200, body: '<!doctype html>window' });
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(await get('/assets/app.js', { cookie })).toMatchObject({ status: 200, body: 'app()' });
  });

  it.each<[string, number, string, Record<string, string>]>([
    ['no token', 401, '/', {}],
    ['no token for an asset', 401, '/assets/app.js', {}],
    ['no token at the entrance', 401, '/enter', {}],
    ['a wrong token', 401, `/enter?token=${'0'.repeat(64)}`, {}],
    ['the token in place of the cookie', 401, '/', { cookie: 'innkeeper-PORT=TOKEN' }],
    ['a wrong cookie', 401, '/', { cookie: 'innkeeper-PORT=1234' }],
    ['a foreign Host (DNS rebinding)', 403, '/', { host: 'evil.example', cookie: 'GOOD' }],
    ['a foreign Host that begins like ours', 403, '/', { host: '127.0.0.1.evil.example', cookie: 'GOOD' }],
    ['a foreign Host with the token', 403, '/enter?token=TOKEN', { host: 'evil.example' }],
    ['a foreign Origin', 403, '/', { origin: 'http://evil.example', cookie: 'GOOD' }],
    ['an Origin on another port of this computer', 403, '/', { origin: 'http://127.0.0.1:1', cookie: 'GOOD' }],
    ['a null Origin', 403, '/', { origin: 'null', cookie: 'GOOD' }],
    ['a script tag on a foreign page', 403, '/assets/app.js', { 'sec-fetch-site': 'cross-site', cookie: 'GOOD' }],
    [
      'a frame on a page of another port',
      403,
      '/',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe', cookie: 'GOOD' },
    ],
    ['a session without its key', 401, '/session', { cookie: 'GOOD' }],
  ])('refuses %s', async (_, status, path, headers) => {
    const fill = (text: string) =>
      text.replace('GOOD', cookie).replace('PORT', `${server.port}`).replace('TOKEN', secrets.token);
    const answer = await get(
      fill(path),
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])),
    );
    expect(answer.status).toBe(status);
    expect(answer.body).not.toMatch(/window|app\(\)/);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it.each([
    '/../outside.js',
    '/%2e%2e/outside.js',
    '/assets/..%2f..%2foutside.js',
    '/..%5coutside.js',
    '/link.js',
    '/.hidden.js',
    '/%00.js',
    '/%zz',
    '//outside.js',
    '/assets',
    '/none.js',
    '/web-token',
  ])('serves nothing for the path %s', async (path) => {
    const answer = await get(path, { cookie });
    expect(answer.status).toBe(404);
    expect(answer.body).not.toMatch(/outside|hidden/);
  });

  it('knows no other method', async () => {
    expect((await get('/', { cookie }, 'POST')).status).toBe(405);
    expect((await get('http://evil.example/', { cookie })).status).toBe(400);
  });

  it('tells a page whether its key is still good', async () => {
    expect((await get('/session', { cookie, authorization: `Bearer ${secrets.key}` })).status).toBe(204);
  });

  it('keeps the token to itself and from run to run', () => {
    expect(statSync(join(directory, 'web-token')).mode & 0o777).toBe(0o600);
    expect(loadWebSecrets(directory)).toEqual(secrets);
  });

  it('says that the port is taken', async () => {
    const again = serveWeb({ port: server.port, directory, secrets, onConnection: () => undefined });
    await expect(again).rejects.toMatchObject({ code: 'unavailable', because: expect.stringContaining('EADDRINUSE') });
  });
});

interface Attempt {
  host?: string;
  origin?: string | undefined;
  cookie?: string;
  protocols?: string[];
  path?: string;
}

function openSocket({ path = '/connect', ...attempt }: Attempt = {}): WebSocket {
  const headers = { host: attempt.host ?? host, cookie: attempt.cookie ?? cookie };
  const origin = 'origin' in attempt ? attempt.origin : `http://${host}`;
  const protocols = attempt.protocols ?? [WEB_PROTOCOL, WEB_KEY_PREFIX + secrets.key];
  return new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols, { headers, ...(origin ? { origin } : {}) });
}

describe('a WebSocket', () => {
  it.each<[string, number, Attempt]>([
    ['from a foreign page (cross-site)', 403, { origin: 'http://evil.example' }],
    ['from a page on another port', 403, { origin: 'http://127.0.0.1:1' }],
    ['without an Origin', 403, { origin: undefined }],
    ['to a foreign Host (DNS rebinding)', 403, { host: 'evil.example', origin: 'http://evil.example' }],
    ['without a key', 401, { protocols: [WEB_PROTOCOL] }],
    ['with a wrong key', 401, { protocols: [WEB_PROTOCOL, `${WEB_KEY_PREFIX}1234`] }],
    ['without a cookie', 401, { cookie: 'other=1' }],
    ['elsewhere', 404, { path: '/' }],
  ])('%s is refused', async (_, status, attempt) => {
    const before = connections;
    const socket = openSocket(attempt);
    const answer = await new Promise<number | undefined>((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('error', () => undefined);
      socket.on('open', () => resolve(101));
    });
    socket.terminate();
    expect(answer).toBe(status);
    expect(connections).toBe(before);
  });

  it('with text, garbage or too much ends, and the server goes on', async () => {
    for (const bad of ['text', Buffer.from('garbage'), Buffer.alloc(3 * 1024 * 1024)]) {
      arrivals.push((channel) => channel.onMessage(() => undefined));
      const socket = openSocket();
      socket.on('open', () => socket.send(bad));
      await new Promise((resolve) => socket.on('close', resolve).on('error', () => undefined));
    }
    const raw = connect(server.port, '127.0.0.1', () => raw.end('\u0000garbage\r\n\r\n'));
    await new Promise((resolve) =>
      raw
        .resume()
        .on('close', resolve)
        .on('error', () => undefined),
    );
    expect((await get('/', { cookie })).status).toBe(200);
  });
});

messageChannelSuite('WebSocket', async () => {
  const arrived = new Promise<MessageChannel<ServerMessage, ClientMessage>>((resolve) => arrivals.push(resolve));
  const socket = openSocket();
  socket.binaryType = 'arraybuffer';
  const client = webSocketChannel(socket);
  await new Promise((resolve) => socket.on('open', resolve));
  return { client, server: await arrived };
});
