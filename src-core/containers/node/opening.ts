import { AppError } from '../../base/errors.ts';
import type { AgentClient } from '../../guest/agent-client.ts';
import { CallChannel, callFailed } from './calls/call-channel.ts';
import { CallList } from './calls/call-list.ts';
import { close, makeDirectory, namesIn, open, readFile, setKnob, textOf, tryKnob } from './calls/file-calls.ts';
import {
  AT_FDCWD,
  ERRNO,
  MS_BIND,
  MS_NOATIME,
  MS_NOSUID,
  MS_RDONLY,
  MS_REMOUNT,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY,
  SYS,
} from './calls/linux.ts';
import { Cards } from './cards.ts';
import { CONTROLLERS } from './cgroup-calls.ts';
import { deviceProgram } from './device-program.ts';
import { openNetlink } from './network-calls.ts';
import type { MostOfOne, NodeState } from './node-state.ts';
import {
  CGROUPS,
  CONTAINERS,
  DISK,
  EMPTY,
  FOLDERS,
  KEPT_CONTAINERS,
  LAYERS,
  LAYERS_TAG,
  NETWORKS,
  PARENT_CGROUP,
  RUN,
  TRASH,
  VOLUMES,
} from './places.ts';
import { Projects } from './projects.ts';

const DOING = 'open a node';
const DISK_DEVICE = '/dev/vda';
const EXT4_MAGIC = 0xef53;
/** struct statfs of riscv64: type, …, flags. */
const STATFS_BYTES = 120;
const STATFS_FLAGS_AT = 80;
const ST_RDONLY = 1;
/** What the node keeps for itself: its kernel, its agent, and the runtime beside each container. */
const OWN_MEMORY_BYTES = 48 * 1024 * 1024;
/** Of the processes that the node can have. */
const THEIR_PROCESSES = 0.6;
/** Of what all containers have: one that takes without end is the one that meets its end, and not any of the others. */
const MOST_OF_ONE = 0.8;
const LEAST_PROCESSES = 256;
/** Neither the agent nor what it starts is ended when memory runs out; containers are (`ociProcess`). */
const SPARED = '-900';
const KIB = 1024;
const LISTING_BYTES = 32 * 1024;
/** linux/bpf.h */
const BPF_PROG_LOAD = 5;
const BPF_PROG_ATTACH = 8;
const BPF_PROG_TYPE_CGROUP_DEVICE = 15;
const BPF_CGROUP_DEVICE = 6;
/** linux/capability.h */
const CAPABILITY_VERSION_3 = 0x2008_0522;
const CAP_SYS_RESOURCE = 24;
const LAST_CAPABILITY = 40;
const FS_IOC_FSGETXATTR = 0x801c_581f;
const FSXATTR_BYTES = 28;
const BPF_INSTRUCTION_BYTES = 8;
/** Numbers that descriptors are given so that they can stand in a structure. */
const PROGRAM_FD = 201;
const CGROUP_FD = 202;
const PROJECTS_AT_ONCE = 256;

/** Makes a node ready for containers; a second time changes nothing but that what was left over is gone. @throws AppError */
export async function openNode(agent: AgentClient): Promise<NodeState> {
  const calls = await CallChannel.open(agent);
  try {
    const list = new CallList();
    for (const path of [RUN, CONTAINERS, NETWORKS, FOLDERS, EMPTY, LAYERS, DISK, '/run/crun'])
      makeDirectory(list, path, 0o700);
    giveUpResourceCapability(list);
    const parent = list.try(SYS.getppid);
    list.try(SYS.mount, DISK_DEVICE, DISK, 'ext4', MS_NOSUID | MS_NOATIME, 'prjquota,noinit_itable,commit=30');
    const share = list.try(SYS.mount, LAYERS_TAG, LAYERS, 'virtiofs', MS_RDONLY, 0);
    const room = list.room(STATFS_BYTES);
    list.call('look at its disk', SYS.statfs, DISK, room);
    const disk = open(list, 'open its disk', DISK, O_RDONLY | O_DIRECTORY);
    for (const path of [KEPT_CONTAINERS, VOLUMES, TRASH]) makeDirectory(list, path, 0o711);
    const home = open(list, 'open its network', '/proc/self/ns/net', O_RDONLY);
    const netlink = openNetlink(list);
    const programs = list.room(STATFS_BYTES);
    list.call('look at its programs', SYS.statfs, '/usr', programs);
    const memory = readFile(list, '/proc/meminfo', 512);
    const threads = readFile(list, '/proc/sys/kernel/threads-max', 24);
    tryKnob(list, '/proc/self/oom_score_adj', SPARED);
    const results = await calls.carryOut(list, DOING);
    checkDisk(results.room(room));
    const shareErrno = -results.of(share);
    if (shareErrno !== 0 && shareErrno !== ERRNO.EBUSY && shareErrno !== ERRNO.EINVAL) {
      throw callFailed(DOING, 'see the layers of images', shareErrno);
    }
    if ((statfsWord(results.room(programs), STATFS_FLAGS_AT) & ST_RDONLY) === 0) await keepPrograms(calls);
    const has = { meminfo: textOf(results, memory), threads: Number(textOf(results, threads)) };
    const most = await makeParentCgroup(calls, has, results.of(parent));
    return {
      ...{ agent, calls, cards: new Cards(calls), projects: new Projects(), containers: new Map() },
      most,
      ...{ homeNetwork: results.of(home), disk: results.of(disk), netlink: results.of(netlink) },
    };
  } catch (error) {
    calls.close();
    throw error;
  }
}

/** Who mounts a container's root is who writes to its disk; with this capability, quotas would not count (quota(7)). */
function giveUpResourceCapability(list: CallList): void {
  const header = new Uint8Array(8);
  new DataView(header.buffer).setUint32(0, CAPABILITY_VERSION_3, true);
  const sets = new DataView(new ArrayBuffer(24));
  const low = (0xffff_ffff & ~(1 << CAP_SYS_RESOURCE)) >>> 0;
  const high = 2 ** (LAST_CAPABILITY - 31) - 1;
  for (const [at, word] of [low, low, 0, high, high, 0].entries()) sets.setUint32(at * 4, word, true);
  list.call('give up a privilege', SYS.capset, list.bytes(header), list.bytes(new Uint8Array(sets.buffer)));
}

/** A container that gets hold of a program that was started for it must not change it (CVE-2019-5736). */
async function keepPrograms(calls: CallChannel): Promise<void> {
  const doing = 'keep its programs from being changed';
  const list = new CallList();
  list.call(doing, SYS.mount, '/usr', '/usr', 'none', MS_BIND, 0);
  list.call(doing, SYS.mount, 'none', '/usr', 'none', MS_REMOUNT | MS_BIND | MS_RDONLY, 0);
  await calls.carryOut(list, DOING);
}

const statfsWord = (statfs: Uint8Array, at: number): number =>
  Number(new DataView(statfs.buffer, statfs.byteOffset).getBigUint64(at, true));

function checkDisk(statfs: Uint8Array): void {
  const type = statfsWord(statfs, 0);
  if (type === EXT4_MAGIC) return;
  throw new AppError({ code: 'guest-failed', doing: DOING, because: 'its disk cannot be mounted' });
}

/**
 * All containers together stay below what the node has, so that it never dies of them.
 * @returns what one of them may take
 */
async function makeParentCgroup(
  calls: CallChannel,
  { meminfo, threads }: { readonly meminfo: string; readonly threads: number },
  agent: number,
): Promise<MostOfOne> {
  const total = Number(/^MemTotal:\s*(\d+) kB/m.exec(meminfo)?.[1] ?? 0) * KIB;
  const list = new CallList();
  tryKnob(list, `/proc/${agent}/oom_score_adj`, SPARED);
  setKnob(list, `${CGROUPS}/cgroup.subtree_control`, CONTROLLERS);
  makeDirectory(list, PARENT_CGROUP);
  setKnob(list, `${PARENT_CGROUP}/cgroup.subtree_control`, CONTROLLERS);
  const memoryBytes = Math.max(OWN_MEMORY_BYTES, total - OWN_MEMORY_BYTES);
  const pids = Math.max(LEAST_PROCESSES, Math.floor(threads * THEIR_PROCESSES));
  setKnob(list, `${PARENT_CGROUP}/memory.max`, String(memoryBytes));
  setKnob(list, `${PARENT_CGROUP}/pids.max`, String(pids));
  limitDevices(list);
  await calls.carryOut(list, DOING);
  return { memoryBytes: Math.floor(memoryBytes * MOST_OF_ONE), pids: Math.floor(pids * MOST_OF_ONE) };
}

/** Without a flag, one that was attached before is replaced, and nothing below can be attached in its place. */
function limitDevices(list: CallList): void {
  const doing = 'limit devices';
  const code = deviceProgram();
  const program = list.words(
    BigInt(BPF_PROG_TYPE_CGROUP_DEVICE) | (BigInt(code.length / BPF_INSTRUCTION_BYTES) << 32n),
    list.bytes(code),
    list.text('GPL'),
    ...[0, 0, 0],
  );
  const loaded = list.call(doing, SYS.bpf, BPF_PROG_LOAD, program, program.length);
  list.call(doing, SYS.dup3, loaded, PROGRAM_FD, O_CLOEXEC);
  const cgroup = open(list, doing, PARENT_CGROUP, O_RDONLY | O_DIRECTORY);
  list.call(doing, SYS.dup3, cgroup, CGROUP_FD, O_CLOEXEC);
  const target = BigInt(CGROUP_FD) | (BigInt(PROGRAM_FD) << 32n);
  const attachment = list.words(target, BPF_CGROUP_DEVICE);
  list.call(doing, SYS.bpf, BPF_PROG_ATTACH, attachment, attachment.length);
  for (const fd of [loaded, cgroup, PROGRAM_FD, CGROUP_FD]) close(list, fd);
}

/** Names in a folder of the node's. @throws AppError */
export async function namesOn(calls: CallChannel, folder: string, doing: string): Promise<readonly string[]> {
  const opening = new CallList();
  const opened = open(opening, `look into ${folder}`, folder, O_RDONLY | O_DIRECTORY);
  const fd = (await calls.carryOut(opening, doing)).of(opened);
  const names: string[] = [];
  for (;;) {
    const list = new CallList();
    const room = list.room(LISTING_BYTES);
    const read = list.call(`look into ${folder}`, SYS.getdents64, fd, room, LISTING_BYTES);
    const results = await calls.carryOut(list, doing);
    if (results.of(read) === 0) break;
    names.push(...namesIn(results.read(read, room)));
  }
  await calls.closeFiles(fd);
  return names;
}

/** Which projects the directories of a folder are. */
export async function findProjects(state: NodeState, paths: readonly string[]): Promise<void> {
  for (let at = 0; at < paths.length; at += PROJECTS_AT_ONCE) {
    const list = new CallList();
    const some = paths.slice(at, at + PROJECTS_AT_ONCE).map((path) => {
      const room = list.room(FSXATTR_BYTES);
      const fd = list.try(SYS.openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      list.try(SYS.ioctl, fd, FS_IOC_FSGETXATTR, room);
      close(list, fd);
      return { path, room };
    });
    const results = await state.calls.attempt(list);
    for (const { path, room } of some) {
      const attributes = results.room(room);
      state.projects.found(path, new DataView(attributes.buffer, attributes.byteOffset).getUint32(12, true));
    }
  }
}
