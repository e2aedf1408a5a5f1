import { Toast } from '@base-ui/react/toast';
import { type Failure, toFailure } from '../../src-core/contract/failures.ts';
import { failureTitle } from './failure-text.ts';

export interface ToastData {
  readonly kind: 'done' | 'failed' | 'told';
  readonly failure?: Failure;
}

export const toastManager = Toast.createToastManager<ToastData>();

const TOLD_MS = 6000;
const UNDO_MS = 10_000;
/** Long enough to read the cause, copy it and decide. */
const FAILED_MS = 30_000;

interface ToastAction {
  readonly label: string;
  run(): void;
}

function actionProps(id: () => string, action: ToastAction) {
  return {
    children: action.label,
    onClick: () => {
      action.run();
      toastManager.close(id());
    },
  };
}

/** Says that something is done, with an optional button that goes to the result. */
export function tellDone(title: string, action?: ToastAction): void {
  const id: string = toastManager.add({
    title,
    timeout: TOLD_MS,
    data: { kind: 'done' },
    ...(action ? { actionProps: actionProps(() => id, action) } : {}),
  });
}

export function tell(title: string, description?: string): void {
  toastManager.add({ title, description, timeout: TOLD_MS, data: { kind: 'told' } });
}

/** Says why something did not work. @param doing what was tried, for errors that do not say it themselves */
export function tellFailure(error: unknown, doing: string): void {
  const failure = toFailure(error, doing);
  toastManager.add({
    title: failureTitle(failure),
    description: failure.hint,
    timeout: FAILED_MS,
    priority: 'high',
    data: { kind: 'failed', failure },
  });
}

/** Something was done that can be taken back: `undo` until the toast goes, `settle` when it is gone unused. */
export function tellUndoable(title: string, undo: () => void, settle: () => void): void {
  let undone = false;
  const id: string = toastManager.add({
    title,
    timeout: UNDO_MS,
    data: { kind: 'told' },
    actionProps: actionProps(() => id, {
      label: 'Undo',
      run: () => {
        undone = true;
        undo();
      },
    }),
    onClose: () => {
      if (!undone) settle();
    },
  });
}
