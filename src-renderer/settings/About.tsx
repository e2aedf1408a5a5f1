import { useQuery } from '@tanstack/react-query';
import { FileText } from 'lucide-react';
import { Button } from '../parts/Button.tsx';
import { desktopApp } from '../desktop/desktop.ts';
import { service, useSession } from '../state/session.ts';

const HOSTS = { app: 'this app', background: 'the background service' } as const;

export function About() {
  const generation = useSession((session) => session.generation);
  const { data: status } = useQuery({
    queryKey: ['status', generation],
    queryFn: () => service().service.status({}),
    enabled: generation > 0,
  });
  return (
    <div className="stack-tight">
      <dl className="facts">
        <div className="fact">
          <dt>Innkeeper</dt>
          <dd>{status?.version ?? '…'}</dd>
        </div>
        <div className="fact">
          <dt>Data directory</dt>
          <dd>
            <code>{status?.dataDirectory ?? '…'}</code>
          </dd>
        </div>
        <div className="fact">
          <dt>Service runs in</dt>
          <dd>{status ? `${HOSTS[status.host]} (process ${status.pid})` : '…'}</dd>
        </div>
      </dl>
      {desktopApp && (
        <div>
          <Button small icon={FileText} onClick={() => void desktopApp?.showLogs()}>
            Show logs
          </Button>
        </div>
      )}
    </div>
  );
}
