import { CircleAlert, Copy, FileText } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Failure } from '../../src-core/contract/failures.ts';
import { desktopApp } from '../desktop/desktop.ts';
import { Button } from './Button.tsx';
import { copyText } from './clipboard.ts';
import { failureText, failureTitle } from './failure-text.ts';

export function FailureActions({ failure }: { failure: Failure }) {
  return (
    <div className="failure-actions">
      <Button look="quiet" small icon={Copy} onClick={() => void copyText(failureText(failure), 'The error')}>
        Copy
      </Button>
      {desktopApp && (
        <Button look="quiet" small icon={FileText} onClick={() => void desktopApp?.showLogs()}>
          Show log
        </Button>
      )}
    </div>
  );
}

interface FailureNoticeProps {
  readonly failure: Failure;
  readonly children?: ReactNode;
}

/** What failed, why, and what to do next, in the place where it matters. */
export function FailureNotice({ failure, children }: FailureNoticeProps) {
  return (
    <div className="notice notice-failed" role="alert">
      <CircleAlert size={18} aria-hidden className="notice-icon" />
      <div className="notice-text">
        <p className="notice-title">{failureTitle(failure)}</p>
        {failure.hint !== undefined && <p>{failure.hint}</p>}
        <div className="notice-actions">
          {children}
          <FailureActions failure={failure} />
        </div>
      </div>
    </div>
  );
}
