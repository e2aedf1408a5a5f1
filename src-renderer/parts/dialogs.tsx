import { Dialog } from '@base-ui/react/dialog';
import { type ReactElement, type ReactNode, type SubmitEvent, useState } from 'react';
import { create } from 'zustand';
import { type Failure, toFailure } from '../../src-core/contract/failures.ts';
import { Button } from './Button.tsx';
import { FailureNotice } from './Failure.tsx';

const useDialog = create<{ readonly shown: ReactElement | null }>(() => ({ shown: null }));

/** Shows a dialog above the page, instead of one that may be there. */
export function showDialog(dialog: ReactElement): void {
  useDialog.setState({ shown: dialog });
}

export function closeDialog(): void {
  useDialog.setState({ shown: null });
}

/** The place of the one dialog that is shown. */
export function DialogHost() {
  return useDialog(({ shown }) => shown);
}

interface FormDialogProps {
  readonly title: string;
  readonly text?: ReactNode;
  /** The verb on the button. */
  readonly verb: string;
  /** What is tried, for errors that do not say it themselves. */
  readonly doing: string;
  /** Something is missing or wrong; the field says what. */
  readonly blocked?: boolean;
  readonly danger?: boolean;
  readonly wide?: boolean;
  readonly children?: ReactNode;
  /** The dialog closes when it resolves, and tells the failure when it rejects. */
  submit(): Promise<unknown>;
}

function useSubmit({ submit, doing, blocked }: FormDialogProps) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  async function onSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (blocked || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await submit();
      closeDialog();
    } catch (error) {
      setFailure(toFailure(error, doing));
      setBusy(false);
    }
  }
  return { failure, busy, onSubmit };
}

/** A question with fields. It stays open, with what went wrong, until it worked or the person gave up. */
export function FormDialog(props: FormDialogProps) {
  const { title, text, verb, blocked = false, danger = false, wide = false, children } = props;
  const { failure, busy, onSubmit } = useSubmit(props);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className={wide ? 'dialog' : 'dialog dialog-small'}>
          <Dialog.Title className="dialog-title">{title}</Dialog.Title>
          {text !== undefined && (
            <Dialog.Description className="dialog-text" render={<div />}>
              {text}
            </Dialog.Description>
          )}
          <form onSubmit={(event) => void onSubmit(event)} className="stack">
            {children}
            {failure && <FailureNotice failure={failure} />}
            <div className="dialog-buttons">
              <Button onClick={closeDialog}>Cancel</Button>
              <Button look={danger ? 'danger' : 'primary'} type="submit" disabled={blocked || busy}>
                {verb}
              </Button>
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
