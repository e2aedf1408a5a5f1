import { LAUNCH_PROGRAM_PATH } from '../../../guest/syscall-program.ts';
import type { CallChannel } from '../calls/call-channel.ts';
import { CallList, type CallReference } from '../calls/call-list.ts';
import { close, makeDirectory, readFile, textOf, writeFile, writeBytes } from '../calls/file-calls.ts';
import { AT_FDCWD, O_CLOEXEC, O_PATH, SYS } from '../calls/linux.ts';
import type { PreparedContainer } from '../node-runtime.ts';
import { INIT_PATH, MADE_FILES } from '../oci-configuration.ts';
import { candidatesOf } from '../oci-process.ts';
import { placesOf } from '../places.ts';
import { seccompProgram } from '../seccomp.ts';
import { launchList } from './launch-list.ts';
import type { OciConfiguration } from './oci-types.ts';

export const START_FILE = 'start';
const MOST_STAT_BYTES = 1024;

/**
 * Adds to a container's bundle what `launchCommand` needs.
 * @returns fails on a node that is too old for it: there, as with a terminal, the OCI runtime starts the process
 */
export function writeLaunch(
  list: CallList,
  container: PreparedContainer,
  configuration: OciConfiguration,
): CallReference {
  const { processes } = placesOf(container.id);
  const { process } = configuration;
  const folders = container.mounts.filter((mount) => mount.kind === 'folder' && mount.file !== null);
  const files = [...Object.keys(MADE_FILES), INIT_PATH, ...folders.map(({ destination }) => destination)];
  const start = launchList({
    configuration,
    filter: seccompProgram(process.capabilities.bounding),
    files: new Set(files),
    programs: candidatesOf(process.args[0] ?? '', process.env, process.cwd),
  });
  makeDirectory(list, processes);
  writeBytes(list, startFileOf(container.id), start, 0o600);
  const program = list.try(SYS.openat, AT_FDCWD, LAUNCH_PROGRAM_PATH, O_PATH | O_CLOEXEC);
  close(list, program);
  return program;
}

/** What runs on the node, as its parent, for as long as the container's process. */
export function launchCommand(id: string): readonly string[] {
  return [LAUNCH_PROGRAM_PATH, startFileOf(id)];
}

export function startFileOf(id: string): string {
  return `${placesOf(id).bundle}/${START_FILE}`;
}

/**
 * What crun must find to run something beside a process that it has not started itself: as it would have noted that.
 * @param config the text of config.json
 */
export async function noteForRuntime(
  calls: CallChannel,
  id: string,
  { pid, config }: { readonly pid: number; readonly config: string },
  doing: string,
): Promise<void> {
  const looking = new CallList();
  const stat = readFile(looking, `/proc/${pid}/stat`, MOST_STAT_BYTES);
  const text = textOf(await calls.carryOut(looking, doing), stat);
  // proc_pid_stat(5): the name in parentheses may contain anything; the start is the 20th field behind it.
  const startTime = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? 0);
  const configuration = JSON.parse(config) as OciConfiguration;
  const { state, bundle, root, cgroupPath } = placesOf(id);
  const status = {
    ...{ pid, 'process-start-time': startTime, 'cgroup-path': cgroupPath, scope: '', intelrdt: '', rootfs: root },
    ...{ 'systemd-cgroup': false, bundle, created: '1970-01-01T00:00:00.000000Z', owner: 'root', detached: false },
    external_descriptors: '["/dev/null","/dev/null","/dev/null"]',
  };
  const list = new CallList();
  makeDirectory(list, state, 0o700);
  writeFile(list, `${state}/config.json`, config, 0o600);
  writeBytes(list, `${state}/seccomp.bpf`, seccompProgram(configuration.process.capabilities.bounding), 0o600);
  writeFile(list, `${state}/status`, JSON.stringify(status), 0o600);
  await calls.carryOut(list, doing);
}
