import { Component, type ReactNode } from 'react';
import { Button } from '../parts/Button.tsx';

interface State {
  readonly error: Error | null;
}

/** A defect of the window is said as one, and a reload brings everything back: the guests never noticed. */
export class CrashBoundary extends Component<{ readonly children: ReactNode }, State> {
  override readonly state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="connecting" role="alert">
        <h1 className="page-title">This is a defect of Innkeeper’s window</h1>
        <p>Your machines go on. Reloading the window brings everything back.</p>
        <pre className="json">{error.stack ?? error.message}</pre>
        <Button look="primary" onClick={() => window.location.reload()}>
          Reload
        </Button>
      </div>
    );
  }
}
