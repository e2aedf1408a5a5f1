import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';

/** "me" with "secret", as htpasswd writes it with bcrypt. */
const HTPASSWD = 'me:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n';

/** What tests need of other people's programs. */
export const ORACLES = ['docker-registry', 'skopeo', 'umoci'] as const;

export function arePresent(): boolean {
  return ORACLES.every((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0);
}

/**
 * What a program says. The thread goes on meanwhile: the place where bytes are counted answers in it.
 * @throws Error with what the program said when it fails
 */
export async function run(command: string, args: readonly string[], cwd?: string): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(cwd === undefined ? {} : { cwd }) });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${child.exitCode ?? child.signalCode}: ${stderr}`);
  }
  return stdout;
}

/** docker's registry on this computer, with a place before it where everything that goes out is counted. */
export class RegistryOracle {
  /** Host and port of the place where it is counted. */
  readonly address: string;
  /** Bytes of blobs that went out, by the path that was asked for. */
  readonly sent = new Map<string, number>();
  /** Bytes a second; 0 for as many as there are. */
  pace = 0;
  readonly #process: ChildProcess;
  readonly #server: Server;

  static async start(folder: string, options: { withLogin?: boolean } = {}): Promise<RegistryOracle> {
    const port = await freePort();
    const users = join(folder, 'htpasswd');
    await writeFile(users, HTPASSWD);
    const auth = options.withLogin === true ? `auth: { htpasswd: { realm: here, path: ${users} } }\n` : '';
    const storage = `storage: { filesystem: { rootdirectory: ${join(folder, 'registry')} } }`;
    const config = `version: 0.1\nlog: { level: error }\n${storage}\n${auth}http: { addr: 127.0.0.1:${port} }\n`;
    await writeFile(join(folder, 'registry.yml'), config);
    const process = spawn('docker-registry', ['serve', join(folder, 'registry.yml')], { stdio: 'ignore' });
    const server = createServer();
    await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
    const oracle = new RegistryOracle(process, server, port);
    await answering(port);
    return oracle;
  }

  private constructor(process: ChildProcess, server: Server, port: number) {
    this.#process = process;
    this.#server = server;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (incoming: IncomingMessage, outgoing) => {
      const { method, url: path = '', headers } = incoming;
      const forwarded = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        void this.#pass(answer, path, outgoing);
      });
      forwarded.on('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
    });
  }

  /** Bytes of blobs that went out since the last time. */
  takeSent(): number {
    const total = [...this.sent.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.sent.clear();
    return total;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resume) => this.#server.close(resume));
    this.#process.kill();
    await new Promise((resume) => this.#process.once('exit', resume));
  }

  /** Whoever asked may be gone at any time, the registry as well. */
  async #pass(answer: IncomingMessage, path: string, outgoing: ServerResponse): Promise<void> {
    const count = (bytes: number) => this.sent.set(path, (this.sent.get(path) ?? 0) + bytes);
    const isBlob = path.includes('/blobs/sha256:');
    const pause = (bytes: number) => (this.pace > 0 ? setTimeout((1000 * bytes) / this.pace) : undefined);
    async function* counted(): AsyncGenerator<Buffer> {
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        if (isBlob) count(chunk.length);
        yield chunk;
        await pause(chunk.length);
      }
    }
    await pipeline(counted, outgoing).catch(() => outgoing.destroy());
  }
}

async function freePort(): Promise<number> {
  const server = createNetServer();
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
  const { port } = server.address() as AddressInfo;
  await new Promise((resume) => server.close(resume));
  return port;
}

async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isThere = await fetch(`http://127.0.0.1:${port}/v2/`).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await setTimeout(100);
  }
  throw new Error('docker-registry does not answer');
}
