import { createPackage } from '@electron/asar';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { ensureBuilt } from './build.ts';
import { electronExecutable } from './electron-binary.ts';

/** `npm run package`: a release of the app, as a folder that runs by itself, with Electron's fuses blown. */
const root = join(import.meta.dirname, '../..');
const release = join(root, 'out/release');
const stage = join(release, 'stage');
const target = join(release, `innkeeper-${process.platform}-${process.arch}`);
const BUILT = ['main', 'preload', 'renderer', 'core.wasm', 'agent.js'];

interface PackageDescription {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function describe(folder: string): PackageDescription {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageDescription;
}

/** Libraries that the bundles of the main process import by name; the window's are bundled. */
function importedLibraries(): readonly string[] {
  const folders = [join(stage, 'out/main'), join(stage, 'out/main/chunks')];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const text = files.filter((file) => file.endsWith('.js')).map((file) => readFileSync(file, 'utf8'));
  const names = Object.keys(describe(root).dependencies ?? {});
  return names.filter((name) => text.some((code) => code.includes(`"${name}"`) || code.includes(`"${name}/`)));
}

/** Where a library finds another, as Node looks for it: in the nearest node_modules upwards. */
function locate(name: string, from: string): string | undefined {
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}

/** Copies what the package in `folder` needs, and what that needs in its turn, to where it was. */
function stageLibraries(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const from = locate(name, folder);
    // Not there: an optional one.
    if (from === undefined) continue;
    const to = join(stage, relative(root, from));
    if (existsSync(to)) continue;
    cpSync(from, to, { recursive: true, filter: (path) => path === from || basename(path) !== 'node_modules' });
    stageLibraries(from, Object.keys(describe(from).dependencies ?? {}));
  }
}

function stageApp(): void {
  rmSync(release, { recursive: true, force: true });
  mkdirSync(join(stage, 'out'), { recursive: true });
  for (const name of BUILT) cpSync(join(root, 'out', name), join(stage, 'out', name), { recursive: true });
  const { name, version } = describe(root);
  writeFileSync(
    join(stage, 'package.json'),
    JSON.stringify({ name, version, type: 'module', main: 'out/main/electron.js' }),
  );
  stageLibraries(root, importedLibraries());
}

/** What a stranger with the binary could otherwise do: run it as Node, inspect it, or have it load other code. */
async function blowFuses(executable: string): Promise<void> {
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  });
}

if (process.platform === 'darwin') throw new Error('packaging for macOS is not supported yet');
const electron = await electronExecutable();
ensureBuilt();
stageApp();
cpSync(dirname(electron), target, { recursive: true });
rmSync(join(target, 'resources/default_app.asar'), { force: true });
await createPackage(stage, join(target, 'resources/app.asar'));
rmSync(stage, { recursive: true });
const suffix = process.platform === 'win32' ? '.exe' : '';
const executable = join(target, `innkeeper${suffix}`);
renameSync(join(target, `electron${suffix}`), executable);
await blowFuses(executable);
console.log(executable);
