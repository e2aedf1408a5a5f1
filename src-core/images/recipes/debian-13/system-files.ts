import type { ExtraFile } from './payload.ts';

const FSTAB = `# The root file system is mounted by the start of the system, by its label: nothing is to be said of it here.
`;

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
    file('etc/fstab', FSTAB),
    file('etc/hosts', HOSTS),
    file('etc/apt/sources.list.d/debian.sources', sources(mirror)),
    // No news of the day on each of its consoles' logins.
    file('root/.hushlogin', ''),
  ];
}

/** Units that a machine without screen, battery or firmware has no use for: each would cost it some time at its start. */
const MASKED_UNITS: readonly string[] = [];

export const SYSTEM_LINKS: Readonly<Record<string, string>> = Object.fromEntries(
  MASKED_UNITS.map((unit) => [`etc/systemd/system/${unit}`, '/dev/null']),
);
