import { Container, Cpu, MemoryStick, Monitor } from 'lucide-react';
import { hasProcess } from '../containers/states.ts';
import { formatBytes, formatProcessors } from '../parts/quantities.ts';
import { useInventory } from '../state/inventory.ts';
import { placeHash } from '../state/place.ts';
import { useSession } from '../state/session.ts';
import { TasksPanel } from '../tasks/TasksPanel.tsx';

const CONNECTION_WORDS = {
  connecting: 'Connecting …',
  ready: 'Connected',
  lost: 'Connection lost, connecting again …',
} as const;

function Running() {
  const machines = useInventory(({ machines: all }) => Object.values(all).filter((m) => m.startedAt !== null).length);
  const containers = useInventory(
    ({ containers: all }) => Object.values(all).filter(({ state }) => hasProcess(state)).length,
  );
  return (
    <>
      <span className="status-item">
        <Monitor size={14} aria-hidden /> {machines} running<span className="visually-hidden"> machines</span>
      </span>
      <span className="status-item">
        <Container size={14} aria-hidden /> {containers} running<span className="visually-hidden"> containers</span>
      </span>
    </>
  );
}

function HostUse() {
  const host = useInventory((inventory) => inventory.host);
  if (host === null) return null;
  const { processor, memory } = host;
  return (
    <a className="status-item status-link" href={placeHash({ page: 'host' })} aria-label="Use of this computer">
      <Cpu size={14} aria-hidden />
      <span className="figure">{formatProcessors(processor.usedByAll / Math.max(1, processor.total))}</span>
      <MemoryStick size={14} aria-hidden />
      <span className="figure">
        {formatBytes(memory.usedByAll)} / {formatBytes(memory.total)}
      </span>
    </a>
  );
}

export function StatusBar() {
  const status = useSession((session) => session.status);
  return (
    <footer className="status">
      <span className={`status-item connection-${status}`} role="status">
        <i className="status-light" aria-hidden />
        {CONNECTION_WORDS[status]}
      </span>
      <Running />
      <HostUse />
      <span className="toolbar-gap" />
      <TasksPanel />
    </footer>
  );
}
