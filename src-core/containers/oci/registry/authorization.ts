import { z } from 'zod';
import { AppError } from '../../../base/errors.ts';
import type { AbortSignalLike } from '../../../images/image.ts';
import { checked, parseObject } from '../manifest.ts';
import type { ImageSurroundings } from '../outside.ts';
import { allowedAddress } from './addresses.ts';
import { refusal, smallBody } from './bodies.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import type { Login } from './credentials.ts';
import { follow } from './redirects.ts';

const MOST_TOKEN_BYTES = 256 * 1024;
/** docker's token specification: where nothing is said. */
const DEFAULT_SECONDS = 60;
/** A token is not used in its last moments. */
const SPARE_MS = 5000;

const word = z.string().regex(/^[\x21-\x7e]+$/, 'A token is of printable characters');
const tokenSchema = z.object({
  token: word.optional(),
  access_token: word.optional(),
  expires_in: z.number().optional(),
});

interface Kept {
  readonly header: string;
  readonly until: number;
}

/** What is said to a registry about who asks: nothing, a password, or a token that its server of tokens gives. */
export class Authorization {
  readonly #registry: string;
  readonly #outside: Pick<ImageSurroundings, 'http' | 'now'>;
  readonly #login: Login | undefined;
  readonly #kept = new Map<string, Kept>();

  constructor(registry: string, outside: Pick<ImageSurroundings, 'http' | 'now'>, login: Login | undefined) {
    this.#registry = registry;
    this.#outside = outside;
    this.#login = login;
  }

  /** What was good for the same scopes before. */
  header(scopes: readonly string[]): Record<string, string> {
    const kept = this.#kept.get(scopes.join(' '));
    return kept !== undefined && kept.until > this.#outside.now() ? { authorization: kept.header } : {};
  }

  /**
   * Answers a challenge.
   * @param from the address that was asked
   * @returns undefined when there is nothing to answer with
   * @throws AppError 'denied', 'network', 'corrupt'
   */
  async answer(
    header: string,
    from: string,
    scopes: readonly string[],
    doing: string,
    signal: AbortSignalLike,
  ): Promise<Record<string, string> | undefined> {
    const challenges = parseChallenges(header);
    const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters['realm']);
    const isBasic = challenges.some(({ scheme }) => scheme === 'basic');
    const kept = bearer
      ? await this.#token(bearer, from, scopes, doing, signal)
      : isBasic && this.#login
        ? { header: basic(this.#login), until: Infinity }
        : undefined;
    if (kept === undefined) return undefined;
    this.#kept.set(scopes.join(' '), kept);
    return { authorization: kept.header };
  }

  /** distribution, "Token Authentication Specification". */
  async #token(
    { parameters }: Challenge,
    from: string,
    scopes: readonly string[],
    doing: string,
    signal: AbortSignalLike,
  ): Promise<Kept> {
    const url = allowedAddress(this.#registry, from, parameters['realm'] ?? '', doing);
    if (parameters['service'] !== undefined) url.searchParams.append('service', parameters['service']);
    const asked = scopes.length > 0 ? scopes : parameters['scope'] === undefined ? [] : [parameters['scope']];
    for (const scope of asked) url.searchParams.append('scope', scope);
    if (this.#login) url.searchParams.append('account', this.#login.user);
    const headers: Record<string, string> = this.#login ? { authorization: basic(this.#login) } : {};
    const request = { method: 'GET' as const, url: url.href, headers, signal };
    const { response } = await follow(this.#registry, this.#outside.http, request, doing);
    if (response.status !== 200) throw await refusal(response, this.#registry, 'whoever asks', doing);
    const what = 'the token of the registry';
    const bytes = await smallBody(response, MOST_TOKEN_BYTES, what, doing, this.#outside.now);
    const answer = checked(tokenSchema, parseObject(bytes, MOST_TOKEN_BYTES, what, doing), what, doing);
    const token = answer.token ?? answer.access_token;
    if (token === undefined) {
      throw new AppError({ code: 'denied', doing, because: `${this.#registry} gives no token` });
    }
    const seconds = Math.max(answer.expires_in ?? DEFAULT_SECONDS, DEFAULT_SECONDS);
    return { header: `Bearer ${token}`, until: this.#outside.now() + seconds * 1000 - SPARE_MS };
  }
}

/** RFC 7617. */
function basic({ user, password }: Login): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}
