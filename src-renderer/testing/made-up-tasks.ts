import type { TaskView } from '../../src-core/contract/tasks.ts';

const STEP_MS = 250;
const STEPS = 12;
let count = 10;

interface Plan {
  readonly title: string;
  readonly phases: readonly string[];
  readonly subject: TaskView['subject'];
  tell(task: TaskView): void;
  done(): void;
}

/** Plays a piece of long work from its first phase to its end. */
export function playTask({ title, phases, subject, tell, done }: Plan): TaskView {
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
      return tell({ ...first, phase: phases[at] ?? '', fraction: (step % STEPS) / STEPS });
    }
    clearInterval(timer);
    done();
    tell({ ...first, state: 'done', fraction: null, endedAt: Date.now() });
  }, STEP_MS);
  tell(first);
  return first;
}
