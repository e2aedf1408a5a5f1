import { AppError } from '../base/errors.ts';
import { decodeDocument, encodeDocument } from '../host/documents.ts';
import type { Files } from '../host/files.ts';
import { NETWORK_VERSION, networkDocumentSchema } from './network-document.ts';
import type { NetworkDocument } from './network-document.ts';

const FILE = /^([0-9a-f]{16})\.json$/;

/** A document that cannot be read: it is left as it is. */
export interface DamagedNetwork {
  readonly id: string;
  readonly path: string;
  readonly problem: AppError;
}

/** The networks on disk: one document each, `networks/ID.json`, that is there whole or not at all. */
export class NetworkStore {
  readonly #files: Files;
  readonly #directory: string;

  /** @param directory the `networks` folder of the data directory */
  constructor(files: Files, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  async open(): Promise<{ readonly networks: NetworkDocument[]; readonly damaged: DamagedNetwork[] }> {
    await this.#files.makeDirectory(this.#directory);
    const networks: NetworkDocument[] = [];
    const damaged: DamagedNetwork[] = [];
    for (const name of await this.#files.list(this.#directory)) {
      const id = FILE.exec(name)?.[1];
      if (id === undefined) continue;
      try {
        networks.push(await this.#read(id));
      } catch (problem) {
        if (!(problem instanceof AppError)) throw problem;
        damaged.push({ id, path: this.#path(id), problem });
      }
    }
    return { networks, damaged };
  }

  /** @throws AppError; the old one is then still there */
  async write(network: NetworkDocument): Promise<void> {
    await this.#files.writeAtomically(this.#path(network.id), encodeDocument(network));
  }

  async remove(id: string): Promise<void> {
    await this.#files.remove(this.#path(id));
  }

  async #read(id: string): Promise<NetworkDocument> {
    const doing = `read network ${id}`;
    const bytes = await this.#files.read(this.#path(id));
    const network = decodeDocument(networkDocumentSchema, NETWORK_VERSION, doing, bytes, 'network');
    if (network.id === id) return network;
    throw new AppError({ code: 'corrupt', doing, because: `it is of another network, ${network.id}` });
  }

  #path(id: string): string {
    return this.#files.join(this.#directory, `${id}.json`);
  }
}
