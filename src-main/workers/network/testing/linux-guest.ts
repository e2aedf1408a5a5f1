import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { accessSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { CardSpec } from '../../../../src-core/network/network-runner.ts';
import { StreamPort } from './stream-port.ts';

const PROGRAMS = ['ip', 'qemu-system-riscv64', 'dhclient', 'dig', 'ping', 'curl', 'iperf3', 'tshark'];
/** Of the TAP device in the namespace. */
export const DEVICE = 'tap0';

/** @returns why this computer's kernel cannot be a guest; null when it can */
export function whyNoLinuxGuest(): string | null {
  if (process.platform !== 'linux') return 'this is no Linux';
  if (process.getuid?.() !== 0) return 'network namespaces and TAP devices need root';
  try {
    accessSync('/dev/net/tun');
  } catch {
    return 'there is no /dev/net/tun';
  }
  const absent = PROGRAMS.filter((program) => spawnSync('which', [program]).status !== 0);
  if (absent.length > 0) return `${absent.join(', ')} not installed`;
  return spawnSync('unshare', ['--net', 'true']).status === 0 ? null : 'network namespaces cannot be made here';
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The kernel of this computer as a guest: a TAP device in a network namespace, which QEMU (without any machine) joins
 * with a socket of ours. What runs in it is Linux and other people's programs.
 */
export class LinuxGuest {
  readonly card: CardSpec;
  readonly port: StreamPort;
  readonly #namespace: string;
  readonly #qemu: ChildProcess;

  private constructor(card: CardSpec, port: StreamPort, namespace: string, qemu: ChildProcess) {
    this.card = card;
    this.port = port;
    this.#namespace = namespace;
    this.#qemu = qemu;
  }

  /** @param folder for its socket. @param nameServer what programs in it ask. @param news as `StreamPort` */
  static async start(card: CardSpec, folder: string, nameServer: string, news: () => void): Promise<LinuxGuest> {
    const namespace = `inn-${process.pid}-${card.name}`;
    // `ip netns exec` shows these files as /etc to the programs that it runs.
    mkdirSync(`/etc/netns/${namespace}`, { recursive: true });
    writeFileSync(`/etc/netns/${namespace}/resolv.conf`, `search inn\nnameserver ${nameServer}\n`);
    spawnSync('ip', ['netns', 'add', namespace]);
    const path = join(folder, `${card.name}.sock`);
    const connected = new Promise<Socket>((resolve) => {
      const server = createServer((socket) => {
        server.close();
        resolve(socket);
      }).listen(path);
    });
    const qemu = spawn('ip', ['netns', 'exec', namespace, 'qemu-system-riscv64', ...bridgeArguments(path)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    qemu.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const failed = new Promise<never>((_resolve, reject) => {
      qemu.once('exit', (code) => reject(new Error(`QEMU ended with ${String(code)}: ${said}`)));
    });
    const port = new StreamPort(card, await Promise.race([connected, failed]), news);
    failed.catch(() => undefined);
    const guest = new LinuxGuest(card, port, namespace, qemu);
    await guest.must('ip', 'link', 'set', 'lo', 'up');
    await guest.must('ip', 'link', 'set', DEVICE, 'address', card.mac, 'up');
    return guest;
  }

  /** Runs a program in it. */
  run(program: string, ...args: string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      execFile(
        'ip',
        ['netns', 'exec', this.#namespace, program, ...args],
        { maxBuffer: 64 * 1024 * 1024, timeout: 120_000 },
        (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
      );
    });
  }

  /** @returns what it says. @throws Error when it fails */
  async must(program: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(program, ...args);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#qemu.once('close', resolve));
    // QEMU, and what went on in the background: dhclient.
    const { stdout } = spawnSync('ip', ['netns', 'pids', this.#namespace], { encoding: 'utf8' });
    for (const pid of stdout.split('\n').filter((line) => line !== '')) process.kill(Number(pid));
    await ended;
    spawnSync('ip', ['netns', 'delete', this.#namespace]);
    rmSync(`/etc/netns/${this.#namespace}`, { recursive: true, force: true });
  }
}

function bridgeArguments(path: string): string[] {
  const netdev = (...parts: string[]): string[] => ['-netdev', parts.join(',')];
  return [
    ...['-M', 'none', '-nodefaults', '-display', 'none', '-monitor', 'none', '-serial', 'none'],
    ...netdev('tap', 'id=tap', `ifname=${DEVICE}`, 'script=no', 'downscript=no', 'vnet_hdr=off'),
    ...netdev('stream', 'id=stream', 'server=off', 'addr.type=unix', `addr.path=${path}`),
    ...netdev('hubport', 'id=one', 'hubid=0', 'netdev=tap'),
    ...netdev('hubport', 'id=other', 'hubid=0', 'netdev=stream'),
  ];
}
