/** Where the second stage keeps its own file in the new system; taken away at its end. */
export const WORK_FOLDER = 'innkeeper-build';

/** deb822, sources.list(5). @param mirror from which the image was made */
export function sources(mirror: string): string {
  return `Types: deb
URIs: ${mirror}
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp
`;
}

/** What is of no use in a container, where nobody answers and nothing is kept for another time. apt.conf(5). */
export const APT_SETTINGS = `APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::Seccomp "false";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };
Acquire::Languages "none";
`;

/** Runs in a container of the unpacked packages, none of whose scripts has run. */
export const SECOND_STAGE = `#!/bin/sh
set -e
# dpkg closes the descriptor for its status in the scripts that it starts.
exec 3>&1
export HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true SYSTEMD_OFFLINE=1
database=/var/lib/dpkg
# Nothing is started in a container but what it is for (policy-rc.d(8)). This one stays.
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
# Everybody's name first, then each package's word before it is unpacked: nothing of theirs was there before either.
preinst() {
  name=\${1##*/}
  name=\${name%.preinst}
  DPKG_MAINTSCRIPT_NAME=preinst DPKG_MAINTSCRIPT_PACKAGE="\${name%:*}" DPKG_MAINTSCRIPT_ARCH=riscv64 \\
    DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 DPKG_ROOT= "$1" install
}
preinst "$database/info/base-passwd.preinst"
for script in "$database"/info/*.preinst; do
  [ ! -e "$script" ] || [ "$script" = "$database/info/base-passwd.preinst" ] || preinst "$script"
done
ldconfig
dpkg --force-unsafe-io --status-fd 3 --configure -a
audit=$(dpkg --audit)
unready=$(dpkg-query -W -f '\${db:Status-Abbrev}\${Package}\\n' | grep -v '^ii ' || true)
[ -z "$audit$unready" ] || { echo "$audit"; echo "not configured: $unready"; exit 1; }
rm -f /etc/machine-id /var/lib/dbus/machine-id
rm -f /var/lib/dpkg/*-old /var/cache/debconf/*-old /var/cache/apt/*.bin /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow-
rm -f /var/log/alternatives.log /var/log/dpkg.log /var/log/bootstrap.log
rm -rf /${WORK_FOLDER}
`;
