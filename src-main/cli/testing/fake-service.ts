import { Emitter } from '../../../src-core/base/emitter.ts';
import { AppError } from '../../../src-core/base/errors.ts';
import { contract } from '../../../src-core/contract/contract.ts';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import type { ServiceEvent } from '../../../src-core/contract/events.ts';
import type { HostView } from '../../../src-core/contract/host.ts';
import type { MachineView } from '../../../src-core/contract/machines.ts';
import { stoppedMachine } from '../../../src-core/contract/testing/stopped-machine.ts';
import type { TaskView } from '../../../src-core/contract/tasks.ts';

type Parts = { [T in keyof InnkeeperHandlers]?: Partial<InnkeeperHandlers[T]> };

/** A service without machines behind it: a test says what each method does, and fires the events itself. */
export class FakeService {
  readonly events = new Emitter<ServiceEvent>();
  readonly calls: { method: string; input: unknown }[] = [];
  readonly machines: MachineView[] = [];
  readonly tasks: TaskView[] = [];
  readonly handlers: InnkeeperHandlers;

  constructor(parts: Parts = {}) {
    const own: Parts = {
      machines: {
        list: () => Promise.resolve(this.machines),
        inspect: ({ machine }) => this.#find(machine),
      },
      tasks: { list: () => Promise.resolve(this.tasks) },
    };
    this.handlers = this.#recorded(own, parts);
  }

  snapshotEvents(): ServiceEvent[] {
    return [
      ...this.machines.map((each) => ({ type: 'machine' as const, machine: each })),
      ...this.tasks.map((each) => ({ type: 'task' as const, task: each })),
    ];
  }

  tell(changed: MachineView): MachineView {
    this.events.fire({ type: 'machine', machine: changed });
    return changed;
  }

  tellTask(changed: TaskView): void {
    this.events.fire({ type: 'task', task: changed });
  }

  #find(reference: string): Promise<MachineView> {
    const found = this.machines.find(({ name, id }) => name === reference || id === reference);
    if (found) return Promise.resolve(found);
    const because = 'there is no such machine';
    throw new AppError({ code: 'not-found', doing: `find machine ${reference}`, because, hint: 'See "inn vm ls".' });
  }

  #recorded(...sources: Parts[]): InnkeeperHandlers {
    const topics = Object.entries(contract).map(([topic, methods]) => [
      topic,
      Object.fromEntries(Object.keys(methods).map((method) => [method, this.#handler(sources, topic, method)])),
    ]);
    return Object.fromEntries(topics) as InnkeeperHandlers;
  }

  #handler(sources: readonly Parts[], topic: string, method: string) {
    const known = sources.map((parts) => (parts as Record<string, Record<string, unknown>>)[topic]?.[method]);
    const handler = known.findLast((each) => each !== undefined) as ((...parts: unknown[]) => unknown) | undefined;
    return (input: unknown, stream: unknown) => {
      this.calls.push({ method: `${topic}.${method}`, input });
      if (handler === undefined) throw new Error(`the test does not expect ${topic}.${method}`);
      return handler(input, stream);
    };
  }
}

export function machineView(fields: Partial<MachineView> = {}): MachineView {
  const described = { name: 'a', memoryBytes: 512 * 1024 * 1024, createdAt: 1_700_000_000_000 };
  return stoppedMachine('id-a', { ...described, ...fields });
}

export function taskView(fields: Partial<TaskView> = {}): TaskView {
  return {
    id: 'task-1',
    title: 'Build image debian-13-tiny',
    state: 'running',
    phase: 'Downloading kernel',
    fraction: 0.1,
    cancellable: true,
    subject: null,
    startedAt: 1,
    endedAt: null,
    failure: null,
    ...fields,
  };
}

export function hostView(): HostView {
  const gib = 1024 ** 3;
  const share = { guest: 'id-a', guestName: 'a', promised: 2, used: 0.5 };
  return {
    takenAt: 1,
    name: 'box',
    system: 'Linux',
    processorModel: 'Model',
    processor: { total: 4, promised: 2, used: 0.5, usedByAll: 1.25, shares: [share] },
    memory: {
      total: 8 * gib,
      promised: gib,
      used: gib / 4,
      usedByAll: 3 * gib,
      shares: [{ ...share, promised: gib, used: gib / 4 }],
    },
    disk: { total: 100 * gib, promised: 0, used: 1024 ** 2, usedByAll: 50 * gib, shares: [], path: '/data' },
    network: { ports: [{ address: '127.0.0.1', port: 8471, protocol: 'tcp', owner: 'Innkeeper window' }] },
    limits: { processors: 4, memoryBytes: 6 * gib },
  };
}
