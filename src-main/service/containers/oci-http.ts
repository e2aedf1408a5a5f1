import { Readable } from 'node:stream';
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { AppError } from '../../../src-core/base/errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../../src-core/containers/oci/outside.ts';
import { isLoopback } from '../../../src-core/containers/oci/registry/loopback.ts';
import { cancelled } from '../../../src-core/images/cancellation.ts';
import { linkedSignal, networkReason } from '../images/node-fetcher.ts';

/** Without a byte for so long, a server is taken for gone. */
const SILENCE_MS = 30_000;

/** HTTP by undici: proxies as the environment says, none for this computer itself. */
export class NodeHttpClient implements HttpClient {
  readonly #direct: Dispatcher;
  readonly #proxied: Dispatcher;

  constructor(silenceMs = SILENCE_MS) {
    const how = { headersTimeout: silenceMs, bodyTimeout: silenceMs, connectTimeout: silenceMs };
    this.#direct = new Agent(how);
    this.#proxied = new EnvHttpProxyAgent(how);
  }

  async exchange({ method, url, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
    const abort = linkedSignal(signal);
    const fail = (error: unknown): AppError =>
      signal.aborted ? cancelled(`reach ${hostOf(url)}`) : problem(url, error);
    try {
      const response = await request(url, {
        method,
        headers: { 'user-agent': 'innkeeper', 'accept-encoding': 'identity', ...headers, ...lengthOf(body) },
        dispatcher: isLoopback(new URL(url).hostname) ? this.#direct : this.#proxied,
        signal: abort.signal,
        ...(body === undefined ? {} : { body: Readable.from(body.bytes, { objectMode: false }) }),
      });
      return answer(response, fail, abort.unlink);
    } catch (error) {
      abort.unlink();
      throw fail(error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#direct.destroy(), this.#proxied.destroy()]);
  }
}

function answer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  fail: (error: unknown) => AppError,
  done: () => void,
): HttpResponse {
  return {
    status: statusCode,
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    body: guarded(body, fail, done),
    discard: async () => {
      done();
      // A long body is not waited for.
      await body.dump({ limit: 64 * 1024 }).catch(() => undefined);
    },
  };
}

async function* guarded(
  body: AsyncIterable<Buffer>,
  fail: (error: unknown) => AppError,
  done: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw fail(error);
  } finally {
    done();
  }
}

function lengthOf(body: HttpRequest['body']): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(body.sizeBytes) };
}

function problem(url: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError({
    code: 'network',
    doing: `reach ${hostOf(url)}`,
    because: `${networkReason(error)} (${hostOf(url)})`,
    hint: 'Check the network connection and the name of the registry.',
    cause: error,
  });
}

function hostOf(url: string): string {
  return new URL(url).host;
}
