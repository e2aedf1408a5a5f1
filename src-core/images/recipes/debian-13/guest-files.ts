/**
 * The small files of `debian-13` that are ours. They belong to a package of their own in the guest, `innkeeper-guest`: dpkg
 * knows whose they are, and that the kernel's need for something that makes initramfs files is met.
 */

export interface GuestFile {
  readonly mode: number;
  readonly text: string;
}

const AGENT_UNIT = `[Unit]
Description=Innkeeper guest agent
ConditionPathIsDirectory=/sys/class/virtio-ports

[Service]
ExecStart=/usr/lib/innkeeper/agent
Restart=always
RestartSec=1
# Programs that were started through it go on when it ends, as those of a login do.
KillMode=process

[Install]
WantedBy=multi-user.target
`;

/** The port has its name in /dev from udev, which may come later than we do. */
const AGENT = `#!/bin/sh
tries=0
while [ $tries -lt 50 ]; do
  for port in /sys/class/virtio-ports/*; do
    read -r name 2>/dev/null <"$port/name" || continue
    [ "$name" = innkeeper.agent ] || continue
    cd / && exec qjs --std -m /opt/innkeeper/agent.js "/dev/\${port##*/}"
  done
  tries=$((tries + 1))
  sleep 0.2
done
# A computer without the port has no host to talk to.
exec sleep infinity
`;

/**
 * A login on the console. It is within reach only of who runs the machine: root's password stays locked, and nobody has to
 * know one. Unlike serial-getty@ it does not wait for udev and for the network (by systemd-user-sessions.service, whose
 * matter is not root's), and does not ask the terminal for its size, which the console device tells.
 */
const CONSOLE_UNIT = `[Unit]
Description=Login on the console
Before=getty.target
IgnoreOnIsolate=yes
ConditionPathExists=/dev/hvc0

[Service]
Environment=TERM=xterm-256color
ExecStart=-/usr/sbin/agetty --autologin root --noissue --noclear --noreset - \${TERM}
Restart=always
UtmpIdentifier=hvc0
StandardInput=tty
StandardOutput=tty
TTYPath=/dev/hvc0
TTYVHangup=yes
IgnoreSIGPIPE=no
SendSIGHUP=yes

[Install]
WantedBy=getty.target
`;

/** The same on a serial line, which is the console of other machines than ours. */
const AUTOLOGIN = `[Service]
ExecStart=
ExecStart=-/usr/sbin/agetty --autologin root --noissue --noclear --keep-baud 115200,57600,38400,9600 - \${TERM}
`;

/** Of the devices that are there at the start, most (terminals without hardware, buses, clocks) mean nothing to anybody. */
const COLDPLUG = `[Service]
ExecStart=
ExecStart=-udevadm trigger --type=devices --action=add --prioritized-subsystem=block,net --subsystem-match=block --subsystem-match=net --subsystem-match=virtio --subsystem-match=virtio-ports --subsystem-match=pci --subsystem-match=platform --subsystem-match=usb --subsystem-match=scsi --subsystem-match=nvme --subsystem-match=input --subsystem-match=drm --subsystem-match=sound --subsystem-match=rtc --subsystem-match=misc
ExecStart=-udevadm trigger --type=devices --action=add --subsystem-match=tty --sysname-match=hvc[0-9] --sysname-match=ttyS0 --sysname-match=ttyAMA0
`;

/** The disk has become larger; the start of the system (initramfs) has seen it. */
const GROW_UNIT = `[Unit]
Description=Grow the root file system to the size of its disk
ConditionPathExists=/run/innkeeper/root-grew

[Service]
Type=oneshot
ExecStart=/usr/lib/innkeeper/grow-root

[Install]
WantedBy=multi-user.target
`;

const GROW = `#!/bin/sh
set -e
read -r device <"/run/innkeeper/root-grew"
resize2fs "/dev/$device"
mkdir -p /var/lib/innkeeper
cat "/sys/class/block/$device/size" >/var/lib/innkeeper/root-sectors
rm /run/innkeeper/root-grew
`;

/**
 * Addresses for each network card. A card's own address is what it is known by (not the machine-id, which copies of a
 * system have in common for a moment), and the host says what the machine is called.
 */
const NETWORK = `[Match]
Name=en* eth*

[Network]
DHCP=ipv4
LLMNR=no

[DHCPv4]
ClientIdentifier=mac
UseDomains=yes
UseHostname=no

[IPv6AcceptRA]
UseDomains=yes
DHCPv6Client=no
`;

/** Nothing is started where there is no card. */
const NETWORK_RULE = `ACTION!="remove", SUBSYSTEM=="net", KERNEL=="en*|eth*", TAG+="systemd", ENV{SYSTEMD_WANTS}+="systemd-networkd.service systemd-resolved.service systemd-timesyncd.service"
`;

/** Nobody who sits at the console waits for the network. */
const AFTER_CONSOLE = `[Unit]
After=innkeeper-console.service
`;

/** A host that has a port to this machine tells it the time. */
const NO_TIME_SERVER = `[Unit]
ConditionDirectoryNotEmpty=!/sys/class/virtio-ports
`;

/** Long descriptions of 70,000 packages are as large as the list of them; the short ones are in it. */
const APT = `Acquire::Languages "none";
`;

/** systemd loads it whenever it is there, and it is of no use: nftables is what Debian filters with. By its name it can be loaded. */
const MODULES = `blacklist ip_tables
`;

/** The journal stays within a disk that is shared with others. */
const JOURNAL = `[Journal]
SystemMaxUse=64M
`;

/**
 * Makes the initramfs of each kernel in /boot that has none, and the menu by which a boot loader finds them. Called
 * by the kernel's package (/etc/kernel/postinst.d) with the version that has come or gone.
 */
const UPDATE_BOOT = `#!/bin/sh
set -e
make_initramfs() {
  tree=$(mktemp -d)
  mkdir -p "$tree/bin" "$tree/dev" "$tree/proc" "$tree/sys" "$tree/run" "$tree/root"
  cp /usr/bin/busybox "$tree/bin/"
  for applet in chroot cp findfs mkdir modprobe mount reboot sh sleep switch_root umount; do
    ln -s busybox "$tree/bin/$applet"
  done
  cp /usr/lib/innkeeper/initramfs-init "$tree/init"
  modprobe -D -a -S "$1" $(cat /usr/lib/innkeeper/initramfs-modules) 2>/dev/null | while read -r _ path _; do
    [ -f "$path" ] || continue
    mkdir -p "$tree/\${path%/*}"
    cp "$path" "$tree/$path"
  done
  mkdir -p "$tree/usr/lib"
  [ -e "$tree/lib" ] || ln -s usr/lib "$tree/lib"
  depmod -b "$tree" "$1" 2>/dev/null
  (cd "$tree" && find . | busybox cpio -o -H newc 2>/dev/null) >"/boot/initrd.img-$1.new"
  mv "/boot/initrd.img-$1.new" "/boot/initrd.img-$1"
  rm -rf "$tree"
}
options=$(cat /usr/lib/innkeeper/kernel-options)
mkdir -p /boot/extlinux
{
  echo 'default newest'
  echo 'timeout 0'
  label=newest
  for kernel in $(ls /boot/vmlinu[xz]-* 2>/dev/null | sort -rV); do
    version=\${kernel#/boot/vmlinu?-}
    [ -e "/boot/initrd.img-$version" ] || make_initramfs "$version"
    echo
    echo "label $label"
    echo "  menu label Debian, Linux $version"
    echo "  linux $kernel"
    echo "  initrd /boot/initrd.img-$version"
    echo "  append $options"
    label="linux-$version"
  done
} >/boot/extlinux/extlinux.conf.new
mv /boot/extlinux/extlinux.conf.new /boot/extlinux/extlinux.conf
`;

const KERNEL_HOOK = `#!/bin/sh
exec /usr/lib/innkeeper/update-boot
`;

const KERNEL_REMOVED_HOOK = `#!/bin/sh
rm -f "/boot/initrd.img-$1"
exec /usr/lib/innkeeper/update-boot
`;

/** By path. */
export const GUEST_FILES: Readonly<Record<string, GuestFile>> = {
  'usr/lib/innkeeper/agent': { mode: 0o755, text: AGENT },
  'usr/lib/innkeeper/grow-root': { mode: 0o755, text: GROW },
  'usr/lib/innkeeper/update-boot': { mode: 0o755, text: UPDATE_BOOT },
  'usr/lib/systemd/system/innkeeper-agent.service': { mode: 0o644, text: AGENT_UNIT },
  'usr/lib/systemd/system/innkeeper-grow.service': { mode: 0o644, text: GROW_UNIT },
  'usr/lib/systemd/system/innkeeper-console.service': { mode: 0o644, text: CONSOLE_UNIT },
  'usr/lib/systemd/system/serial-getty@.service.d/10-innkeeper.conf': { mode: 0o644, text: AUTOLOGIN },
  'usr/lib/systemd/system/systemd-udev-trigger.service.d/10-innkeeper.conf': { mode: 0o644, text: COLDPLUG },
  'usr/lib/systemd/journald.conf.d/10-innkeeper.conf': { mode: 0o644, text: JOURNAL },
  'usr/lib/modprobe.d/innkeeper.conf': { mode: 0o644, text: MODULES },
  'usr/lib/systemd/network/80-innkeeper.network': { mode: 0o644, text: NETWORK },
  'usr/lib/systemd/system/systemd-networkd.service.d/10-innkeeper.conf': { mode: 0o644, text: AFTER_CONSOLE },
  'usr/lib/systemd/system/systemd-resolved.service.d/10-innkeeper.conf': { mode: 0o644, text: AFTER_CONSOLE },
  'usr/lib/systemd/system/systemd-timesyncd.service.d/10-innkeeper.conf': { mode: 0o644, text: NO_TIME_SERVER },
  'usr/lib/udev/rules.d/80-innkeeper.rules': { mode: 0o644, text: NETWORK_RULE },
  'etc/apt/apt.conf.d/80innkeeper': { mode: 0o644, text: APT },
  'etc/kernel/postinst.d/innkeeper': { mode: 0o755, text: KERNEL_HOOK },
  'etc/kernel/postrm.d/innkeeper': { mode: 0o755, text: KERNEL_REMOVED_HOOK },
};

/** Units that are started whenever the system is, without a step of "enabling". */
export const GUEST_LINKS: Readonly<Record<string, string>> = {
  'usr/lib/systemd/system/multi-user.target.wants/innkeeper-agent.service': '../innkeeper-agent.service',
  'usr/lib/systemd/system/getty.target.wants/innkeeper-console.service': '../innkeeper-console.service',
  'usr/lib/systemd/system/multi-user.target.wants/innkeeper-grow.service': '../innkeeper-grow.service',
};

/** What the guest's package says of itself. @param version of Innkeeper's recipe */
export function guestPackageControl(version: string, architecture: string): string {
  return [
    'Package: innkeeper-guest',
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    'Maintainer: Innkeeper <root@localhost>',
    'Installed-Size: 64',
    'Depends: busybox-static | busybox, bsdutils, e2fsprogs, kmod, quickjs, systemd',
    'Provides: linux-initramfs-tool',
    'Section: admin',
    'Priority: optional',
    'Description: what a machine of Innkeeper needs inside',
    ' The agent through which the host runs programs, the start of the system from',
    ' its disk, a login on the console, and an address for each network card.',
    '',
  ].join('\n');
}
