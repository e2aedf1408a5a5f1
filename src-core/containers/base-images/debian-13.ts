import { AppError } from '../../base/errors.ts';
import type { DebianArchive } from '../../images/debian/archive.ts';
import { dpkgDatabase, type UnpackedPackage } from '../../images/debian/dpkg-database.ts';
import type { PackageRecord } from '../../images/debian/packages.ts';
import { Payload } from '../../images/recipes/debian-13/payload.ts';
import type { LocalLayer } from '../oci/container-images.ts';
import { DEFAULT_PATH, settingsOf, type BaseDish, type BaseKitchen, type BaseRecipe } from './base-image.ts';
import { APT_SETTINGS, SECOND_STAGE, sources, WORK_FOLDER } from './debian-13-files.ts';

const MIB = 1024 * 1024;
const ARCHITECTURE = 'riscv64';
/** As debootstrap's variant minbase has it. */
const WANTED = ['apt', 'debian-archive-keyring'];
const LAST_LINES = 4;
const NO_LIMITS = { memoryBytes: null, cpus: null, pids: null, diskBytes: null };

/** A small Debian with apt, unpacked here and configured by its own packages in a container. */
export const debian13: BaseRecipe = {
  card: {
    name: 'debian:13',
    title: 'Debian 13',
    description: 'A small Debian with apt, to build on.',
    downloadBytes: 60 * MIB,
  },
  names: ['docker.io/library/debian:13', 'docker.io/library/debian:trixie', 'docker.io/library/debian:latest'],

  async make(archive, kitchen, work): Promise<BaseDish> {
    const index = archive.packages;
    const first = ({ name }: PackageRecord): number => (name === 'base-files' ? 0 : 1);
    const packages = index
      .closure([...new Set([...index.required(), ...WANTED])])
      .sort((a, b) => first(a) - first(b) || (a.name < b.name ? -1 : 1));
    const unpacked = await kitchen.images.addLayer(firstStage(archive, packages, kitchen, work), work);
    const configured = await configure(unpacked, packages.length, kitchen, work);
    const { version } = archive.release;
    return {
      settings: settingsOf(['bash']),
      layers: [
        { layer: unpacked, createdBy: `${packages.length} packages of Debian ${version}` },
        { layer: configured, createdBy: 'dpkg --configure -a' },
      ],
      createdAt: archive.release.date,
    };
  },
};

/** In the state in which dpkg leaves packages that it has unpacked and not configured. */
async function* firstStage(
  archive: DebianArchive,
  packages: readonly PackageRecord[],
  { md5 }: BaseKitchen,
  work: { progress(progress: { phase: string; fraction: number | null }): void },
): AsyncGenerator<Uint8Array, void, void> {
  const total = packages.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const payload = new Payload(archive, md5, Math.floor(archive.release.date / 1000));
  const unpacked: UnpackedPackage[] = [];
  let passed = 0;
  for (const record of packages) {
    work.progress({ phase: `Fetching and unpacking ${record.name}`, fraction: passed / total });
    await archive.fetch(record, () => undefined);
    yield* payload.package(
      record,
      () => false,
      () => undefined,
      (done) => unpacked.push(done),
    );
    passed += record.sizeBytes;
  }
  const text = (path: string, content: string, mode = 0o644) => ({
    path,
    mode,
    content: new TextEncoder().encode(content),
  });
  yield* payload.files([
    ...[...dpkgDatabase(unpacked, ARCHITECTURE)].map(([path, file]) => ({ path, ...file })),
    text('etc/apt/sources.list.d/debian.sources', sources(archive.mirror)),
    text('etc/apt/apt.conf.d/90container', APT_SETTINGS),
    text(`${WORK_FOLDER}/second-stage`, SECOND_STAGE, 0o755),
  ]);
  yield payload.end();
}

/** Lets the packages do their own part, in a container. */
async function configure(
  unpacked: LocalLayer,
  count: number,
  { images, steps }: BaseKitchen,
  work: Parameters<BaseRecipe['make']>[2],
): Promise<LocalLayer> {
  let layer: LocalLayer | undefined;
  const said = new Said(count, (phase, fraction) => work.progress({ phase, fraction }));
  const { exitStatus, outOfMemory } = await steps.run(
    {
      layers: [unpacked.diffId],
      command: ['/bin/sh', `/${WORK_FOLDER}/second-stage`],
      environment: [DEFAULT_PATH],
      workingDirectory: '/',
      user: '',
      limits: NO_LIMITS,
      network: null,
      addCapabilities: [],
      output: (bytes) => said.take(bytes),
      changes: async (archive) => {
        layer = await images.addLayer(archive, work);
      },
    },
    work.signal,
  );
  if (exitStatus === 0 && layer !== undefined) return layer;
  const why = outOfMemory ? 'its node has not enough memory' : `it ended with status ${exitStatus}`;
  throw new AppError({
    code: 'guest-failed',
    doing: 'make image debian:13',
    because: `its packages could not be configured: ${why}. It said last: ${said.last.join(' | ')}`,
  });
}

/** What the second stage prints: dpkg's status lines tell how far it is. */
class Said {
  readonly last: string[] = [];
  readonly #count: number;
  readonly #tell: (phase: string, fraction: number) => void;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #configured = 0;

  constructor(count: number, tell: (phase: string, fraction: number) => void) {
    this.#count = count;
    this.#tell = tell;
  }

  take(bytes: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-1000);
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    const [, name] = /^processing: configure: (\S+)$/.exec(line) ?? [];
    if (name !== undefined) {
      this.#configured = Math.min(this.#configured + 1, this.#count);
      this.#tell(`Configuring ${name} (${this.#configured} of ${this.#count})`, this.#configured / this.#count);
    }
    if (/^(?:status|processing): /.test(line)) return;
    this.last.push(line);
    if (this.last.length > LAST_LINES) this.last.shift();
  }
}
