import { AppError } from '../../../base/errors.ts';
import type { AbortSignalLike } from '../../../images/image.ts';
import type { HttpRequest, HttpResponse, ImageSurroundings } from '../outside.ts';
import { allowedAddress, basesOf, isLocal } from './addresses.ts';
import { Authorization } from './authorization.ts';
import { refusal } from './bodies.ts';
import type { Login } from './credentials.ts';
import { follow } from './redirects.ts';

/** One request of the API, as often as it takes. */
export interface RegistryCall {
  readonly method: HttpRequest['method'];
  /** "/v2/…", or a whole address that the registry gave. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly scopes: readonly string[];
  /** Opened once for each attempt. */
  readonly body?: () => NonNullable<HttpRequest['body']>;
}

/** Talks to one registry as one person, for one piece of work. OCI distribution-spec. */
export class RegistrySession {
  readonly registry: string;
  readonly doing: string;
  readonly signal: AbortSignalLike;
  readonly outside: Pick<ImageSurroundings, 'http' | 'now'>;
  readonly #authorization: Authorization;
  readonly #login: Login | undefined;
  #base: Promise<string> | undefined;

  constructor(
    registry: string,
    outside: Pick<ImageSurroundings, 'http' | 'now'>,
    login: Login | undefined,
    doing: string,
    signal: AbortSignalLike,
  ) {
    this.registry = registry;
    this.outside = outside;
    this.doing = doing;
    this.signal = signal;
    this.#login = login;
    this.#authorization = new Authorization(registry, outside, login);
  }

  /** @throws AppError 'network', 'timeout', 'cancelled', 'denied'; any status but 401 is an answer */
  async send(call: RegistryCall): Promise<HttpResponse> {
    const base = await this.#where();
    const target = allowedAddress(this.registry, base, call.path, this.doing);
    // What a registry asks who it is answered only at its own address.
    const isOwn = target.origin === new URL(base).origin;
    const { response, url } = await this.#ask(call, target.href, isOwn ? this.#authorization.header(call.scopes) : {});
    if (response.status !== 401) return response;
    const challenge = response.header('www-authenticate');
    if (!isOwn || new URL(url).origin !== target.origin || challenge === undefined) throw await this.#denied(response);
    await response.discard();
    const answer = await this.#authorization.answer(challenge, url, call.scopes, this.doing, this.signal);
    if (answer === undefined) throw await this.#denied(undefined);
    const second = await this.#ask(call, target.href, answer);
    // Once is enough: who asks again and again would ask for ever.
    if (second.response.status === 401) throw await this.#denied(second.response);
    return second.response;
  }

  /** That the registry is there, and takes the login. @throws AppError 'denied', 'network' */
  async check(): Promise<void> {
    const response = await this.send({ method: 'GET', path: '/v2/', scopes: [] });
    if (response.status !== 200) throw await refusal(response, this.registry, 'its API', this.doing);
    await response.discard();
  }

  async #ask(
    { method, headers, body }: RegistryCall,
    url: string,
    authorization: Record<string, string>,
  ): Promise<{ response: HttpResponse; url: string }> {
    const request: HttpRequest = {
      method,
      url,
      headers: { ...headers, ...authorization },
      signal: this.signal,
      ...(body === undefined ? {} : { body: body() }),
    };
    return follow(this.registry, this.outside.http, request, this.doing);
  }

  #where(): Promise<string> {
    this.#base ??= this.#look();
    return this.#base;
  }

  /** One on this computer may do without encryption. */
  async #look(): Promise<string> {
    const [secure = '', plain] = basesOf(this.registry);
    if (plain === undefined || !isLocal(this.registry)) return secure;
    try {
      const request = { method: 'GET' as const, url: `${secure}/v2/`, headers: {}, signal: this.signal };
      await (await this.outside.http.exchange(request)).discard();
      return secure;
    } catch (error) {
      if (error instanceof AppError && error.code === 'cancelled') throw error;
      return plain;
    }
  }

  async #denied(response: HttpResponse | undefined): Promise<AppError> {
    await response?.discard();
    const { registry, doing } = this;
    const because = this.#login
      ? `${registry} does not permit it to ${this.#login.user}`
      : `${registry} wants to know who asks, or has no such image`;
    const hint = this.#login ? 'Check the password, and log in again.' : 'Check the name, or log in to the registry.';
    return new AppError({ code: 'denied', doing, because, hint });
  }
}
