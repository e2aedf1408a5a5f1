import { Toast } from '@base-ui/react/toast';
import { Check, CircleAlert, Info, X } from 'lucide-react';
import { IconButton } from './Button.tsx';
import { FailureActions } from './Failure.tsx';
import { toastManager, type ToastData } from './tell.ts';

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
          <IconButton icon={X} label="Dismiss" small onClick={() => toastManager.close(toast.id)} />
        </Toast.Content>
      </Toast.Root>
    );
  });
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={toastManager} limit={5}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
