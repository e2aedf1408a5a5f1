import { spawnSync } from 'node:child_process';

/**
 * What the project needs of a Debian or Ubuntu system beyond Node and npm. As root it is installed; otherwise one
 * command is printed. `a|b`: the first that the system's archive has (names changed with the 64-bit time_t).
 */
const WINDOW_PACKAGES = [
  'libgtk-3-0t64|libgtk-3-0',
  'libnss3',
  'libasound2t64|libasound2',
  'libgbm1',
  'libxss1',
  'libxtst6',
  'libatk-bridge2.0-0t64|libatk-bridge2.0-0',
  'libatspi2.0-0t64|libatspi2.0-0',
  'libdrm2',
  'libxkbcommon0',
  'libsecret-1-0',
  'libnotify4',
  'libcups2t64|libcups2',
  'libuuid1',
  'fonts-dejavu-core',
  'dbus',
];

const TEST_PACKAGES = [
  'xvfb',
  'xauth',
  // A browser for the window without Electron, and the other people's programs that serve as oracles.
  'chromium',
  'device-tree-compiler',
  'opensbi',
  'qemu-utils',
  'e2fsprogs',
  'dosfstools',
  'mtools',
  'gcc',
  'libc6-dev',
  // The kernel of this computer as a guest, and what it runs there.
  'qemu-system-riscv|qemu-system-misc',
  'iproute2',
  'iputils-ping',
  'isc-dhcp-client',
  'bind9-dnsutils|dnsutils',
  'curl',
  'iperf3',
  'tshark',
  // Container images as others make, keep and read them.
  'docker-registry',
  'skopeo',
  'umoci',
];

/** Names of packages, with alternatives, for starting the window. */
export const forWindow: readonly string[] = WINDOW_PACKAGES;
/** The same for the whole test run. */
export const forTests: readonly string[] = [...WINDOW_PACKAGES, ...TEST_PACKAGES];

function has(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

function isInstalled(name: string): boolean {
  const query = spawnSync('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { encoding: 'utf8' });
  return query.status === 0 && query.stdout === 'installed';
}

function isAvailable(name: string): boolean {
  const policy = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return policy.status === 0 && /Candidate: (?!\(none\))/.test(policy.stdout);
}

function choose(wanted: string): string {
  const names = wanted.split('|');
  return names.find(isAvailable) ?? names.at(-1) ?? wanted;
}

function run(command: string, args: readonly string[]): void {
  const result = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (result.status !== 0) throw new Error(`${command} ${args[0] ?? ''} failed with status ${String(result.status)}`);
}

/**
 * Makes sure that the packages are there.
 * @returns true when they are; false (with the command printed) when only an administrator can install them
 */
export function ensureSystemPackages(wanted: readonly string[]): boolean {
  if (process.platform !== 'linux' || !has('dpkg-query') || !has('apt-get')) return true;
  const missing = wanted.filter((entry) => !entry.split('|').some(isInstalled));
  if (missing.length === 0) return true;
  if (process.getuid?.() !== 0) {
    console.error(
      `Some system packages are missing. Install them with:\n  sudo apt-get install -y ${missing.map(choose).join(' ')}`,
    );
    return false;
  }
  console.error(`Installing system packages: ${missing.join(' ')}`);
  run('apt-get', ['update', '-q']);
  run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing.map(choose)]);
  return true;
}
