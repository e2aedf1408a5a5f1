import { describe, expect, it } from 'vitest';
import type { ImageView } from '../../src-core/contract/images.ts';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { settle } from '../../src-core/contract/testing/small-contract.ts';
import { FakeIo } from './testing/fake-io.ts';
import { FakeService, machineView, taskView } from './testing/fake-service.ts';

const preparing = machineView({ state: 'preparing', task: 'task-1' });
const running = machineView({ state: 'running', startedAt: 5 });

function serviceThatPrepares() {
  const service: FakeService = new FakeService({
    machines: {
      create: () => {
        // That its image is missing turns out when the answer is on its way: it is older than the last event.
        const answer = service.tell(machineView({ state: 'starting' }));
        service.tellTask(taskView());
        service.tell(preparing);
        return Promise.resolve(answer);
      },
    },
  });
  return service;
}

describe('inn vm create --start', () => {
  it('shows each phase on its line and returns when the machine runs', async () => {
    const service = serviceThatPrepares();
    const io = new FakeIo(service);
    const exit = io.run('vm create a --start');
    await settle();
    for (const fraction of [0.1, 0.2, 0.3, 0.31]) service.tellTask(taskView({ fraction }));
    service.tellTask(taskView({ phase: 'Unpacking', fraction: null }));
    service.tellTask(taskView({ state: 'done' }));
    service.tell(machineView({ state: 'starting' }));
    await settle();
    expect(io.out).toBe('');
    service.tell(running);
    expect(await exit).toBe(0);
    expect(io.err).toBe('Downloading kernel 0 %\nDownloading kernel 25 %\nUnpacking\n');
    expect(io.out).toBe('Created and started machine a\n');
  });

  it('draws a bar over itself on a terminal and takes it away', async () => {
    const service = serviceThatPrepares();
    const io = new FakeIo(service);
    io.becomeTerminal();
    const exit = io.run('vm create a --start --json');
    await settle();
    service.tellTask(taskView({ fraction: 0.5, phase: 'Downloading\u001b[31m '.repeat(9) }));
    service.tellTask(taskView({ state: 'done' }));
    service.tell(running);
    expect(await exit).toBe(0);
    const drawn = io.err.split('\r\u001b[K');
    expect(drawn[2]).toMatch(/^\[#{12}\.{12}\] {2}50 % Downloading \[31m/);
    for (const line of drawn) expect(line.length).toBeLessThan(60);
    expect(io.err.endsWith('\r\u001b[K')).toBe(true);
    expect(JSON.parse(io.out)).toEqual(running);
  });

  it('tells why the image could not be built', async () => {
    const service = serviceThatPrepares();
    const io = new FakeIo(service);
    const exit = io.run('vm create a --start');
    await settle();
    const failure = {
      code: 'network',
      doing: 'build image x',
      because: 'the archive does not answer',
      hint: 'Try later.',
    } as const;
    service.tellTask(taskView({ state: 'failed', failure }));
    service.tell(machineView({ failure }));
    expect(await exit).toBe(1);
    expect(io.err).toMatch(/inn: failed to build image x: the archive does not answer\nTry later\.\n$/);
  });

  it('stops waiting on Ctrl-C and says that it goes on', async () => {
    const service = serviceThatPrepares();
    const io = new FakeIo(service);
    const exit = io.run('vm create a --start');
    await settle();
    io.signal('SIGINT');
    expect(await exit).toBe(1);
    expect(io.err).toMatch(
      /inn: failed to start machine a: the wait was cancelled\nIt goes on in the background: see "inn vm ls"\.\n$/,
    );
    expect(io.listensTo).toEqual([]);
    expect(service.calls.map(({ method }) => method)).not.toContain('tasks.cancel');
  });

  it('tells why the guest failed, and does not take an earlier end for this one', async () => {
    const before = machineView({ lastEnd: { kind: 'powered-off', at: 3, cause: null } });
    const starting = machineView({ ...before, state: 'starting' });
    const service: FakeService = new FakeService({ machines: { start: () => Promise.resolve(starting) } });
    service.machines.push(before);
    const io = new FakeIo(service);
    const exit = io.run('vm start a');
    await settle();
    expect(io.err).toBe('');
    service.tell({ ...before, state: 'failed' });
    await settle();
    expect(io.err).toBe('');
    service.tell(machineView({ state: 'failed', lastEnd: { kind: 'failed', at: 4, cause: 'Kernel panic' } }));
    expect(await exit).toBe(1);
    expect(io.err).toBe('inn: failed to start machine a: Kernel panic\n');
  });

  it('fails when the service goes away', async () => {
    const service = serviceThatPrepares();
    const io = new FakeIo(service);
    const connect = io.connect.bind(io);
    let drop = (): void => undefined;
    io.connect = async () => {
      const connection = await connect();
      drop = () => connection.disconnect();
      return connection;
    };
    const exit = io.run('vm create a --start');
    await settle();
    drop();
    expect(await exit).toBe(1);
    expect(io.err).toContain('inn: failed to start machine a: the connection to the service was lost\n');
  });
});

describe('inn vm restart', () => {
  it('waits for the new run, not for the one that there was', async () => {
    const service: FakeService = new FakeService({ machines: { restart: () => Promise.resolve(running) } });
    service.machines.push(running);
    const io = new FakeIo(service);
    const exit = io.run('vm restart a');
    await settle();
    service.tell({ ...running, state: 'stopping' });
    service.tell({ ...running, state: 'starting' });
    await settle();
    expect(io.out).toBe('');
    service.tell({ ...running, startedAt: 7 });
    expect(await exit).toBe(0);
    expect(io.out).toBe('Restarted machine a\n');
  });

  it.each<[string, Partial<MachineView>, string]>([
    [
      'is killed meanwhile',
      { state: 'stopped', lastEnd: { kind: 'killed', at: 6, cause: null } },
      'it was stopped meanwhile',
    ],
    ['does not power off', { state: 'stopping', startedAt: 5, stopOverdue: true }, 'the guest has not powered off'],
  ])('fails when the machine %s', async (_, becomes, because) => {
    const service: FakeService = new FakeService({ machines: { restart: () => Promise.resolve(running) } });
    service.machines.push(running);
    const io = new FakeIo(service);
    const exit = io.run('vm restart a');
    await settle();
    service.tell(machineView(becomes));
    expect(await exit).toBe(1);
    expect(io.err).toContain(`inn: failed to start machine a: ${because}\n`);
  });
});

describe('inn vm start', () => {
  it('is done when the guest has powered off again by then', async () => {
    const starting = machineView({ state: 'starting' });
    const service: FakeService = new FakeService({
      machines: { start: () => Promise.resolve(service.tell(starting)) },
    });
    service.machines.push(machineView());
    const io = new FakeIo(service);
    const exit = io.run('vm start a');
    await settle();
    service.tell(machineView({ startedAt: 5 }));
    await settle();
    expect(io.out).toBe('');
    service.tell(machineView({ lastEnd: { kind: 'powered-off', at: 6, cause: null } }));
    expect(await exit).toBe(0);
  });
});

describe('inn vm stop', () => {
  it('waits until the guest has powered off, and offers force when it does not', async () => {
    const stopping = machineView({ state: 'stopping' });
    const service: FakeService = new FakeService({ machines: { stop: () => Promise.resolve(service.tell(stopping)) } });
    const [quick, slow] = [new FakeIo(service), new FakeIo(service)];
    const exits = [quick.run('vm stop a --grace 30s'), slow.run('vm stop a')];
    await settle();
    expect(service.calls[0]?.input).toEqual({ machine: 'a', graceMs: 30_000 });
    service.tell({ ...stopping, stopOverdue: true });
    expect(await Promise.all(exits)).toEqual([1, 1]);
    expect(slow.err).toBe(
      'inn: failed to stop machine a: the guest has not powered off\nWait, or use force: inn vm kill a\n',
    );
    const third = new FakeIo(service);
    const exit = third.run('vm stop a');
    await settle();
    service.tell(machineView());
    expect(await exit).toBe(0);
    expect(third.out).toBe('Stopped machine a\n');
  });
});

describe('inn image pull', () => {
  const image: ImageView = {
    ...{ name: 'x', title: 'X', contents: 'Debian 13', sizeBytes: 1, diskBytes: null, origin: 'built' },
    ...{ createdAt: 1, usedBy: [] },
  };

  it('follows the task to its end', async () => {
    const service: FakeService = new FakeService({
      images: { pull: () => Promise.resolve(taskView()), list: () => Promise.resolve([image]) },
    });
    service.tasks.push(taskView());
    const io = new FakeIo(service);
    const exit = io.run('image pull x');
    await settle();
    service.tellTask(taskView({ state: 'done' }));
    expect(await exit).toBe(0);
    expect(io.out).toBe('Image x is here: Debian 13\n');
  });

  it('is cancelled by Ctrl-C and waits for the end of that', async () => {
    const service: FakeService = new FakeService({
      images: { pull: () => Promise.resolve(taskView()) },
      tasks: { cancel: () => Promise.resolve({}) },
    });
    service.tasks.push(taskView());
    const io = new FakeIo(service);
    const exit = io.run('image pull x');
    await settle();
    io.signal('SIGINT');
    await settle();
    expect(service.calls.at(-1)).toEqual({ method: 'tasks.cancel', input: { task: 'task-1' } });
    service.tellTask(taskView({ state: 'cancelled' }));
    expect(await exit).toBe(1);
    expect(io.err).toContain('inn: failed to pull image x: it was cancelled\n');
  });
});
