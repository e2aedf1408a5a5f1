import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useRef } from 'react';
import { create } from 'zustand';
import { Button } from './Button.tsx';

interface Question {
  readonly title: string;
  /** What is lost, or what will happen. */
  readonly text: string;
  /** The verb on the button. */
  readonly verb: string;
  readonly danger?: boolean;
  readonly onAgree: () => void;
}

const useQuestion = create<{ question: Question | null; open: boolean }>(() => ({ question: null, open: false }));

/** Asks before something that cannot be taken back. Cancel has the focus. */
export function confirm(question: Question): void {
  useQuestion.setState({ question, open: true });
}

const close = () => useQuestion.setState({ open: false });

export function ConfirmDialog() {
  const { question, open } = useQuestion();
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <AlertDialog.Root open={open} onOpenChange={(now) => !now && close()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog dialog-small" initialFocus={cancel}>
          <AlertDialog.Title className="dialog-title">{question?.title}</AlertDialog.Title>
          <AlertDialog.Description className="dialog-text">{question?.text}</AlertDialog.Description>
          <div className="dialog-buttons">
            <Button ref={cancel} onClick={close}>
              Cancel
            </Button>
            <Button
              look={question?.danger ? 'danger' : 'primary'}
              onClick={() => {
                close();
                question?.onAgree();
              }}
            >
              {question?.verb}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
