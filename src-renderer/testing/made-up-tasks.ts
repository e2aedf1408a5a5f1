import type { TaskView } from '../../src-core/contract/tasks.ts';
import { tell } from './made-up-events.ts';

const STEP_MS = 250;
const STEPS = 12;
let count = 10;

export const tasks: TaskView[] = [
  {
    id: 'task-1',
    title: 'Build image debian-13-tiny',
    state: 'running',
    phase: 'Downloading linux-image-6.12.48+deb13-riscv64',
    fraction: 0.42,
    cancellable: true,
    subject: { kind: 'image', id: 'debian-13-tiny' },
    startedAt: Date.now() - 12_000,
    endedAt: null,
    failure: null,
  },
  {
    id: 'task-2',
    title: 'Build image debian-13',
    state: 'failed',
    phase: 'Downloading',
    fraction: null,
    cancellable: false,
    subject: null,
    startedAt: Date.now() - 90_000,
    endedAt: Date.now() - 60_000,
    failure: {
      code: 'network',
      doing: 'build image debian-13',
      because: 'deb.example.org did not answer within 30 s',
      hint: 'Check the connection, or set another archive address in the settings.',
    },
  },
];

function tellTask(task: TaskView): void {
  tell({ type: 'task', task });
}

/** Plays a piece of long work from its first phase to its end. */
export function work(
  title: string,
  phases: readonly string[],
  subject: TaskView['subject'],
  done = () => undefined,
): TaskView {
  count += 1;
  const first: TaskView = {
    id: `task-${count}`,
    title,
    state: 'running',
    phase: phases[0] ?? '',
    fraction: 0,
    cancellable: true,
    subject,
    startedAt: Date.now(),
    endedAt: null,
    failure: null,
  };
  let step = 0;
  const timer = setInterval(() => {
    step += 1;
    const at = Math.floor(step / STEPS);
    if (at < phases.length) {
      return tellTask({ ...first, phase: phases[at] ?? '', fraction: (step % STEPS) / STEPS });
    }
    clearInterval(timer);
    done();
    tellTask({ ...first, state: 'done', fraction: null, endedAt: Date.now() });
  }, STEP_MS);
  tellTask(first);
  return first;
}
