import { WAIT_AND_END } from '../../../guest/syscall-program.ts';
import { capabilityBits, LAST_CAPABILITY } from '../capabilities.ts';
import { CallList, type CallReference } from '../calls/call-list.ts';
import { close, openInRoot, tryKnob } from '../calls/file-calls.ts';
import {
  AT_FDCWD,
  CLONE_NEWCGROUP,
  CLONE_NEWNET,
  CLONE_NEWNS,
  MNT_DETACH,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  SYS,
} from '../calls/linux.ts';
import { CGROUPS, EMPTY } from '../places.ts';
import { addDevices } from './device-nodes.ts';
import {
  attributesOf,
  below,
  cloneTree,
  directoryFor,
  fileFor,
  moveTo,
  newMount,
  setAttributes,
  tryCloneOf,
  tryMoveTo,
  trySetAttributes,
} from './mount-calls.ts';
import type { LaunchWish, OciConfiguration, OciMount, OciProcess } from './oci-types.ts';

/** linux/sched.h */
const CLONE_NEWPID = 0x2000_0000;
const CLONE_NEWIPC = 0x0800_0000;
const CLONE_NEWUTS = 0x0400_0000;
const CLONE_INTO_CGROUP = 0x2_0000_0000;
const SIGCHLD = 17;
/** Number that the descriptor of its cgroup is given, so that it can stand in a structure. */
const CGROUP_FD = 203;
/** linux/prctl.h, linux/seccomp.h, asm-generic/resource.h */
const PR_SET_PDEATHSIG = 1;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
const SIGKILL = 9;
const RLIMITS: Readonly<Record<string, number>> = { RLIMIT_CORE: 4, RLIMIT_NPROC: 6, RLIMIT_NOFILE: 7 };
/** linux/capability.h */
const CAPABILITY_VERSION_3 = 0x2008_0522;
const READ_ONLY = 0x1;
const FILTER_INSTRUCTION_BYTES = 8;

/**
 * Makes the process that carries it out the parent of a container's first process, and waits for that: what an OCI
 * runtime does ("Runtime and Lifecycle"), as system calls that were put together by the host. A runtime that is a program
 * of its own takes some twenty million instructions for the same, most of them to load itself.
 */
export function launchList(wish: LaunchWish): Uint8Array {
  const list = new CallList();
  const { configuration } = wish;
  const network = list.call('find its network', SYS.openat, AT_FDCWD, networkOf(configuration), O_RDONLY | O_CLOEXEC);
  const child = clone(list, configuration);
  list.call('enter its network', SYS.setns, network, CLONE_NEWNET);
  list.call('see only its cgroup', SYS.unshare, CLONE_NEWCGROUP);
  tryKnob(list, '/proc/self/oom_score_adj', String(configuration.process.oomScoreAdj));
  list.call('make files', SYS.umask, 0);
  enterRoot(list, wish);
  list.call(
    'name it',
    SYS.sethostname,
    configuration.hostname,
    new TextEncoder().encode(configuration.hostname).length,
  );
  become(list, wish);
  list.skipSince(child);
  list.call('wait for it', WAIT_AND_END, child);
  return list.encode().bytes;
}

function networkOf({ linux }: OciConfiguration): string {
  return linux.namespaces.find(({ type }) => type === 'network')?.path ?? '/proc/self/ns/net';
}

/** clone3(2): at once in its cgroup, which a process that is there already could only be moved to while all stand still. */
function clone(list: CallList, { linux }: OciConfiguration): CallReference {
  const doing = 'make its process';
  const path = `${CGROUPS}${linux.cgroupsPath}`;
  const cgroup = list.call(doing, SYS.openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  list.call(doing, SYS.dup3, cgroup, CGROUP_FD, O_CLOEXEC);
  const flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
  const wanted = BigInt(flags) | BigInt(CLONE_INTO_CGROUP);
  const structure = list.words(wanted, 0, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, CGROUP_FD);
  return list.call(doing, SYS.clone3, structure, structure.length);
}

/** Mounts all that it sees, then sees nothing else any more. */
function enterRoot(list: CallList, { configuration, files }: LaunchWish): void {
  const { root, mounts, linux } = configuration;
  const fd = list.call('find its root', SYS.openat, AT_FDCWD, root.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (const mount of mounts) addMount(list, fd, mount, files.has(mount.destination));
  hide(list, fd, linux.maskedPaths);
  for (const path of linux.readonlyPaths) {
    const target = below(list, fd, path, { flags: O_PATH });
    const again = tryCloneOf(list, target);
    trySetAttributes(list, again, READ_ONLY);
    tryMoveTo(list, again, target);
    close(list, again);
    close(list, target);
  }
  if (root.readonly) setAttributes(list, fd, READ_ONLY, 'make its root read only');
  const doing = 'enter its root';
  list.call(doing, SYS.fchdir, fd);
  list.call(doing, SYS.pivotRoot, '.', '.');
  list.call(doing, SYS.umount2, '.', MNT_DETACH);
  list.call(doing, SYS.chdir, '/');
}

function addMount(list: CallList, root: CallReference, wanted: OciMount, isFile: boolean): void {
  const { destination, type, source, options } = wanted;
  const doing = `mount ${destination}`;
  const mount =
    type === 'bind'
      ? cloneTree(list, source, options, doing)
      : newMount(list, typeOf(type), optionsOf(type, options), doing);
  const target = (isFile ? fileFor : directoryFor)(list, root, destination, doing);
  moveTo(list, mount, target, doing);
  if (destination === '/dev') addDevices(list, mount);
  close(list, target);
  close(list, mount);
}

/** As the specification calls them, and as the kernel does. */
const typeOf = (type: string): string => (type === 'cgroup' ? 'cgroup2' : type);
const optionsOf = (type: string, options: readonly string[]): readonly string[] =>
  type === 'sysfs' || type === 'proc' || type === 'mqueue' || type === 'cgroup'
    ? options.filter((option) => attributesOf([option]) !== 0)
    : options;

/** A file shows the null device, a directory an empty one; what is not there needs no hiding. */
function hide(list: CallList, root: CallReference, paths: readonly string[]): void {
  const doing = 'hide files of the kernel';
  const nothing = below(list, root, '/dev/null', { flags: O_PATH, doing });
  for (const path of paths) {
    const file = below(list, root, path, { flags: O_PATH });
    const device = tryCloneOf(list, nothing);
    tryMoveTo(list, device, file);
    const directory = below(list, root, path, { flags: O_PATH | O_DIRECTORY });
    const empty = cloneTree(list, EMPTY, ['ro', 'nosuid', 'nodev', 'noexec'], doing);
    tryMoveTo(list, empty, directory);
    for (const fd of [file, device, directory, empty]) close(list, fd);
  }
  close(list, nothing);
}

/** From here on it is what it will be: its rights, its limits, its program. */
function become(list: CallList, { configuration, filter, programs }: LaunchWish): void {
  const { process } = configuration;
  const { uid, gid, additionalGids } = process.user;
  for (const { type, soft, hard } of process.rlimits) {
    list.call('limit it', SYS.prlimit64, 0, RLIMITS[type] ?? 0, list.words(soft, hard), 0);
  }
  const bounding = capabilityBits(process.capabilities.bounding);
  for (let bit = 0; bit <= LAST_CAPABILITY; bit++) {
    if ((bounding & (1n << BigInt(bit))) === 0n) list.call('give up privileges', SYS.prctl, PR_CAPBSET_DROP, bit);
  }
  const groups = list.bytes(new Uint8Array(Uint32Array.from(additionalGids).buffer));
  list.call('become its user', SYS.setgroups, additionalGids.length, groups);
  list.call('become its user', SYS.setresgid, gid, gid, gid);
  list.call('become its user', SYS.setresuid, uid, uid, uid);
  setCapabilities(list, process);
  enterWorkingDirectory(list, process.cwd);
  list.call('make files', SYS.umask, 0o022);
  list.call('end with its parent', SYS.prctl, PR_SET_PDEATHSIG, SIGKILL);
  list.call('gain nothing', SYS.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const program = list.words(filter.length / FILTER_INSTRUCTION_BYTES, list.bytes(filter));
  list.call('filter its system calls', SYS.seccomp, SECCOMP_SET_MODE_FILTER, 0, program);
  const argv = list.words(...process.args.map((each) => list.text(each)), 0);
  const environment = list.words(...process.env.map((each) => list.text(each)), 0);
  for (const path of programs) list.try(SYS.execve, path, argv, environment);
  const bytes = list.bytes(new TextEncoder().encode(`${process.args[0] ?? ''}: cannot be executed\n`));
  list.try(SYS.write, 2, bytes, bytes.length);
  list.call('end', SYS.exitGroup, 126);
}

function setCapabilities(list: CallList, { capabilities }: OciProcess): void {
  const [effective, permitted, inheritable] = [
    capabilityBits(capabilities.effective),
    capabilityBits(capabilities.permitted),
    capabilityBits(capabilities.inheritable),
  ];
  const low = 0xffff_ffffn;
  const words = [effective, permitted, inheritable];
  const sets = Uint32Array.from([
    ...words.map((bits) => Number(bits & low)),
    ...words.map((bits) => Number(bits >> 32n)),
  ]);
  const header = list.words(CAPABILITY_VERSION_3);
  list.call('give up privileges', SYS.capset, header, list.bytes(new Uint8Array(sets.buffer)));
}

/** Through no descriptor in /proc: what is open still is the node's (CVE-2024-21626). */
function enterWorkingDirectory(list: CallList, path: string): void {
  const doing = 'enter its working directory';
  const fd = openInRoot(list, AT_FDCWD, path, O_PATH | O_DIRECTORY, doing);
  list.call(doing, SYS.fchdir, fd);
  close(list, fd);
}
