import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

/** "me" with "secret", as htpasswd writes it with bcrypt. */
const HTPASSWD = 'me:$2y$05$abcdefghijklmnopqrstuu5s2v8iXieOjg/.AySBTTZIIVFJeBui\n';

/** What tests need of other people's programs. */
export const ORACLES = ['docker-registry', 'skopeo', 'umoci'] as const;

export function arePresent(): boolean {
  return ORACLES.every((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0);
}

/** @throws Error with what the program said when it fails */
export function run(command: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
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

  async #pass(answer: IncomingMessage, path: string, outgoing: NodeJS.WritableStream & { destroyed: boolean }) {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      if (outgoing.destroyed) break;
      if (path.includes('/blobs/sha256:')) this.sent.set(path, (this.sent.get(path) ?? 0) + chunk.length);
      if (!outgoing.write(chunk)) await new Promise((resume) => outgoing.once('drain', resume).once('close', resume));
      if (this.pace > 0) await new Promise((resume) => setTimeout(resume, (1000 * chunk.length) / this.pace));
    }
    outgoing.end();
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
    await new Promise((resume) => setTimeout(resume, 100));
  }
  throw new Error('docker-registry does not answer');
}
