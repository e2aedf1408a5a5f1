import type { CallResults } from './calls/call-list.ts';
import { CallList } from './calls/call-list.ts';
import { close, readFile, textOf, type FileRead } from './calls/file-calls.ts';
import { AT_FDCWD, CLONE_NEWNET, O_CLOEXEC, O_RDONLY, SYS } from './calls/linux.ts';
import type { NodeState } from './node-state.ts';
import type { ContainerProcess, NodeMeasurement } from './node-runtime.ts';
import { DISK, placesOf } from './places.ts';

const DOING = 'measure a node';
const STATFS_BYTES = 120;
const CONTAINERS_AT_ONCE = 100;
const KIB = 1024;
const NS_PER_US = 1000;
/** USER_HZ */
const TICKS_PER_SECOND = 100;
const MOST_PROCESSES = 512;

type Measured = NodeMeasurement['containers'][number];

export async function measureNode(state: NodeState): Promise<NodeMeasurement> {
  const list = new CallList();
  const memory = readFile(list, '/proc/meminfo', 512);
  const room = list.room(STATFS_BYTES);
  list.call('look at its disk', SYS.statfs, DISK, room);
  const results = await state.calls.carryOut(list, DOING);
  const kilobytes = (name: string): number => numberIn(textOf(results, memory), new RegExp(`^${name}:\\s*(\\d+)`, 'm'));
  const statfs = results.room(room);
  const word = (at: number): number => Number(new DataView(statfs.buffer, statfs.byteOffset).getBigUint64(at, true));
  const ids = [...state.containers.keys()];
  const containers: Measured[] = [];
  for (let at = 0; at < ids.length; at += CONTAINERS_AT_ONCE) {
    containers.push(...(await measureContainers(state, ids.slice(at, at + CONTAINERS_AT_ONCE))));
  }
  return {
    memoryBytes: kilobytes('MemTotal') * KIB,
    availableMemoryBytes: kilobytes('MemAvailable') * KIB,
    diskBytes: word(8) * word(16),
    freeDiskBytes: word(8) * word(32),
    containers,
  };
}

async function measureContainers(state: NodeState, ids: readonly string[]): Promise<readonly Measured[]> {
  const list = new CallList();
  const reads = ids.map((id) => readsOf(list, id, state.homeNetwork));
  const results = await state.calls.carryOut(list, DOING);
  return ids.flatMap((id, at) => {
    const read = reads[at];
    // One that ended meanwhile has no files any more.
    return read && results.of(read.memory.call) > 0 ? [measured(id, read, results)] : [];
  });
}

interface ContainerReads {
  readonly memory: FileRead;
  readonly processor: FileRead;
  readonly pids: FileRead;
  readonly disk: FileRead;
  readonly network: FileRead;
}

function readsOf(list: CallList, id: string, homeNetwork: number): ContainerReads {
  const { cgroup, network } = placesOf(id);
  const reads = {
    memory: readFile(list, `${cgroup}/memory.current`, 24),
    processor: readFile(list, `${cgroup}/cpu.stat`, 64),
    pids: readFile(list, `${cgroup}/pids.current`, 24),
    disk: readFile(list, `${cgroup}/io.stat`, 256),
  };
  const namespace = list.try(SYS.openat, AT_FDCWD, network, O_RDONLY | O_CLOEXEC);
  list.try(SYS.setns, namespace, CLONE_NEWNET);
  const cards = readFile(list, '/proc/self/net/dev', 768);
  list.call('come back from its network', SYS.setns, homeNetwork, CLONE_NEWNET);
  close(list, namespace);
  return { ...reads, network: cards };
}

function measured(id: string, reads: ContainerReads, results: CallResults): Measured {
  const disk = textOf(results, reads.disk);
  const all = (name: string): number =>
    [...disk.matchAll(new RegExp(`\\b${name}=(\\d+)`, 'g'))].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  const card = /^\s*eth0:\s*(\d+)(?:\s+\d+){7}\s+(\d+)/m.exec(textOf(results, reads.network));
  return {
    id,
    memoryBytes: Number(textOf(results, reads.memory)),
    pids: Number(textOf(results, reads.pids)),
    processorNs: numberIn(textOf(results, reads.processor), /^usage_usec (\d+)/m) * NS_PER_US,
    diskReadBytes: all('rbytes'),
    diskWrittenBytes: all('wbytes'),
    networkReceivedBytes: Number(card?.[1] ?? 0),
    networkSentBytes: Number(card?.[2] ?? 0),
  };
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? 0);
}

/** As ps(1) has them. */
export async function processesOf(
  { calls }: NodeState,
  id: string,
  doing: string,
): Promise<readonly ContainerProcess[]> {
  const first = new CallList();
  const file = readFile(first, `${placesOf(id).processes}/cgroup.procs`, 8192);
  const pids = textOf(await calls.carryOut(first, doing), file)
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
  const list = new CallList();
  const reads = pids.slice(0, MOST_PROCESSES).map((pid) => ({
    pid,
    stat: readFile(list, `/proc/${pid}/stat`, 256),
    status: readFile(list, `/proc/${pid}/status`, 384),
    command: readFile(list, `/proc/${pid}/cmdline`, 512),
  }));
  const results = await calls.carryOut(list, doing);
  return reads.flatMap(({ pid, stat, status, command }) => {
    const line = textOf(results, stat);
    if (line === '') return [];
    return [processFrom(pid, line, textOf(results, status), textOf(results, command))];
  });
}

/** proc(5): the name in parentheses may contain anything; the times are the 12th and 13th field after it. */
function processFrom(pid: number, stat: string, status: string, command: string): ContainerProcess {
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = Math.floor((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
  const uid = /^Uid:\s*(\d+)/m.exec(status)?.[1] ?? '0';
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    pid,
    user: uid === '0' ? 'root' : uid,
    time: `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`,
    command: command.replace(/\0+$/, '').replaceAll('\0', ' ') || `[${name}]`,
  };
}
