import type { ByteSource } from '../../../images/formats/byte-source.ts';
import type { AbortSignalLike } from '../../../images/image.ts';
import type { OpenBlob } from '../blob-store.ts';
import { ACCEPTED } from '../media-types.ts';
import { damaged, MOST_MANIFEST_BYTES, shown, type Descriptor } from '../manifest.ts';
import type { HttpResponse } from '../outside.ts';
import { paced, refusal, smallBody } from './bodies.ts';
import type { RegistrySession } from './registry-session.ts';

/** One repository of a registry. OCI distribution-spec, "API". */
export class Repository {
  readonly #session: RegistrySession;
  readonly #name: string;
  readonly #scopes: readonly string[];

  constructor(
    session: RegistrySession,
    name: string,
    actions: 'pull' | 'pull,push',
    mountedFrom: readonly string[] = [],
  ) {
    this.#session = session;
    this.#name = name;
    this.#scopes = [`repository:${name}:${actions}`, ...mountedFrom.map((other) => `repository:${other}:pull`)];
  }

  get signal(): AbortSignalLike {
    return this.#session.signal;
  }

  /** @param reference a tag or a digest @throws AppError 'not-found', 'corrupt', 'denied', 'network' */
  async manifest(reference: string): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string | null }> {
    const what = `image ${this.#name}${reference.includes(':') ? '@' : ':'}${reference}`;
    const headers = { accept: ACCEPTED };
    const response = await this.#send('GET', `manifests/${reference}`, headers);
    if (response.status !== 200) throw await this.#refused(response, what);
    const { doing, outside } = this.#session;
    const bytes = await smallBody(response, MOST_MANIFEST_BYTES, `the manifest of ${what}`, doing, outside.now);
    const mediaType = response.header('content-type')?.split(';')[0]?.trim() ?? '';
    // Some file servers know no better.
    const isSaid =
      mediaType !== '' && !['application/json', 'application/octet-stream', 'text/plain'].includes(mediaType);
    return { bytes, mediaType: isSaid ? mediaType : null };
  }

  /** A blob that goes on where it was, when the registry can. */
  opener({ digest, size }: Descriptor, what: string): OpenBlob {
    return async (offset) => {
      const headers: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
      let response = await this.#send('GET', `blobs/${digest}`, headers);
      if (offset > 0 && response.status === 416) {
        await response.discard();
        response = await this.#send('GET', `blobs/${digest}`, {});
      }
      if (response.status !== 200 && response.status !== 206) throw await this.#refused(response, what);
      const from = response.status === 206 ? await this.#beginning(response, offset, what) : 0;
      await this.#checkLength(response, size - from, what);
      const { doing, outside } = this.#session;
      return { from, bytes: paced(response.body, what, doing, outside.now) };
    };
  }

  async has({ digest, size }: Descriptor): Promise<boolean> {
    const response = await this.#send('HEAD', `blobs/${digest}`, {});
    await response.discard();
    return response.status === 200 && Number(response.header('content-length') ?? size) === size;
  }

  /**
   * Makes the registry take a blob that it has in another repository.
   * @returns null when it did; else where to send it
   */
  async mount(digest: string, from: string): Promise<string | null> {
    const query = `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
    const response = await this.#send('POST', `blobs/uploads/${query}`, {});
    if (response.status !== 201) return this.#uploadPlace(response);
    await response.discard();
    return null;
  }

  /** @param place where `mount` said, if it was asked @throws AppError */
  async upload({ digest, size }: Descriptor, open: () => ByteSource, place?: string): Promise<void> {
    const where = place ?? (await this.#uploadPlace(await this.#send('POST', 'blobs/uploads/', {})));
    const response = await this.#session.send({
      method: 'PUT',
      path: `${where}${where.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`,
      headers: { 'content-type': 'application/octet-stream' },
      scopes: this.#scopes,
      body: () => ({ sizeBytes: size, bytes: open() }),
    });
    if (response.status !== 201) throw await this.#refused(response, `place for ${digest.slice(0, 19)}`);
    await response.discard();
  }

  async putManifest(reference: string, mediaType: string, bytes: Uint8Array, digest: string): Promise<void> {
    const response = await this.#session.send({
      method: 'PUT',
      path: this.#path(`manifests/${reference}`),
      headers: { 'content-type': mediaType },
      scopes: this.#scopes,
      body: () => ({ sizeBytes: bytes.length, bytes: once(bytes) }),
    });
    if (response.status !== 201 && response.status !== 202)
      throw await this.#refused(response, `place for ${this.#name}`);
    const kept = response.header('docker-content-digest');
    await response.discard();
    if (kept !== undefined && kept !== digest) {
      throw damaged(this.#session.doing, `${this.#session.registry} keeps another manifest than was sent`);
    }
  }

  /** RFC 9110, "Content-Range". */
  async #beginning(response: HttpResponse, offset: number, what: string): Promise<number> {
    const [, first] = /^bytes (\d+)-/.exec(response.header('content-range') ?? '') ?? [];
    if (Number(first) === offset) return offset;
    await response.discard();
    const { registry, doing } = this.#session;
    throw damaged(doing, `${registry} sends another part of ${what} than was asked for`);
  }

  async #checkLength(response: HttpResponse, expected: number, what: string): Promise<void> {
    const length = response.header('content-length');
    if (length === undefined || Number(length) === expected) return;
    await response.discard();
    const { registry, doing } = this.#session;
    throw damaged(doing, `${registry} has ${shown(length)} bytes of ${what}, and announced ${expected}`);
  }

  async #uploadPlace(response: HttpResponse): Promise<string> {
    const location = response.header('location');
    if (response.status !== 202 || location === undefined)
      throw await this.#refused(response, `place for ${this.#name}`);
    await response.discard();
    return location;
  }

  #send(method: 'GET' | 'HEAD' | 'POST', path: string, headers: Record<string, string>): Promise<HttpResponse> {
    return this.#session.send({ method, path: this.#path(path), headers, scopes: this.#scopes });
  }

  #path(path: string): string {
    return `/v2/${this.#name}/${path}`;
  }

  async #refused(response: HttpResponse, what: string): Promise<Error> {
    return refusal(response, this.#session.registry, what, this.#session.doing);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield await Promise.resolve(bytes);
}
