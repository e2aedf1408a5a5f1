import { Toast } from '@base-ui/react/toast';
import { Check, CircleAlert, Info, X } from 'lucide-react';
import { type Failure, toFailure } from '../../src-core/contract/failures.ts';
import { FailureActions, failureTitle } from './Failure.tsx';
import { IconButton } from './Button.tsx';

interface ToastData {
  readonly kind: 'done' | 'failed' | 'told';
  readonly failure?: Failure;
}

const manager = Toast.createToastManager<ToastData>();

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
      manager.close(id());
    },
  };
}

/** Says that something is done, with an optional button that goes to the result. */
export function tellDone(title: string, action?: ToastAction): void {
  const id: string = manager.add({
    title,
    timeout: TOLD_MS,
    data: { kind: 'done' },
    ...(action ? { actionProps: actionProps(() => id, action) } : {}),
  });
}

export function tell(title: string, description?: string): void {
  manager.add({ title, description, timeout: TOLD_MS, data: { kind: 'told' } });
}

/** Says why something did not work. @param doing what was tried, for errors that do not say it themselves */
export function tellFailure(error: unknown, doing: string): void {
  const failure = toFailure(error, doing);
  manager.add({
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
  const id: string = manager.add({
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

const ICONS = { done: Check, failed: CircleAlert, told: Info };

function ToastList() {
  const { toasts } = Toast.useToastManager<ToastData>();
  return toasts.map((toast) => {
    const kind = toast.data?.kind ?? 'told';
    const Icon = ICONS[kind];
    return (
      <Toast.Root key={toast.id} toast={toast} className={`toast toast-${kind}`} swipeDirection="right">
        <Toast.Content className="toast-content">
          <Icon size={18} aria-hidden className="toast-icon" />
          <div className="toast-text">
            <Toast.Title className="toast-title" />
            <Toast.Description className="toast-description" />
            {toast.data?.failure && <FailureActions failure={toast.data.failure} />}
          </div>
          {toast.actionProps && <Toast.Action className="button button-plain button-small" />}
          {/* Not Toast.Close: that one hides itself from screen readers until the pointer is over the toasts. */}
          <IconButton icon={X} label="Dismiss" small onClick={() => manager.close(toast.id)} />
        </Toast.Content>
      </Toast.Root>
    );
  });
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={5}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
