import { EnvHttpProxyAgent, ProxyAgent, request, type Dispatcher } from 'undici';
import { AppError, type ErrorCode } from '../../../src-core/base/errors.ts';
import { cancelled } from '../../../src-core/images/cancellation.ts';
import type { ByteSource } from '../../../src-core/images/formats/byte-source.ts';
import type { AbortSignalLike } from '../../../src-core/images/image.ts';
import type { Fetcher } from '../../../src-core/images/workshop.ts';

const MAX_REDIRECTS = 5;
/** Without a byte for so long, a server is taken for gone. */
const SILENCE_MS = 30_000;

/** Proxies by protocol, as apt is configured; undefined means as the environment says. */
export interface ProxySettings {
  readonly http: string | undefined;
  readonly https: string | undefined;
}

/** Gets files over HTTP with redirects and proxies. Close it to let go of its connections. */
export class NodeFetcher implements Fetcher {
  readonly #dispatchers = new Map<string, Dispatcher>();
  readonly #proxies: () => Promise<ProxySettings>;
  readonly #silenceMs: number;

  constructor(proxies: () => Promise<ProxySettings>, silenceMs = SILENCE_MS) {
    this.#proxies = proxies;
    this.#silenceMs = silenceMs;
  }

  async open(url: string, signal: AbortSignalLike): Promise<{ sizeBytes: number | undefined; body: ByteSource }> {
    const abort = linkedSignal(signal);
    try {
      const response = await this.#follow(new URL(url), abort.signal);
      const length = Number(response.headers['content-length'] ?? NaN);
      const body = guarded(response.body, signal, url, abort.unlink);
      return { sizeBytes: Number.isSafeInteger(length) ? length : undefined, body };
    } catch (error) {
      abort.unlink();
      throw signal.aborted ? cancelled(`download ${url}`) : networkError(url, error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
    this.#dispatchers.clear();
  }

  async #follow(start: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    let url = start;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await request(url, { dispatcher: await this.#dispatcher(url), signal, headers: HEADERS });
      const location = response.headers['location'];
      const isRedirect = [301, 302, 303, 307, 308].includes(response.statusCode) && typeof location === 'string';
      if (!isRedirect) return await expectFile(response, url.href);
      await response.body.dump();
      url = redirected(url, location);
    }
    throw failed('network', start.href, `the server redirects in a circle from ${start.href}`, ANOTHER_MIRROR);
  }

  async #dispatcher(url: URL): Promise<Dispatcher> {
    const proxies = await this.#proxies();
    const proxy = url.protocol === 'https:' ? proxies.https : proxies.http;
    const known = this.#dispatchers.get(proxy ?? '');
    if (known !== undefined) return known;
    // Package caches answer plain requests for http addresses, as apt sends them, and know no tunnels.
    const how = { headersTimeout: this.#silenceMs, bodyTimeout: this.#silenceMs, proxyTunnel: false };
    const made = proxy === undefined ? new EnvHttpProxyAgent(how) : new ProxyAgent({ uri: proxy, ...how });
    this.#dispatchers.set(proxy ?? '', made);
    return made;
  }
}

/** Compressed transfer would be a second layer around files that are compressed. */
const HEADERS = { 'user-agent': 'innkeeper', 'accept-encoding': 'identity' };
const ANOTHER_MIRROR = 'Try again later or choose another mirror in the settings.';

/** An AbortSignal for undici that follows the core's signal. */
export function linkedSignal(signal: AbortSignalLike): { signal: AbortSignal; unlink: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return { signal: controller.signal, unlink: () => signal.removeEventListener('abort', abort) };
}

async function expectFile(response: Dispatcher.ResponseData, url: string): Promise<Dispatcher.ResponseData> {
  if (response.statusCode === 200) return response;
  await response.body.dump();
  if (response.statusCode === 404 || response.statusCode === 410) {
    throw failed('not-found', url, `the server does not have ${url}`, ANOTHER_MIRROR);
  }
  throw failed('network', url, `the server answered ${response.statusCode} to ${url}`, ANOTHER_MIRROR);
}

/** @throws AppError 'network' for an address that is none or not allowed */
export function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  // From a protected address to an unprotected one would take away what was chosen.
  const isSafe = to?.protocol === 'https:' || (to?.protocol === 'http:' && from.protocol === 'http:');
  if (to !== undefined && isSafe) return to;
  throw failed(
    'network',
    from.href,
    `the server redirects ${from.href} to a place that is not allowed`,
    ANOTHER_MIRROR,
  );
}

async function* guarded(
  body: AsyncIterable<Buffer>,
  signal: AbortSignalLike,
  url: string,
  done: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw signal.aborted ? cancelled(`download ${url}`) : networkError(url, error);
  } finally {
    done();
  }
}

function networkError(url: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const hint = 'Check the network connection, or choose another mirror in the settings.';
  return failed('network', url, `${networkReason(error)} (${new URL(url).host})`, hint, error);
}

function failed(code: ErrorCode, url: string, because: string, hint: string, cause?: unknown): AppError {
  return new AppError({ code, doing: `download ${url}`, because, hint, ...(cause === undefined ? {} : { cause }) });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of the server is unknown',
  EAI_AGAIN: 'names cannot be looked up now',
  ECONNREFUSED: 'the server does not answer',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_CONNECT_TIMEOUT: 'the server does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'the server does not answer',
  UND_ERR_BODY_TIMEOUT: 'the server fell silent',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'the server cannot be reached',
};

/** Why a connection failed, in words. */
export function networkReason(error: unknown): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    const known = 'code' in current && typeof current.code === 'string' ? REASONS[current.code] : undefined;
    if (known !== undefined) return known;
    if (current instanceof AggregateError) current = current.errors[0] as unknown;
    if (!(current instanceof Error)) break;
  }
  return error instanceof Error ? error.message : String(error);
}
