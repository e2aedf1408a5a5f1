import type { ExtraFile } from './payload.ts';

const HOSTS = `127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
`;

/** deb822, sources.list(5). @param mirror from which the image was built */
function sources(mirror: string): string {
  return `Types: deb
URIs: ${mirror}
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp
`;
}

/** What an administrator would write: nobody's package has these files. */
export function systemFiles(mirror: string): ExtraFile[] {
  const file = (path: string, text: string, mode = 0o644): ExtraFile => {
    return { path, mode, content: new TextEncoder().encode(text) };
  };
  return [
    file('etc/hosts', HOSTS),
    file('etc/apt/sources.list.d/debian.sources', sources(mirror)),
    // No news of the day on each of its consoles' logins.
    file('root/.hushlogin', ''),
  ];
}

/**
 * What a machine without screen, firmware, sleep and TPM does not need at its start: each unit costs a simulated
 * processor 10 to 100 million instructions. Only the wish for them goes (systemd.unit(5), "a symlink in a .wants/
 * directory to /dev/null"): all can be started, and are where something needs them (D-Bus, a network card, a mount).
 */
const UNWANTED: Readonly<Record<string, readonly string[]>> = {
  'multi-user.target': ['dbus.service', 'systemd-logind.service'],
  'local-fs.target': ['run-lock.mount', 'systemd-remount-fs.service'],
  'sysinit.target': [
    'dev-hugepages.mount',
    'proc-sys-fs-binfmt_misc.automount',
    'sys-fs-fuse-connections.mount',
    'sys-kernel-config.mount',
    'sys-kernel-debug.mount',
    'sys-kernel-tracing.mount',
    'systemd-firstboot.service',
    'systemd-hibernate-clear.service',
    // The host seeds a machine each time; a seed on the disk would be the same in all its clones.
    'systemd-random-seed.service',
  ],
};

/** Of no use here at all: where udev's rules could come from, what the login on the console replaces, and a screen's driver. */
const MASKED = [
  'systemd-udev-load-credentials.service',
  'serial-getty@hvc0.service',
  'modprobe@drm.service',
  // For what a DHCP server remembers.
  'systemd-networkd-persistent-storage.service',
];

/** Look for what this machine cannot have; the rest of them stays. */
const GENERATORS = ['debug', 'gpt-auto', 'hibernate-resume', 'rc-local', 'run', 'ssh', 'system-update', 'tpm2'];

/** Units that packages enable and that would work at a simulated processor's expense, or for nothing. */
export const DISABLED_UNITS: readonly string[] = [
  'getty@tty1.service',
  'systemd-pstore.service',
  'e2scrub_reap.service',
  'e2scrub_all.timer',
  // apt's own updates: a person says when.
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  // Started with a network card (guest-files.ts).
  'systemd-resolved.service',
  'systemd-timesyncd.service',
];

const unitLinks = [
  ...MASKED,
  ...Object.entries(UNWANTED).flatMap(([target, units]) => units.map((unit) => `${target}.wants/${unit}`)),
].map((name) => `etc/systemd/system/${name}`);
const generatorLinks = GENERATORS.map((name) => `etc/systemd/system-generators/systemd-${name}-generator`);

export const SYSTEM_LINKS: Readonly<Record<string, string>> = Object.fromEntries(
  [...unitLinks, ...generatorLinks].map((path) => [path, '/dev/null']),
);
