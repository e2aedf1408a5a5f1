import { createHash } from 'node:crypto';
import * as openpgp from 'openpgp';
import { debOf, xzOf, type TestEntry } from '../../../../src-core/images/testing/package-files.ts';
import { moduleOf, programOf, riscvImageOf } from '../../../../src-core/images/testing/elf-file.ts';

/** A small Debian archive, signed by a key of its own, as the files that a mirror serves. */
export interface TestArchive {
  /** By path below the base address. */
  readonly files: Map<string, Uint8Array>;
  readonly key: openpgp.PrivateKey;
  readonly fingerprint: string;
}

export interface ArchiveOptions {
  /** Lines of the Release file that differ: "Codename: sid" takes the place of the usual one. */
  readonly release?: readonly string[];
  /** Signs instead of the archive's own key. */
  readonly signer?: openpgp.PrivateKey;
  readonly signedAt?: Date;
  /** Beside the usual packages, or in their place. */
  readonly packages?: Readonly<Record<string, TestPackage>>;
}

export const TEST_KERNEL = '6.12.1+deb13-riscv64';
const KERNEL = TEST_KERNEL;
const LOADER = 'lib/ld-linux-riscv64-lp64d.so.1';
const MODULES: Readonly<Record<string, string>> = {
  'kernel/drivers/block/virtio_blk.ko': '',
  'kernel/drivers/char/hw_random/virtio-rng.ko': '',
  'kernel/drivers/net/net_failover.ko': 'failover',
  'kernel/drivers/net/virtio_net.ko': 'net_failover',
  'kernel/drivers/virtio/virtio_balloon.ko': '',
  'kernel/fs/ext4/ext4.ko': 'jbd2,mbcache,crc16',
  'kernel/fs/jbd2/jbd2.ko': '',
  'kernel/fs/mbcache.ko': '',
  'kernel/lib/crc16.ko': '',
  'kernel/crypto/crc32c_generic.ko': '',
  'kernel/drivers/cdrom/cdrom.ko': '',
  'kernel/fs/isofs/isofs.ko': 'cdrom',
  'kernel/net/core/failover.ko': '',
  'kernel/drivers/virtio/virtio_mmio.ko': '',
  'kernel/drivers/scsi/scsi_common.ko': '',
  'kernel/drivers/scsi/scsi_mod.ko': 'scsi_common',
  'kernel/drivers/scsi/sd_mod.ko': 'scsi_mod',
  'kernel/drivers/scsi/virtio_scsi.ko': 'scsi_mod',
  'kernel/drivers/nvme/common/nvme-auth.ko': '',
  'kernel/drivers/nvme/host/nvme-core.ko': 'nvme-auth',
  'kernel/drivers/nvme/host/nvme.ko': 'nvme-core',
  'kernel/fs/autofs/autofs4.ko': '',
};

export function testKernelEntries(): TestEntry[] {
  const modules = Object.entries(MODULES).map(([path, depends]) => ({
    path: `./usr/lib/modules/${KERNEL}/${path}.xz`,
    content: xzOf(moduleOf(`depends=${depends}`, `alias=test:${path}`)),
  }));
  return [{ path: `./boot/vmlinux-${KERNEL}`, content: riscvImageOf(50_000) }, ...modules];
}

const BUSYBOX = Buffer.concat([programOf([]), Buffer.from('[\0[[\0ash\0init\0poweroff\0sh\0\0')]);

export interface TestPackage {
  readonly version: string;
  readonly entries: readonly TestEntry[];
  readonly fields?: string;
  /** Other files of its control archive. */
  readonly control?: Readonly<Record<string, string>>;
}

const TEST_PACKAGES: Readonly<Record<string, TestPackage>> = {
  'linux-image-riscv64': { version: '6.12.1-1', entries: [], fields: `Depends: linux-image-${KERNEL} (= 6.12.1-1)\n` },
  [`linux-image-${KERNEL}`]: {
    version: '6.12.1-1',
    entries: testKernelEntries(),
    fields: 'Depends: not-needed-here\n',
  },
  'busybox-static': { version: '1:1.37.0-6+b9', entries: [{ path: './usr/bin/busybox', content: BUSYBOX }] },
  quickjs: {
    version: '2025.04.26-1',
    entries: [{ path: './usr/bin/qjs', content: programOf(['libm.so.6', 'libc.so.6'], `/${LOADER}`) }],
    fields: 'Depends: libc6 (>= 2.38)\n',
  },
  libc6: {
    version: '2.41-12',
    entries: [
      { path: `./usr/${LOADER}`, target: `riscv64-linux-gnu/${LOADER.slice(4)}` },
      { path: `./usr/lib/riscv64-linux-gnu/${LOADER.slice(4)}`, content: programOf([]) },
      { path: './usr/lib/riscv64-linux-gnu/libc.so.6', content: programOf([LOADER.slice(4)]) },
      { path: './usr/lib/riscv64-linux-gnu/libm.so.6', content: programOf(['libc.so.6']) },
      { path: './usr/lib/riscv64-linux-gnu/libnsl.so.1', content: programOf(['libc.so.6']) },
    ],
    fields: 'Depends: libgcc-s1\n',
  },
  bsdutils: {
    version: '1:2.41-5',
    entries: [{ path: './usr/bin/script', content: programOf(['libc.so.6'], `/${LOADER}`) }],
    fields: 'Pre-Depends: libc6 (>= 2.38)\n',
  },
  'libgcc-s1': { version: '14', entries: [] },
  'base-files': {
    version: '13.8',
    entries: [
      { path: './etc/debian_version', content: '13.7\n' },
      { path: './usr/lib/os-release', content: 'ID=debian\n' },
    ],
  },
};

/** @param date when it is signed, as its Release says too */
export async function makeArchive(options: ArchiveOptions = {}, date = new Date()): Promise<TestArchive> {
  const { privateKey: key } = await openpgp.generateKey({
    type: 'curve25519',
    userIDs: [{ name: 'Test archive' }],
    format: 'object',
    date: new Date(date.getTime() - 1000),
  });
  const files = new Map<string, Uint8Array>();
  const keyring = key.toPublic().write();
  const keyringPackage: TestPackage = {
    version: '2025.1',
    entries: [{ path: './usr/share/keyrings/debian-archive-keyring.gpg', content: keyring }],
  };
  const stanzas: string[] = [];
  for (const [name, { version, entries, fields = '', control }] of Object.entries({
    ...TEST_PACKAGES,
    ...options.packages,
    'debian-archive-keyring': keyringPackage,
  })) {
    const description = `Package: ${name}\nVersion: ${version}\nArchitecture: riscv64\n${fields}`;
    const deb = await debOf(entries, undefined, description, control);
    const path = `pool/main/${name}.deb`;
    files.set(path, deb);
    stanzas.push(
      `Package: ${name}\nVersion: ${version}\n${fields}Filename: ${path}\nSize: ${deb.length}\nSHA256: ${sha256(deb)}\n`,
    );
  }
  const archive = { files, key, fingerprint: key.getFingerprint() };
  await publish(archive, stanzas.join('\n'), options, date);
  return archive;
}

/** Writes the index and its signed Release. */
async function publish(
  archive: TestArchive,
  packages: string,
  options: ArchiveOptions,
  date = new Date(),
): Promise<void> {
  const plain = Buffer.from(packages);
  const packed = xzOf(plain);
  archive.files.set(`dists/trixie/main/binary-riscv64/by-hash/SHA256/${sha256(packed)}`, packed);
  const listed = ([name, bytes]: [string, Uint8Array]): string =>
    ` ${sha256(bytes)} ${bytes.length} main/binary-riscv64/${name}`;
  const usual = [
    'Origin: Debian',
    'Codename: trixie',
    'Version: 13.7',
    `Date: ${date.toUTCString().replace('GMT', 'UTC')}`,
    'Acquire-By-Hash: yes',
  ];
  const replaced = options.release ?? [];
  const nameOf = (line: string): string => line.split(':')[0] ?? '';
  const kept = usual.filter((line) => !replaced.some((other) => nameOf(other) === nameOf(line)));
  const lists = ['SHA256:', listed(['Packages', plain]), listed(['Packages.xz', packed])];
  const text = [...kept, ...replaced, ...lists, ''].join('\n');
  const message = await openpgp.createCleartextMessage({ text });
  const signingKeys = options.signer ?? archive.key;
  const signed = await openpgp.sign({ message, signingKeys, date: options.signedAt ?? date });
  archive.files.set('dists/trixie/InRelease', Buffer.from(signed));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
