import { AppError } from '../../base/errors.ts';
import type { ContainerLimits } from '../../contract/containers.ts';
import type { TerminalSize } from '../../contract/machines.ts';
import type { AgentClient } from '../../guest/agent-client.ts';
import type { ExecSession } from '../../guest/exec-session.ts';
import { CallList } from './calls/call-list.ts';
import { close, open, readFile, removeFile, setKnob, textOf, tryKnob, writeFile } from './calls/file-calls.ts';
import { AT_FDCWD, ERRNO, O_CLOEXEC, O_DIRECTORY, O_PATH, O_RDONLY, SYS } from './calls/linux.ts';
import { callFailed } from './calls/call-channel.ts';
import { capabilitiesOf } from './capabilities.ts';
import { limitCgroup, showLimits } from './cgroup-calls.ts';
import { readFrom, writeInto, writtenBy } from './files.ts';
import { LookUp } from './look-up.ts';
import { measureNode, processesOf } from './measuring.ts';
import { launchCommand, noteForRuntime } from './launch/launch.ts';
import type { NodeState } from './node-state.ts';
import type {
  ContainerProcess,
  ExecInContainer,
  NodeContents,
  NodeMeasurement,
  NodeRuntime,
  PreparedContainer,
} from './node-runtime.ts';
import { consoleSize, ociProcess } from './oci-process.ts';
import { findProjects, namesOn, openNode } from './opening.ts';
import { CONTAINERS, KEPT_CONTAINERS, placesOf, RUNTIME_STATE, TRASH, VOLUMES, volumeFolder } from './places.ts';
import { prepareContainer } from './preparation.ts';
import { releaseContainer } from './releasing.ts';
import { limitProject, makeProject, readUse, usedIn } from './root-calls.ts';
import { processOf } from './runtime-note.ts';
import { mountFolders, fillVolumes } from './mounts.ts';

const RUNTIME = ['crun', '--cgroup-manager=cgroupfs'];
const SIGKILL = 9;
const PAUSE_NS = 10_000_000;
const MOST_FREEZE_TRIES = 500;
const MOST_PIDS_BYTES = 64 * 1024;

/** What runs containers on a machine of image `container-node`. @param agent of that machine; it may get ready later */
export function openNodeRuntime(agent: AgentClient): NodeRuntime {
  return new AgentNodeRuntime(agent);
}

class AgentNodeRuntime implements NodeRuntime {
  readonly #agent: AgentClient;
  #opened: NodeState | null = null;
  #execs = 0;

  constructor(agent: AgentClient) {
    this.#agent = agent;
  }

  async open(): Promise<NodeContents> {
    this.#opened?.calls.close();
    this.#opened = null;
    const doing = 'open a node';
    const state = await openNode(this.#agent);
    const left = new Set([
      ...(await namesOn(state.calls, CONTAINERS, doing)),
      ...(await namesOn(state.calls, RUNTIME_STATE, doing)),
    ]);
    for (const id of left) await releaseContainer(state, id, doing);
    const containers = await namesOn(state.calls, KEPT_CONTAINERS, doing);
    const volumes = await namesOn(state.calls, VOLUMES, doing);
    await findProjects(state, [...containers.map((id) => placesOf(id).kept), ...volumes.map(volumeFolder)]);
    if ((await namesOn(state.calls, TRASH, doing)).length > 0) void this.#emptyTrash().catch(() => undefined);
    this.#opened = state;
    return { containers, volumes };
  }

  async prepare(wanted: PreparedContainer): Promise<{ readonly config: string }> {
    const workingDirectory = wanted.process.workingDirectory || '/';
    const container = { ...wanted, process: { ...wanted.process, workingDirectory } };
    const { id } = container;
    const doing = `prepare container ${container.hostName}`;
    const state = this.#state(doing);
    try {
      await mountFolders(state, container.mounts, doing);
      const { config, isLaunched } = await prepareContainer(state, container, doing);
      await fillVolumes(state, container, doing);
      state.containers.set(id, {
        capabilities: capabilitiesOf(container.addCapabilities, container.dropCapabilities, doing),
        hostName: container.hostName,
        environment: container.process.environment,
        workingDirectory: container.process.workingDirectory,
        user: container.process.user,
        config,
        isRunning: false,
        isUp: false,
        isLaunched,
        parent: 0,
        isNoted: false,
      });
      return { config };
    } catch (error) {
      if (container.network.kind === 'own') state.cards.forget(container.network.card);
      await releaseContainer(state, id, doing).catch(() => undefined);
      throw error;
    }
  }

  async run(id: string, terminal: TerminalSize | null): Promise<ExecSession> {
    const doing = 'run a container';
    const state = this.#state(doing);
    const container = state.containers.get(id);
    if (!container) throw new AppError({ code: 'wrong-state', doing, because: 'it was not prepared' });
    if (terminal) await this.#writeSize(state, id, container.config, terminal, doing);
    const runtime = [...RUNTIME, 'run', '--no-new-keyring', '--bundle', placesOf(id).bundle, id];
    const command = container.isLaunched ? launchCommand(id) : runtime;
    const session = await this.#agent.exec({ command, workingDirectory: '/', ...(terminal ? { terminal } : {}) });
    container.parent = session.pid;
    container.isRunning = true;
    const ended = (): void => {
      container.isRunning = false;
    };
    session.result.then(ended, ended);
    return session;
  }

  async release(id: string): Promise<{ readonly outOfMemory: boolean }> {
    const doing = 'release a container';
    const state = this.#state(doing);
    state.containers.delete(id);
    return releaseContainer(state, id, doing);
  }

  async remove(id: string): Promise<void> {
    await this.#discard(placesOf(id).kept, id, 'remove a container');
  }

  async exec(id: string, request: ExecInContainer): Promise<ExecSession> {
    const doing = `run ${request.command[0] ?? 'nothing'} in a container`;
    const state = this.#state(doing);
    const container = state.containers.get(id);
    const pid = await processOf(state, id, doing);
    if (!container || pid === null) throw notRunning(doing);
    const wanted = {
      program: request.command[0] ?? '',
      environment: [...container.environment, ...request.environment],
      workingDirectory: request.workingDirectory ?? container.workingDirectory,
      user: request.user ?? container.user,
      // Its root is looked at as it sees it itself.
      mountedOver: [],
    };
    const look = new CallList();
    const root = open(look, 'reach its root', `/proc/${pid}/root`, O_PATH | O_DIRECTORY);
    const lookUp = new LookUp(look, root, wanted);
    const results = await state.calls.carryOut(look, doing);
    const fd = results.of(root);
    const { account } = await lookUp.found(state.calls, results, fd, doing).finally(() => state.calls.closeFiles(fd));
    const process = ociProcess({
      ...wanted,
      arguments: request.command,
      terminal: request.terminal !== null,
      hostName: container.hostName,
      capabilities: container.capabilities,
      account,
      size: request.terminal,
    });
    const file = `${placesOf(id).bundle}/exec-${++this.#execs}.json`;
    const list = new CallList();
    writeFile(list, file, JSON.stringify(process), 0o600);
    await state.calls.carryOut(list, doing);
    if (container.isLaunched && !container.isNoted) {
      await noteForRuntime(state.calls, id, { pid, config: container.config }, doing);
      container.isNoted = true;
    }
    const command = [...RUNTIME, 'exec', '--process', file, id];
    const { terminal } = request;
    const session = await this.#agent.exec({ command, workingDirectory: '/', ...(terminal ? { terminal } : {}) });
    void session.result.catch(() => undefined).then(() => this.#forgetFile(state, file));
    return session;
  }

  async signal(id: string, signal: number, all: boolean): Promise<void> {
    const doing = 'signal a container';
    const state = this.#state(doing);
    const list = new CallList();
    if (all && signal === SIGKILL) {
      tryKnob(list, `${placesOf(id).cgroup}/cgroup.kill`, '1');
      await state.calls.carryOut(list, doing);
      return;
    }
    const pids = all ? await this.#pidsOf(state, id, doing) : [(await processOf(state, id, doing)) ?? 0];
    const sent = pids.filter((pid) => pid > 1).map((pid) => list.try(SYS.kill, pid, signal));
    if (sent.length === 0) throw notRunning(doing);
    const results = await state.calls.carryOut(list, doing);
    const failed = sent.map((call) => -results.of(call)).find((errno) => errno > 0 && errno !== ERRNO.ESRCH);
    if (failed !== undefined) throw callFailed(doing, 'send it a signal', failed);
  }

  pause(id: string): Promise<void> {
    return this.#freeze(id, '1', 'pause a container');
  }

  resume(id: string): Promise<void> {
    return this.#freeze(id, '0', 'resume a container');
  }

  async limit(id: string, limits: ContainerLimits): Promise<void> {
    const doing = 'change the limits of a container';
    const state = this.#state(doing);
    const { cgroup, processes, kept } = placesOf(id);
    const list = new CallList();
    if (state.projects.has(kept)) limitProject(list, kept, state.projects.of(kept), limits.diskBytes);
    if (state.containers.has(id)) {
      limitCgroup(list, cgroup, limits, state.most);
      showLimits(list, processes, limits);
    }
    await state.calls.carryOut(list, doing);
  }

  async measure(): Promise<NodeMeasurement> {
    return measureNode(this.#state('measure a node'));
  }

  async processes(id: string): Promise<readonly ContainerProcess[]> {
    const doing = 'list the processes of a container';
    return processesOf(this.#state(doing), id, doing);
  }

  async written(id: string): Promise<ExecSession> {
    const doing = 'read what a container wrote';
    return writtenBy(this.#state(doing), id, doing);
  }

  async readFiles(id: string, path: string): ReturnType<NodeRuntime['readFiles']> {
    const doing = `read ${path} of a container`;
    return readFrom(this.#state(doing), id, path, doing);
  }

  async writeFiles(id: string, directory: string): Promise<ExecSession> {
    const doing = `write into ${directory} of a container`;
    return writeInto(this.#state(doing), id, directory, doing);
  }

  async makeVolume(name: string): Promise<void> {
    const doing = `make volume ${name}`;
    const state = this.#state(doing);
    const list = new CallList();
    makeProject(list, volumeFolder(name), state.projects.of(volumeFolder(name)), null);
    await state.calls.carryOut(list, doing);
  }

  async removeVolume(name: string): Promise<void> {
    await this.#discard(volumeFolder(name), `volume-${name}`, `remove volume ${name}`);
  }

  async volumes(): Promise<readonly { readonly name: string; readonly usedBytes: number }[]> {
    const doing = 'list volumes';
    const state = this.#state(doing);
    const names = await namesOn(state.calls, VOLUMES, doing);
    const list = new CallList();
    const disk = list.call('look at its disk', SYS.openat, AT_FDCWD, VOLUMES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const rooms = names.map((name) => readUse(list, disk, state.projects.of(volumeFolder(name))));
    close(list, disk);
    const results = await state.calls.carryOut(list, doing);
    return names.map((name, at) => {
      const room = rooms[at];
      return { name, usedBytes: room ? usedIn(results.room(room)) : 0 };
    });
  }

  async sync(): Promise<void> {
    const doing = 'write a node to its disk';
    const { calls, disk } = this.#state(doing);
    const list = new CallList();
    list.call('write what it holds', SYS.syncfs, disk);
    await calls.carryOut(list, doing);
  }

  #state(doing: string): NodeState {
    if (this.#opened) return this.#opened;
    throw new AppError({ code: 'unavailable', doing, because: 'its node is not open' });
  }

  async #freeze(id: string, wanted: '0' | '1', doing: string): Promise<void> {
    const { calls } = this.#state(doing);
    const { cgroup } = placesOf(id);
    for (let tries = 0; tries < MOST_FREEZE_TRIES; tries++) {
      const list = new CallList();
      if (tries === 0) setKnob(list, `${cgroup}/cgroup.freeze`, wanted);
      else list.try(SYS.nanosleep, list.words(0, PAUSE_NS), 0);
      const events = readFile(list, `${cgroup}/cgroup.events`, 128);
      if (textOf(await calls.carryOut(list, doing), events).includes(`frozen ${wanted}`)) return;
    }
    throw new AppError({ code: 'timeout', doing, because: 'its processes do not stand still' });
  }

  async #pidsOf({ calls }: NodeState, id: string, doing: string): Promise<readonly number[]> {
    const list = new CallList();
    const file = readFile(list, `${placesOf(id).processes}/cgroup.procs`, MOST_PIDS_BYTES);
    return textOf(await calls.carryOut(list, doing), file)
      .split('\n')
      .map(Number);
  }

  /** The runtime gives a terminal no size but the one that it is told of. */
  async #writeSize(state: NodeState, id: string, config: string, size: TerminalSize, doing: string): Promise<void> {
    const list = new CallList();
    const { process, ...rest } = JSON.parse(config) as { readonly process: object };
    const sized = { ...rest, process: { ...process, ...consoleSize(size) } };
    writeFile(list, `${placesOf(id).bundle}/config.json`, JSON.stringify(sized), 0o600);
    await state.calls.carryOut(list, doing);
  }

  async #forgetFile({ calls }: NodeState, file: string): Promise<void> {
    const list = new CallList();
    removeFile(list, file);
    await calls.attempt(list).catch(() => undefined);
  }

  /** Out of sight at once; its files are deleted after that. */
  async #discard(path: string, name: string, doing: string): Promise<void> {
    const state = this.#state(doing);
    const list = new CallList();
    const place = `${TRASH}/${name}-${state.projects.of(path)}`;
    const moved = list.try(SYS.renameat2, AT_FDCWD, path, AT_FDCWD, place, 0);
    const results = await state.calls.carryOut(list, doing);
    state.projects.forget(path);
    if (results.of(moved) < 0 && results.of(moved) !== -ERRNO.ENOENT) {
      throw callFailed(doing, 'delete its files', -results.of(moved));
    }
    if (results.of(moved) === 0) await this.#emptyTrash();
  }

  async #emptyTrash(): Promise<void> {
    const doing = 'delete files';
    // By "rm", which goes into no link, and is never stopped by how deep something lies.
    const session = await this.#agent.exec({ command: ['sh', '-c', `rm -rf ${TRASH}/*`], workingDirectory: '/' });
    session.onData((_bytes, _channel, done) => done());
    session.finish();
    const { exitStatus } = await session.result;
    if (exitStatus !== 0) throw new AppError({ code: 'guest-failed', doing, because: 'not all could be deleted' });
  }
}

function notRunning(doing: string): AppError {
  return new AppError({ code: 'wrong-state', doing, because: 'it does not run' });
}
