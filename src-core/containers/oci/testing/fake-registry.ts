import { AppError } from '../../../base/errors.ts';
import { collect } from '../../../images/formats/byte-source.ts';
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER_GZIP, OCI_MANIFEST } from '../media-types.ts';
import type { Descriptor } from '../manifest.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../outside.ts';
import { digestOf, inPieces, packed, tarOf } from './image-bench.ts';

export const REGISTRY = 'registry.example.org';

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
}
/** Undefined: as an honest registry does. */
export type Lie = (request: HttpRequest, url: URL) => Answer | undefined;

/** A registry in memory, which lies where it is told to. */
export class FakeRegistry implements HttpClient {
  readonly blobs = new Map<string, Uint8Array>();
  /** By "repository:tag" and "repository@digest". */
  readonly manifests = new Map<string, { bytes: Uint8Array; mediaType: string }>();
  readonly requests: HttpRequest[] = [];
  lie: Lie = () => undefined;
  /** How it wants to know who asks. */
  auth: 'none' | 'basic' | 'bearer' = 'none';
  /** Bytes of blobs that went out. */
  sentBytes = 0;

  async exchange(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    if (request.signal.aborted) throw new AppError({ code: 'cancelled', doing: 'ask', because: 'it was cancelled' });
    const url = new URL(request.url);
    return response(
      this.lie(request, url) ??
        this.#token(request, url) ??
        this.#refused(request, url) ??
        (await this.#answer(request, url)),
    );
  }

  asked(part: string): string[] {
    return this.requests.map(({ method, url }) => `${method} ${url}`).filter((each) => each.includes(part));
  }

  put(bytes: Uint8Array | string, mediaType: string): Descriptor {
    const content = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    const digest = digestOf(content);
    this.blobs.set(digest, content);
    return { mediaType, digest, size: content.length };
  }

  /** @param layers files of each layer, lowest first */
  image(name: string, layers: readonly Readonly<Record<string, string>>[], change: object = {}): Descriptor {
    const archives = layers.map(tarOf);
    const config = this.put(JSON.stringify({ ...configOf(archives.map(digestOf)), ...change }), OCI_CONFIG);
    return this.manifest(
      name,
      config,
      archives.map((archive) => this.put(packed(archive), OCI_LAYER_GZIP)),
    );
  }

  manifest(name: string, config: Descriptor, layers: readonly Descriptor[], mediaType = OCI_MANIFEST): Descriptor {
    return this.document(name, { schemaVersion: 2, mediaType, config, layers }, mediaType);
  }

  index(name: string, manifests: readonly object[]): Descriptor {
    return this.document(name, { schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX);
  }

  document(name: string, value: object, mediaType: string): Descriptor {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const digest = digestOf(bytes);
    const [repository = ''] = name.split(':');
    for (const key of [name, `${repository}@${digest}`]) this.manifests.set(key, { bytes, mediaType });
    return { mediaType, digest, size: bytes.length };
  }

  #token({ headers }: HttpRequest, url: URL): Answer | undefined {
    if (url.pathname !== '/token') return undefined;
    const isKnown = headers['authorization'] === `Basic ${btoa('me:secret')}`;
    const scopes = url.searchParams.getAll('scope').join(' ');
    return { body: JSON.stringify({ token: `${isKnown ? 'me' : 'anybody'}/${btoa(scopes)}`, expires_in: 300 }) };
  }

  #refused({ headers }: HttpRequest, url: URL): Answer | undefined {
    const given = headers['authorization'];
    if (this.auth === 'none' || url.host !== REGISTRY) return undefined;
    if (this.auth === 'basic') {
      if (given === `Basic ${btoa('me:secret')}`) return undefined;
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="here"' } };
    }
    if (given?.startsWith('Bearer me/')) return undefined;
    const challenge = `Bearer realm="https://${REGISTRY}/token",service="here",scope="repository:x:pull"`;
    return { status: 401, headers: { 'www-authenticate': challenge } };
  }

  async #answer(request: HttpRequest, url: URL): Promise<Answer> {
    if (url.pathname === '/v2/') return {};
    const [, name = '', kind = '', rest = ''] = /^\/v2\/(.+?)\/(manifests|blobs)\/(.*)$/.exec(url.pathname) ?? [];
    if (kind === 'manifests') return this.#manifest(request, name, rest);
    if (rest.startsWith('uploads/')) return this.#upload(request, url, name);
    const blob = this.blobs.get(rest);
    if (blob === undefined) return { status: 404, body: '{"errors":[{"code":"BLOB_UNKNOWN","message":"no blob"}]}' };
    const length = { 'content-length': String(blob.length) };
    if (request.method === 'HEAD') return { headers: length };
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers['range'] ?? '') ?? [];
    const bytes = blob.subarray(Number(from ?? 0));
    this.sentBytes += bytes.length;
    if (from === undefined) return { headers: length, body: bytes };
    const range = `bytes ${from}-${blob.length - 1}/${blob.length}`;
    return { status: 206, headers: { 'content-range': range, 'content-length': String(bytes.length) }, body: bytes };
  }

  async #manifest(request: HttpRequest, name: string, reference: string): Promise<Answer> {
    const key = `${name}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
    if (request.method === 'PUT') {
      const bytes = await collect(request.body?.bytes ?? inPieces(new Uint8Array(0)), 1e7, 'a manifest');
      this.manifests.set(key, { bytes, mediaType: request.headers['content-type'] ?? '' });
      return { status: 201, headers: { 'docker-content-digest': digestOf(bytes) } };
    }
    const found = this.manifests.get(key);
    if (found === undefined) return { status: 404, body: '{"errors":[{"code":"X","message":"manifest unknown"}]}' };
    return { headers: { 'content-type': found.mediaType }, body: found.bytes };
  }

  async #upload(request: HttpRequest, url: URL, name: string): Promise<Answer> {
    const mounted = url.searchParams.get('mount');
    if (request.method === 'POST') {
      if (mounted !== null && this.blobs.has(mounted)) return { status: 201 };
      return { status: 202, headers: { location: `/v2/${name}/blobs/uploads/1?state=x` } };
    }
    const bytes = await collect(request.body?.bytes ?? inPieces(new Uint8Array(0)), 1e8, 'a blob');
    const digest = url.searchParams.get('digest') ?? '';
    if (digestOf(bytes) !== digest || bytes.length !== request.body?.sizeBytes) return { status: 400 };
    this.blobs.set(digest, bytes);
    return { status: 201 };
  }
}

export function configOf(diffIds: readonly string[]): object {
  return {
    ...{ architecture: 'riscv64', os: 'linux', created: '2026-01-01T00:00:00Z' },
    config: { Cmd: ['sh'], Env: ['A=1'] },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map((_, at) => ({ created_by: `step ${at}` })),
  };
}

function response({ status = 200, headers = {}, body = '' }: Answer): HttpResponse {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return {
    status,
    header: (name) => headers[name],
    body: bytes instanceof Uint8Array ? inPieces(bytes) : bytes,
    discard: () => Promise.resolve(),
  };
}
