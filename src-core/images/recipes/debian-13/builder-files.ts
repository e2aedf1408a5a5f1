import { DISABLED_UNITS } from './system-files.ts';

/** Where the second stage keeps its own files in the new system; taken away at its end. */
export const WORK_FOLDER = 'innkeeper-build';

/** Begins each line by which the builder tells the host how far it is. */
export const STATUS_PREFIX = 'innkeeper-build:';

/**
 * The builder's first program: makes the file system, unpacks the payload into it, and runs its second stage there. All of it
 * may be lost while it runs, so nothing waits for a disk: the journal comes at the end.
 */
export const BUILDER_INIT = `#!/bin/sh
export PATH=/bin
mount -t devtmpfs -o nosuid,mode=755 devtmpfs /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
say() { echo "${STATUS_PREFIX} $*"; }
give_up() {
  say "failed $*"
  sync
  poweroff -f
}
# The kernel's remarks would stand amid our lines.
echo 1 >/proc/sys/kernel/printk
read -r options </proc/cmdline
for option in $options; do
  case "$option" in label=*) label=\${option#label=} ;; esac
done
modprobe -a -q virtio_blk crc32c_generic ext4
mkdir -p /dev/pts /target
say phase making
/sbin/mke2fs -q -F -t ext4 -L "$label" -O ^has_journal -m 1 \\
  -E assume_storage_prezeroed=1,nodiscard /dev/vda || give_up 'to make the file system'
mount -t ext4 -o noatime,nobarrier /dev/vda /target || give_up 'to mount the new file system'
rmdir /target/lost+found
say phase unpacking
tar -x -f /dev/vdb -C /target || give_up 'to unpack the packages'
say phase configuring
mount -o bind /dev /target/dev
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /target/dev/pts
mount -t proc proc /target/proc
mount -t sysfs sysfs /target/sys
mount -t tmpfs tmpfs /target/run
mount -t tmpfs tmpfs /target/tmp
chroot /target /bin/sh /${WORK_FOLDER}/second-stage </dev/null || give_up 'to configure the packages'
umount /target/tmp /target/run /target/sys /target/proc /target/dev/pts /target/dev
rm -rf "/target/${WORK_FOLDER}"
mkdir -p /target/var/lib/innkeeper
cat /sys/class/block/vda/size >/target/var/lib/innkeeper/root-sectors
say phase finishing
fstrim /target 2>/dev/null
umount /target || give_up 'to take the new file system out'
/sbin/tune2fs -j /dev/vda >/dev/null || give_up 'to give the file system its journal'
/sbin/e2fsck -f -n /dev/vda >/dev/null || give_up 'to make a sound file system'
sync
say complete
poweroff -f
`;

/** Runs in the new system. Its packages are unpacked, none of their scripts has run. */
export const SECOND_STAGE = `#!/bin/sh
set -e
# dpkg closes the descriptor for its status in the scripts that it starts.
exec 3>&1
export PATH=/${WORK_FOLDER}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
export HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true SYSTEMD_OFFLINE=1
database=/var/lib/dpkg
# Nothing is started in a system that is only being made (policy-rc.d(8)).
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
  [ "$script" = "$database/info/base-passwd.preinst" ] || preinst "$script"
done
ldconfig
dpkg --force-unsafe-io --status-fd 3 --configure -a
systemctl --quiet disable ${DISABLED_UNITS.join(' ')}
# What dpkg and apt think of the result is the measure of it.
audit=$(dpkg --audit)
unready=$(dpkg-query -W -f '\${db:Status-Abbrev}\${Package}\\n' | grep -v '^ii ' || true)
[ -z "$audit$unready" ] || { echo "$audit"; echo "not configured: $unready"; exit 1; }
apt-get check -qq
# Nothing of what packages have for a first start is to be done again (systemd-update-done.service(8)).
touch /etc/.updated /var/.updated
# What must differ from machine to machine is made when one starts.
: >/etc/machine-id
rm -f /var/lib/systemd/random-seed /var/lib/dbus/machine-id
ln -s /etc/machine-id /var/lib/dbus/machine-id
rm -f /usr/sbin/policy-rc.d /var/lib/dpkg/*-old /var/cache/debconf/*-old /var/cache/apt/*.bin /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow-
rm -f /var/log/alternatives.log /var/log/dpkg.log /var/log/bootstrap.log
`;
