import type { CloudConfig, Command } from './schema.ts';
import { quote, step, type Step } from './steps.ts';

const HOST_NAME = `
set -e
echo "$1" >/etc/hostname
if command -v hostname >/dev/null; then hostname "$1"; else echo "$1" >/proc/sys/kernel/hostname; fi
[ -n "$3" ] || exit 0
[ -e /etc/hosts ] || echo '127.0.0.1 localhost' >/etc/hosts
others=$(grep -v '^127\\.0\\.1\\.1[[:space:]]' /etc/hosts || true)
if [ "$2" = "$1" ]; then names=$1; else names="$2 $1"; fi
printf '%s\\n127.0.1.1\\t%s\\n' "$others" "$names" >/etc/hosts.innkeeper-new
mv -f /etc/hosts.innkeeper-new /etc/hosts
`;

const TIME_ZONE = `
set -e
zone=/usr/share/zoneinfo/$1
if [ ! -f "$zone" ]; then
  if [ -d /usr/share/zoneinfo ]; then echo "there is no time zone $1"
  else echo "this system knows no time zones (no /usr/share/zoneinfo)"; fi
  exit 1
fi
echo "$1" >/etc/timezone
ln -sf "$zone" /etc/localtime
`;

const LOCALE = `
set -e
case $1 in
  C | POSIX | C.UTF-8 | C.utf8) ;;
  *)
    if ! command -v locale-gen >/dev/null; then echo "this system has only the locale C (no package locales)"; exit 1; fi
    charset=\${1#*.}
    [ "$charset" != "$1" ] || charset=UTF-8
    grep -qx "$1 $charset" /etc/locale.gen || echo "$1 $charset" >>/etc/locale.gen
    locale-gen
    ;;
esac
mkdir -p /etc/default
echo "LANG=$1" >/etc/default/locale
`;

/** From the start of a guest's agent until it has its addresses; generous, for a computer with much to do. */
const NETWORK_WAIT_SECONDS = 60;

/** $1: update. $2: upgrade. The others: packages. */
const PACKAGES = `
if ! command -v apt-get >/dev/null; then
  echo "this system has no package manager (apt-get), so that no packages can be installed"
  exit 1
fi
has_way_out() {
  # A default route of IPv4 or IPv6 (proc_pid_net(5)): other systems than ours have other programs for the question.
  while read -r _ destination _; do [ "$destination" != 00000000 ] || return 0; done </proc/net/route
  while read -r destination length _ _ _ _ _ _ _ card; do
    [ "$destination$length" != 0000000000000000000000000000000000 ] || [ "$card" = lo ] || return 0
  done 2>/dev/null </proc/net/ipv6_route
  return 1
}
# The driver of a card may come late: it is on the bus all the same, a network controller (PCI class 2).
cards=$({ ls /sys/class/net | grep -vx lo; grep -ls '^0x02' /sys/bus/pci/devices/*/class; } || true)
waited=0
until [ -z "$cards" ] || has_way_out || [ $waited -ge ${NETWORK_WAIT_SECONDS} ]; do
  sleep 1
  waited=$((waited + 1))
done
# What is asked for may come from a disk too: so it is tried, and said what is missing when that fails.
if [ -z "$cards" ]; then network='this machine has no network card'
elif has_way_out; then network=
else network="the network has given this machine no way out for ${NETWORK_WAIT_SECONDS} s (see \\"ip addr\\" and \\"ip route\\")"
fi
trap '[ $? -eq 0 ] || [ -z "$network" ] || echo "$network"' EXIT
set -e
export DEBIAN_FRONTEND=noninteractive
apt() { apt-get -q -y -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef "$@"; }
updated=0
# As cloud-init: a list that cannot be had does not matter where the others have what is asked for.
[ -z "$1" ] || apt update || updated=$?
[ -z "$2" ] || apt dist-upgrade
shift 2
[ $# -gt 0 ] || exit $updated
apt install -- "$@"
`;

/** $1: where it is kept. Standard input: a script of commands. */
const RUN_COMMANDS = `
umask 077
cat >"$1" || exit
umask 022
exec sh "$1" </dev/null
`;

/** $1: where it is kept. Standard input: a program. */
const RUN_SCRIPT = `
umask 077
cat >"$1" && chmod 700 "$1" || exit
umask 022
cd /
exec "$1" </dev/null
`;

const FINAL_MESSAGE = `
read -r uptime _ </proc/uptime
sed "s,\\\${*\\(uptime\\|UPTIME\\)}*,$uptime,g; s,\\\${*\\(timestamp\\|TIMESTAMP\\)}*,$(date -u),g"
`;

const FOLDER = '/var/lib/innkeeper';

export function setHostName({
  hostname,
  fqdn,
  preserve_hostname: preserve,
  manage_etc_hosts: hosts,
}: CloudConfig): Step[] {
  const whole = fqdn ?? hostname;
  if (preserve || whole === undefined) return [];
  const short = (hostname ?? whole).split('.', 1)[0] ?? '';
  return [step(`Set the host name ${short}`, HOST_NAME, [short, whole, hosts === false ? '' : 'hosts'])];
}

export function setPlace({ timezone, locale }: CloudConfig): Step[] {
  return [
    ...(locale === undefined ? [] : [step(`Set the locale ${locale}`, LOCALE, [locale])]),
    ...(timezone === undefined ? [] : [step(`Set the time zone ${timezone}`, TIME_ZONE, [timezone])]),
  ];
}

export function installPackages({ packages, package_update: update, package_upgrade: upgrade }: CloudConfig): Step[] {
  if (packages.length === 0 && !update && !upgrade) return [];
  const title =
    packages.length > 0
      ? `Install ${packages.join(', ')}`
      : upgrade
        ? 'Upgrade packages'
        : 'Update the lists of packages';
  // As cloud-init: nothing is installed by old lists.
  return [step(title.slice(0, 200), PACKAGES, ['update', upgrade ? 'upgrade' : '', ...packages])];
}

/**
 * All commands run in one shell, as with cloud-init: `cd` and variables last. One that fails does not keep the others
 * from being run; which ones did is told at the end.
 */
export function runCommands(title: string, name: string, commands: readonly Command[]): Step[] {
  if (commands.length === 0) return [];
  const lines = commands.map((command, index) => {
    const line = typeof command === 'string' ? command : command.map(quote).join(' ');
    return `${line}\n__status=$?; [ $__status -eq 0 ] || __failed="$__failed command ${index + 1} ended with status $__status;"`;
  });
  const end = `[ -z "$__failed" ] || { echo "\${__failed# }"; exit 1; }`;
  return [step(title, RUN_COMMANDS, [`${FOLDER}/${name}`], ['__failed=', ...lines, end, ''].join('\n'))];
}

export function runScript(text: string): Step[] {
  return [step('Run the script', RUN_SCRIPT, [`${FOLDER}/user-script`], text)];
}

export function sayAtTheEnd({ final_message: message }: CloudConfig): Step[] {
  return message === undefined ? [] : [step('Say that it is done', FINAL_MESSAGE, [], `${message}\n`)];
}
