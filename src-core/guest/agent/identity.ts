import type { CardIdentity, Identity } from '../protocol.ts';
import { checkCards, renewCards } from './cards.ts';
import { findTool } from './environment.ts';
import { asciiBytes, isRegularFile, replaceFile, writeFile } from './files.ts';
import { EBUSY, O_NONBLOCK, os, readInto, readSmallFile } from './quickjs.ts';
import { invalid, type Failure } from './request-failure.ts';
import { reseed } from './reseed.ts';
import { toolEnds } from './tool.ts';

const HOST_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const MACHINE_ID = /^[0-9a-f]{32}$/;
/** 32 to 256 bytes. */
const SEED = /^(?:[0-9a-f]{2}){32,256}$/;

const SSH_FOLDER = '/etc/ssh';
const SSH_KEY = /^ssh_host_\w+_key(?:\.pub)?$/;
const RANDOM_SEED = '/var/lib/systemd/random-seed';
/** systemd-creds(1): made anew when it is needed. */
const CREDENTIAL_SECRET = '/var/lib/systemd/credential.secret';
const RANDOM_SEED_BYTES = 512;
const SIGHUP = 1;

/**
 * Makes this system another than the one that it is a copy of: new random numbers first, because the rest draws from
 * them. @returns everything that could not be done; the rest is done
 */
export function identify({ hostName, machineId, seed, cards = [] }: Identity): Promise<Failure> {
  if (!HOST_NAME.test(hostName)) throw invalid('that is no host name');
  if (!MACHINE_ID.test(machineId)) throw invalid('a machine id has 32 hexadecimal digits');
  if (!SEED.test(seed)) throw invalid('a seed has 64 to 512 hexadecimal digits');
  checkCards(cards);
  return renew(hostName, machineId, bytesOfHex(seed), cards);
}

async function renew(
  hostName: string,
  machineId: string,
  seed: Uint8Array,
  cards: readonly CardIdentity[],
): Promise<Failure> {
  const failures = [
    await reseed(seed),
    setHostName(hostName),
    setMachineId(machineId),
    renewSavedSeed(),
    await renewCards(cards),
    await renewSshKeys(),
  ].filter((failure) => failure !== undefined);
  return failures.length > 0 ? failures.join('; ') : undefined;
}

function setHostName(hostName: string): Failure {
  const old = readSmallFile('/proc/sys/kernel/hostname')?.trim() ?? '';
  if (writeFile('/proc/sys/kernel/hostname', asciiBytes(hostName)) < 0) return 'the host name could not be set';
  if (replaceFile('/etc/hostname', asciiBytes(`${hostName}\n`)) < 0) return '/etc/hostname could not be written';
  return renameInHosts(old, hostName);
}

/** The old name's line becomes the new one's; where there is none, none is needed. */
function renameInHosts(old: string, hostName: string): Failure {
  const hosts = readSmallFile('/etc/hosts');
  // What is not ASCII was not read as it is: leave the file alone.
  if (hosts === undefined || old === '' || hosts.includes('?')) return undefined;
  const lines = hosts.split('\n').map((line) => {
    const [address = '', ...names] = line.split('#', 1)[0]?.trim().split(/\s+/) ?? [];
    if (!names.includes(old)) return line;
    return `${address}\t${names.map((name) => (name === old ? hostName : name)).join(' ')}`;
  });
  const renamed = lines.join('\n');
  if (renamed === hosts) return undefined;
  return replaceFile('/etc/hosts', asciiBytes(renamed)) < 0 ? '/etc/hosts could not be written' : undefined;
}

function setMachineId(machineId: string): Failure {
  const content = asciiBytes(`${machineId}\n`);
  let result = replaceFile('/etc/machine-id', content, 0o444);
  // systemd mounts one over the file while it does not count yet (machine-id(5)): then what is mounted is written.
  if (result === -EBUSY) result = writeFile('/etc/machine-id', content, os.O_WRONLY | os.O_TRUNC);
  if (result < 0) return `/etc/machine-id could not be written (errno ${-result})`;
  // Mostly a link to it; a file of its own in old systems.
  if (isRegularFile('/var/lib/dbus/machine-id')) replaceFile('/var/lib/dbus/machine-id', content);
  return undefined;
}

/** What systemd keeps for the next start. */
function renewSavedSeed(): Failure {
  os.remove(CREDENTIAL_SECRET);
  if (!isRegularFile(RANDOM_SEED)) return undefined;
  const bytes = new Uint8Array(RANDOM_SEED_BYTES);
  const fd = os.open('/dev/urandom', os.O_RDONLY | O_NONBLOCK);
  const count = fd < 0 ? fd : readInto(fd, bytes);
  if (fd >= 0) os.close(fd);
  const done = count === bytes.length && replaceFile(RANDOM_SEED, bytes, 0o600) >= 0;
  return done ? undefined : `${RANDOM_SEED} could not be written`;
}

/** A server whose keys two machines have proves nothing to who connects. */
async function renewSshKeys(): Promise<Failure> {
  const [names] = os.readdir(SSH_FOLDER);
  const keys = names.filter((name) => SSH_KEY.test(name));
  if (keys.length === 0) return undefined;
  for (const key of keys) os.remove(`${SSH_FOLDER}/${key}`);
  if (findTool('ssh-keygen') === undefined) return undefined;
  const { status, said } = await toolEnds(['ssh-keygen', '-A']);
  if (status !== 0) return `ssh-keygen failed: ${said}`;
  // sshd(8): it starts itself anew, with the new keys.
  const server = Number(readSmallFile('/run/sshd.pid') ?? 0);
  if (server > 1) os.kill(server, SIGHUP);
  return undefined;
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}
