import { afterEach, beforeEach, expect, test } from 'vitest';
import { collect, type ByteSource } from '../../../src-core/images/formats/byte-source.ts';
import { failureOf } from '../../../src-core/images/testing/hostile.ts';
import { NodeFetcher, redirected } from './node-fetcher.ts';
import { LoopbackServer, type Answer } from './testing/loopback-server.ts';

let answer: Answer;
let server: LoopbackServer;
let fetcher: NodeFetcher;
let abort: AbortController;

beforeEach(async () => {
  server = await LoopbackServer.start((request, response) => answer(request, response));
  fetcher = new NodeFetcher(() => Promise.resolve({ http: undefined, https: undefined }), 300);
  abort = new AbortController();
});
afterEach(async () => {
  await fetcher.close();
  await server.stop();
});

const open = (path = '/'): Promise<{ sizeBytes: number | undefined; body: ByteSource }> =>
  fetcher.open(server.url + path, abort.signal);
const read = async (path = '/'): Promise<string> =>
  new TextDecoder().decode(await collect((await open(path)).body, 1e6, 'body'));

test('gets a file and its size', async () => {
  answer = (_, response) => response.end('content');
  const { sizeBytes, body } = await open();
  expect(sizeBytes).toBe(7);
  expect(new TextDecoder().decode(await collect(body, 100, 'body'))).toBe('content');
});

test('follows redirects, but not in a circle, to other protocols or to nowhere', async () => {
  const to: Record<string, string> = {
    '/a': '/b',
    '/b': `${server.url}/end`,
    '/round': '/round',
    '/file': 'file:///etc/passwd',
    '/bad': 'http://[',
  };
  answer = (request, response) => {
    const location = to[request.url ?? ''];
    if (location === undefined) response.end('there');
    else response.writeHead(302, { location }).end('moved');
  };
  expect(await read('/a')).toBe('there');
  for (const path of ['/round', '/file', '/bad']) expect(await failureOf(() => read(path))).toBe('network');
});

test('does not let itself be sent from a protected address to an unprotected one', () => {
  const from = (start: string, to: string) => (): string => redirected(new URL(start), to).href;
  expect(from('https://a.example/x/y', '../z')()).toBe('https://a.example/z');
  expect(from('http://a.example/x', 'https://b.example/y')()).toBe('https://b.example/y');
  for (const to of ['http://a.example/x', 'file:///etc/passwd', 'http://[']) {
    expect(from('https://a.example/x', to)).toThrow('to a place that is not allowed');
  }
});

test('tells a missing file from a failing server', async () => {
  answer = (request, response) => response.writeHead(Number(request.url?.slice(1))).end();
  expect(await failureOf(() => read('/404'))).toBe('not-found');
  for (const status of ['500', '503', '403', '304', '204'])
    expect(await failureOf(() => read(`/${status}`))).toBe('network');
});

test('tells a broken, a silent and an absent server as network failures', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('some');
    setTimeout(() => response.destroy(), 20);
  };
  expect(await failureOf(() => read())).toBe('network');
  answer = (_, response) => void response.writeHead(200).write('some');
  await expect(read()).rejects.toThrow('the server fell silent');
  answer = () => undefined;
  await expect(read()).rejects.toThrow('the server does not answer');
  const { url } = server;
  await server.stop();
  await expect(fetcher.open(url, abort.signal)).rejects.toThrow('the server does not answer');
});

test('can be cancelled before, while waiting for an answer, and in the middle of it', async () => {
  answer = () => setTimeout(() => abort.abort(), 20);
  expect(await failureOf(() => read())).toBe('cancelled');
  expect(await failureOf(() => read())).toBe('cancelled');
  abort = new AbortController();
  answer = (_, response) => {
    response.write('some');
    setTimeout(() => abort.abort(), 20);
  };
  expect(await failureOf(() => read())).toBe('cancelled');
});

test('asks the proxy that apt is configured with', async () => {
  answer = (request, response) => response.end(`asked for ${request.url ?? ''}`);
  const proxied = new NodeFetcher(() => Promise.resolve({ http: server.url, https: undefined }));
  const { body } = await proxied.open('http://mirror.invalid/debian/x', abort.signal);
  expect(new TextDecoder().decode(await collect(body, 1000, 'body'))).toBe('asked for http://mirror.invalid/debian/x');
  await proxied.close();
});
