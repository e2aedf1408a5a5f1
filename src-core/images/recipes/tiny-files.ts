/**
 * The small files of `debian-13-tiny`: ours, written for BusyBox. Every fork and exec of a simulated machine costs
 * 1.5 million instructions, so what the shell has built in is used wherever it can be.
 */

/** busybox init: one set-up, then what runs beside each other. */
const INITTAB = `::sysinit:/usr/lib/innkeeper/setup
::once:/usr/lib/innkeeper/devices
::respawn:/usr/lib/innkeeper/agent
::respawn:/usr/bin/cttyhack /bin/sh -l
::ctrlaltdel:/usr/bin/reboot
`;

const FSTAB = `proc      /proc     proc      nosuid,nodev,noexec          0 0
sysfs     /sys      sysfs     nosuid,nodev,noexec          0 0
devpts    /dev/pts  devpts    gid=5,mode=620,ptmxmode=666  0 0
tmpfs     /dev/shm  tmpfs     nosuid,nodev,mode=1777       0 0
tmpfs     /run      tmpfs     nosuid,nodev,mode=755        0 0
tmpfs     /tmp      tmpfs     nosuid,nodev,mode=1777       0 0
`;

/** Gives the virtio ports their names, which is udev's work elsewhere. */
const PORTS = `name_ports() {
  for port in /sys/class/virtio-ports/*; do
    read -r name 2>/dev/null <"$port/name" || continue
    [ -n "$name" ] && [ ! -e "/dev/virtio-ports/$name" ] || continue
    [ -d /dev/virtio-ports ] || mkdir /dev/virtio-ports
    ln -s "../\${port##*/}" "/dev/virtio-ports/$name"
  done
}
`;

const SETUP = `#!/bin/sh
mount -t devtmpfs -o nosuid,mode=755 devtmpfs /dev
mkdir /dev/pts /dev/shm
mount -a
. /usr/lib/innkeeper/ports
name_ports
`;

/** Drivers for the devices that this machine has. They come after the prompt: nothing waits for them. */
const DEVICES = `#!/bin/sh
set --
for device in /sys/bus/virtio/devices/*; do
  read -r alias 2>/dev/null <"$device/modalias" && [ ! -e "$device/driver" ] && set -- "$@" "$alias"
done
# What the kernel remarks now would fall onto the prompt; "dmesg" has it.
echo 5 >/proc/sys/kernel/printk
[ $# -eq 0 ] || modprobe -a -q "$@"
ip link set dev lo up
exec /usr/lib/innkeeper/network
`;

/**
 * An address for each network card. With names of cards: these begin anew, as after a change of cables or of their own
 * address. Without: those that nothing was done for yet, and what was done for cards that are gone ends. The agent calls
 * it (guest/agent/cards.ts).
 */
const NETWORK = `#!/bin/sh
# When the process began, proc_pid_stat(5): by its name it is known only once it is udhcpc.
began() {
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
  set -- \${stat##*) }
  began=\${20}
}
client_of() {
  read -r client since 2>/dev/null <"/run/udhcpc.$1" && began "$client" && [ "$began" = "$since" ]
}
stop() {
  client_of "$1" && kill -KILL "$client"
  rm -f "/run/udhcpc.$1" "/run/resolv/$1"
}
start() {
  ip link set dev "$1" up
  # No identifier of its own: the card's address is one, also after it has changed.
  udhcpc -f -C -O search -t 5 -T 1 -A 30 -i "$1" </dev/null >/dev/null 2>&1 &
  began $! && echo "$! $began" >"/run/udhcpc.$1"
}
if [ $# -gt 0 ]; then
  for card; do
    stop "$card"
    # The kernel asks for routers of IPv6 when a link comes up, and not when a cable does.
    ip link set dev "$card" down
    ip addr flush dev "$card"
    start "$card"
  done
  exit 0
fi
for file in /run/udhcpc.*; do
  card=\${file#/run/udhcpc.}
  [ ! -e "$file" ] || [ -e "/sys/class/net/$card" ] || stop "$card"
done
for card in /sys/class/net/eth*; do
  card=\${card##*/}
  [ ! -e "/sys/class/net/$card" ] || client_of "$card" || start "$card"
done
`;

/** What udhcpc(8) tells of its card. With several cards, the first one that knows a router leads out. */
const LEASE = `#!/bin/sh
write_resolv() {
  domains= servers=
  for file in /run/resolv/*; do
    while read -r word value; do
      case "$word" in
        search) case " $domains " in *" $value "*) ;; *) domains="$domains $value" ;; esac ;;
        nameserver) servers="$servers $value" ;;
      esac
    done 2>/dev/null <"$file"
  done
  {
    [ -z "$domains" ] || echo "search$domains"
    for server in $servers; do echo "nameserver $server"; done
  } >/etc/resolv.conf.new
  mv -f /etc/resolv.conf.new /etc/resolv.conf
}
case "$1" in
  deconfig)
    ip -4 addr flush dev "$interface"
    [ -e "/run/resolv/$interface" ] || exit 0
    rm -f "/run/resolv/$interface"
    write_resolv
    ;;
  bound | renew)
    [ "$1" = renew ] || ip -4 addr flush dev "$interface"
    ip addr replace "$ip/$mask" broadcast + dev "$interface"
    for gateway in $router; do
      ip route replace default via "$gateway" dev "$interface" metric "$((100 + \${interface#eth}))"
      break
    done
    [ -d /run/resolv ] || mkdir /run/resolv
    {
      for domain in \${search:-$domain}; do echo "search $domain"; done
      for server in $dns; do echo "nameserver $server"; done
    } >"/run/resolv/$interface"
    write_resolv
    ;;
esac
`;

/** The host tells of its ports while the system starts already; a computer without this one has no host to talk to. */
const AGENT = `#!/bin/sh
port=/dev/virtio-ports/innkeeper.agent
. /usr/lib/innkeeper/ports
tries=0
until [ -e "$port" ]; do
  [ $tries -lt 25 ] || exec sleep 2147483647
  tries=$((tries + 1))
  sleep 0.2
  name_ports
done
cd /
exec qjs --std -m /opt/innkeeper/agent.js "$port" >/run/innkeeper-agent.log 2>&1
`;

/**
 * "poweroff", "reboot" and "halt": as init does it, without its fixed sleeps. Init is told to start nothing any more,
 * programs get two seconds to end.
 */
const SHUTDOWN = `#!/bin/sh
case "$0" in *reboot) action=reboot ;; *halt) action=halt ;; *) action=poweroff ;; esac
[ "$1" = -f ] && exec busybox "$action" -f
trap '' HUP INT QUIT TERM TSTP PIPE
others() {
  for process in /proc/[0-9]*; do
    id=\${process#/proc/}
    [ "$id" -gt 1 ] && [ "$id" != $$ ] || continue
    # Kernel threads have no command line.
    line=
    read -r line 2>/dev/null <"$process/cmdline"
    [ -n "$line" ] && return 0
  done
  return 1
}
echo "The system is going down ($action)." >/dev/console
kill -TSTP 1
kill -TERM -1
kill -HUP -1
tries=0
while others && [ $tries -lt 20 ]; do
  busybox usleep 100000
  tries=$((tries + 1))
done
kill -KILL -1
sync
umount -a -r 2>/dev/null
exec busybox "$action" -f
`;

const PROFILE = `export PATH=/usr/local/bin:/usr/bin HOME=/root USER=root LOGNAME=root SHELL=/bin/sh PAGER=less
case "$TERM" in '' | linux | vt102) export TERM=xterm-256color ;; esac
# BusyBox's shell prefers its own applets, which would take init's slower way.
poweroff() { /usr/bin/poweroff "$@"; }
reboot() { /usr/bin/reboot "$@"; }
halt() { /usr/bin/halt "$@"; }
PS1='\\u@\\h:\\w\\$ '
cd
if [ "$PPID" = 1 ]; then
  read -r release </etc/debian_version
  read -r kernel </proc/sys/kernel/osrelease
  read -r _ memory _ </proc/meminfo
  echo
  echo "Debian $release, Linux $kernel, riscv64, $((memory / 1024)) MiB of memory."
  echo "This is a small system in memory: BusyBox, QuickJS (qjs), no packages. \\"poweroff\\" ends it."
  echo
  unset release kernel memory
fi
`;

export interface TextFile {
  readonly mode: number;
  readonly text: string;
}

/** By path. */
export const TINY_FILES: Readonly<Record<string, TextFile>> = {
  'etc/inittab': { mode: 0o644, text: INITTAB },
  'etc/fstab': { mode: 0o644, text: FSTAB },
  'etc/profile': { mode: 0o644, text: PROFILE },
  'etc/passwd': { mode: 0o644, text: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' },
  'etc/group': { mode: 0o644, text: 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n' },
  'etc/hosts': { mode: 0o644, text: '127.0.0.1 localhost\n::1 localhost\n' },
  'usr/lib/innkeeper/ports': { mode: 0o644, text: PORTS },
  'usr/lib/innkeeper/setup': { mode: 0o755, text: SETUP },
  'usr/lib/innkeeper/devices': { mode: 0o755, text: DEVICES },
  'usr/lib/innkeeper/network': { mode: 0o755, text: NETWORK },
  'etc/udhcpc/default.script': { mode: 0o755, text: LEASE },
  'usr/lib/innkeeper/agent': { mode: 0o755, text: AGENT },
  'usr/bin/poweroff': { mode: 0o755, text: SHUTDOWN },
  'usr/bin/reboot': { mode: 0o755, text: SHUTDOWN },
  'usr/bin/halt': { mode: 0o755, text: SHUTDOWN },
};

/** Directories that are not there because of a file; the rest comes with their content. */
export const TINY_DIRECTORIES: Readonly<Record<string, number>> = {
  dev: 0o755,
  mnt: 0o755,
  proc: 0o555,
  root: 0o700,
  run: 0o755,
  sys: 0o555,
  tmp: 0o1777,
  'usr/local/bin': 0o755,
  'var/log': 0o755,
};

/** One folder for all programs; the other names lead to it. */
export const TINY_LINKS: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  sbin: 'usr/bin',
  lib: 'usr/lib',
  'usr/sbin': 'bin',
  'var/run': '../run',
  'var/tmp': '../tmp',
  init: 'usr/bin/busybox',
};
