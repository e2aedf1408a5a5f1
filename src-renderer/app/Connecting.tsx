import { LoaderCircle } from 'lucide-react';
import { FailureNotice } from '../parts/Failure.tsx';
import { useSession } from '../state/session.ts';

/** Before the service has answered for the first time. */
export function Connecting() {
  const problem = useSession((session) => session.problem);
  return (
    <div className="connecting">
      <h1 className="visually-hidden">Innkeeper</h1>
      {problem ? (
        <FailureNotice failure={problem} />
      ) : (
        <p role="status">
          <LoaderCircle size={18} aria-hidden className="spinning" /> Opening the machine room …
        </p>
      )}
    </div>
  );
}
