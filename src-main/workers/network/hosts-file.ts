import { readFileSync, statSync } from 'node:fs';
import { parseAddress } from '../../../src-core/network/gateway/address-text.ts';
import { CLASS_INTERNET, parseQuery, RCODE, TYPE } from '../../../src-core/network/gateway/dns/message.ts';
import { encodeResponse } from '../../../src-core/network/gateway/dns/response.ts';
import { withoutScope } from './address-text.ts';

/** Lists of names to be blocked are some megabytes; who has more does without. */
const LONGEST_BYTES = 16 * 1024 * 1024;
const LOOK_AGAIN_MS = 5_000;
const TTL_SECONDS = 10;

function hostsPath(): string {
  if (process.platform !== 'win32') return '/etc/hosts';
  return `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\drivers\\etc\\hosts`;
}

/**
 * Names that this computer's own hosts file has, which its programs find before they ask any server. What is there for the
 * loopback means this computer and is of no use to a guest: that would reach itself.
 */
export class HostsFile {
  readonly #path: string;
  #addresses = new Map<string, Uint8Array[]>();
  #lookedAt = -Infinity;
  #version = '';

  constructor(path = hostsPath()) {
    this.#path = path;
  }

  /** @returns the answer to a question for the addresses of such a name; null for every other */
  answer(message: Uint8Array): Uint8Array | null {
    const query = parseQuery(message);
    if (query === null || query === 'malformed' || query.question.class !== CLASS_INTERNET) return null;
    const { type, labels } = query.question;
    if (type !== TYPE.a && type !== TYPE.aaaa) return null;
    const length = type === TYPE.a ? 4 : 16;
    const found = this.#read().get(labels.join('.').toLowerCase()) ?? [];
    const answers = found.filter((address) => address.length === length);
    if (answers.length === 0) return null;
    const records = answers.map((data) => ({ type, ttlSeconds: TTL_SECONDS, data }));
    return encodeResponse(query, { rcode: RCODE.ok, authoritative: false, answers: records, authority: [] });
  }

  #read(): ReadonlyMap<string, Uint8Array[]> {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_AGAIN_MS) return this.#addresses;
    this.#lookedAt = now;
    try {
      const { mtimeMs, size } = statSync(this.#path);
      const version = `${mtimeMs} ${size}`;
      if (version === this.#version) return this.#addresses;
      this.#version = version;
      this.#addresses = parseHosts(size > LONGEST_BYTES ? '' : readFileSync(this.#path, 'latin1'));
    } catch {
      this.#version = '';
      this.#addresses = new Map();
    }
    return this.#addresses;
  }
}

/** hosts(5): an address and its names on each line. @returns addresses by name, in small letters */
export function parseHosts(text: string): Map<string, Uint8Array[]> {
  const addresses = new Map<string, Uint8Array[]>();
  for (const line of text.split(/\r?\n/)) {
    const [first = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    const address = parseAddress(withoutScope(first));
    if (address === null || isLoopback(address)) continue;
    for (const name of names) {
      const key = name.toLowerCase().replace(/\.$/, '');
      addresses.set(key, [...(addresses.get(key) ?? []), address]);
    }
  }
  return addresses;
}

function isLoopback(address: Uint8Array): boolean {
  return address.length === 4
    ? address[0] === 127
    : address.subarray(0, 15).every((byte) => byte === 0) && address[15] === 1;
}
