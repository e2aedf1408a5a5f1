import { callFailed } from './calls/call-channel.ts';
import { CallList } from './calls/call-list.ts';
import { close, makeDirectory, namesIn, openInRoot } from './calls/file-calls.ts';
import { AT_FDCWD, ERRNO, MS_NODEV, MS_NOSUID, O_CLOEXEC, O_DIRECTORY, O_PATH, O_RDONLY, SYS } from './calls/linux.ts';
import type { NodeState } from './node-state.ts';
import type { NodeMount, PreparedContainer } from './node-runtime.ts';
import { FOLDERS, placesOf, volumeFolder } from './places.ts';

/** Folders of the host come to the node once, by their tags. */
export async function mountFolders({ calls }: NodeState, mounts: readonly NodeMount[], doing: string): Promise<void> {
  const tags = new Set(mounts.flatMap((mount) => (mount.kind === 'folder' ? [mount.tag] : [])));
  if (tags.size === 0) return;
  const list = new CallList();
  const mounted = [...tags].map((tag) => {
    makeDirectory(list, `${FOLDERS}/${tag}`);
    return list.try(SYS.mount, tag, `${FOLDERS}/${tag}`, 'virtiofs', MS_NOSUID | MS_NODEV, 0);
  });
  const results = await calls.carryOut(list, doing);
  const errno = mounted.map((call) => -results.of(call)).find((each) => each > 0 && each !== ERRNO.EBUSY);
  if (errno !== undefined) throw callFailed(doing, 'mount a folder of this computer', errno);
}

/** What the image has where an empty volume is mounted is copied into it, as docker does. */
export async function fillVolumes(state: NodeState, { id, mounts }: PreparedContainer, doing: string): Promise<void> {
  for (const mount of mounts) {
    if (mount.kind === 'volume') await fillVolume(state, id, mount.volume, mount.destination, doing);
  }
}

async function fillVolume(
  { agent, calls }: NodeState,
  id: string,
  volume: string,
  destination: string,
  doing: string,
): Promise<void> {
  const list = new CallList();
  const root = list.call(
    'look into its root',
    SYS.openat,
    AT_FDCWD,
    placesOf(id).root,
    O_PATH | O_DIRECTORY | O_CLOEXEC,
  );
  const source = openInRoot(list, root, destination, O_RDONLY | O_DIRECTORY);
  close(list, root);
  const room = list.room(1024);
  const target = list.call(
    'look into the volume',
    SYS.openat,
    AT_FDCWD,
    volumeFolder(volume),
    O_RDONLY | O_DIRECTORY | O_CLOEXEC,
  );
  const read = list.call('look into the volume', SYS.getdents64, target, room, 1024);
  close(list, target);
  const results = await calls.carryOut(list, doing);
  const fd = results.of(source);
  if (fd < 0) return;
  try {
    if (namesIn(results.read(read, room)).length > 0) return;
    // By its whole path: BusyBox's shell would take its own.
    const from = `/usr/bin/tar -cf - --numeric-owner --xattrs --xattrs-include='*' -C /proc/${calls.pid}/fd/${fd} .`;
    const to = `/usr/bin/tar -xpf - --numeric-owner --same-owner --xattrs --xattrs-include='*' -C "$1"`;
    const command = ['sh', '-c', `${from} | ${to}`, 'sh', volumeFolder(volume)];
    const session = await agent.exec({ command, workingDirectory: '/' });
    session.onData((_bytes, _channel, done) => done());
    session.finish();
    const { exitStatus } = await session.result;
    if (exitStatus !== 0) throw callFailed(doing, `fill volume ${volume}`, ERRNO.EIO);
  } finally {
    await calls.closeFiles(fd);
  }
}
