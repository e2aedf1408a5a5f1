import { Plus, Server, Trash2 } from 'lucide-react';
import type { NodeView } from '../../../src-core/contract/containers.ts';
import { Bar } from '../../parts/Bar.tsx';
import { Button, IconButton } from '../../parts/Button.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { countOf, formatBytes } from '../../parts/quantities.ts';
import { StateLook } from '../../parts/StateLook.tsx';
import { useInventory } from '../../state/inventory.ts';
import { ContainerNav } from '../ContainerNav.tsx';
import { askAddNode } from './AddNodeDialog.tsx';
import { EngineSettingsSection } from './EngineSettingsSection.tsx';
import { askRemoveNode } from './node-actions.ts';
import { NODE_LOOKS } from './node-looks.ts';

interface UseProps {
  readonly label: string;
  readonly name: string;
  readonly total: number;
  /** null: its node does not run. */
  readonly free: number | null;
  readonly promised?: number;
}

function Use({ label, name, total, free, promised }: UseProps) {
  const used = free === null ? null : total - free;
  const text = `${used === null ? '–' : formatBytes(used)} of ${formatBytes(total)}`;
  const more = promised === undefined ? '' : `, ${formatBytes(promised)} promised`;
  return (
    <div className="node-use">
      <span className="faint">{label}</span>
      <span className="figure">
        {text}
        {more}
      </span>
      <Bar
        label={`${label} of ${name}`}
        text={text + more}
        value={used ?? 0}
        total={total}
        {...(promised === undefined ? {} : { behind: promised })}
      />
    </div>
  );
}

function NodeCard({ node }: { node: NodeView }) {
  const { name, state, processors, running, containers, failure } = node;
  return (
    <li className="node-card">
      <header className="row row-tight">
        <Server size={18} strokeWidth={1.5} aria-hidden />
        <h2 className="node-name">{name}</h2>
        <StateLook look={NODE_LOOKS[state]} />
        <span className="toolbar-gap" />
        <IconButton small icon={Trash2} label={`Delete node ${name}`} onClick={() => askRemoveNode(node)} />
      </header>
      <p className="faint">
        {countOf(processors, 'processor')} · {running} of {countOf(containers, 'container')} running
      </p>
      <Use
        label="Memory"
        name={name}
        total={node.memoryBytes}
        free={node.freeMemoryBytes}
        promised={node.promisedMemoryBytes}
      />
      <Use label="Disk" name={name} total={node.diskBytes} free={node.freeDiskBytes} />
      {failure && <FailureNotice failure={failure} />}
    </li>
  );
}

/** The machines whose kernels run containers: the engine makes them, puts them to sleep and wakes them. */
export function NodesPage() {
  const nodes = Object.values(useInventory((inventory) => inventory.nodes)).sort((a, b) =>
    a.name.localeCompare(b.name, undefined, { numeric: true }),
  );
  return (
    <div className="page">
      <h1 className="visually-hidden">Nodes</h1>
      <ContainerNav page="nodes" />
      <div className="toolbar" role="toolbar" aria-label="Nodes">
        <Button look="primary" icon={Plus} onClick={askAddNode}>
          Add node
        </Button>
      </div>
      <div className="page-body stack">
        {nodes.length === 0 ? (
          <EmptyState
            icon={Server}
            title="No node yet"
            text="Containers share the kernel of a small machine, a node. The first container brings the first node."
          />
        ) : (
          <ul className="node-cards">
            {nodes.map((node) => (
              <NodeCard key={node.id} node={node} />
            ))}
          </ul>
        )}
        <EngineSettingsSection />
      </div>
    </div>
  );
}
