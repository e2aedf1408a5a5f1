import { Copy, ExternalLink, Trash2 } from 'lucide-react';
import type { ForwardView } from '../../src-core/contract/networks.ts';
import { openForward } from '../desktop/links.ts';
import { Button, IconButton } from '../parts/Button.tsx';
import { type Availability, available, GuardedButton } from '../parts/GuardedButton.tsx';
import { copyText } from '../parts/clipboard.ts';
import { Table } from '../parts/Table.tsx';
import { placeHash } from '../state/place.ts';
import { ForwardState } from './ForwardState.tsx';
import { forwardText, forwardUrl, freePortOf } from './forwards.ts';
import { type MachineRef, removeForward, takeOtherPort } from './network-actions.ts';
import { useConnectionsAvailability } from './useConnectionsAvailability.ts';

const COLUMNS = [
  { label: 'This computer' },
  { label: 'Guest’s port' },
  { label: 'State' },
  { label: 'Actions', isHidden: true },
];

const OPENABLE: Record<ForwardView['state'], Availability> = {
  active: available,
  waiting: { can: false, why: 'Nothing answers there while the machine is off.' },
  failed: { can: false, why: 'This port does not lead to the guest: its state says why.' },
};

export interface ForwardOfMachine {
  readonly machine: MachineRef;
  readonly forward: ForwardView;
}

function Actions({ machine, forward }: ForwardOfMachine) {
  const { address, port, state } = forward;
  const now = useConnectionsAvailability(machine.id);
  const url = forwardUrl(forward);
  const free = state === 'failed' ? freePortOf(forward.failure) : null;
  const host = address.includes(':') ? `[${address}]` : address;
  return (
    <span className="row-actions">
      {free !== null && (
        <Button small onClick={() => void takeOtherPort(machine, forward, free)}>
          Use port {free}
        </Button>
      )}
      {url !== null && (
        <GuardedButton
          small
          iconOnly
          look="quiet"
          icon={ExternalLink}
          label={`Open ${url}`}
          availability={OPENABLE[state]}
          onClick={() => openForward(url)}
        />
      )}
      <IconButton
        small
        icon={Copy}
        label={`Copy ${url ?? `${host}:${port}`}`}
        onClick={() => void copyText(url ?? `${host}:${port}`, 'The address')}
      />
      <GuardedButton
        small
        iconOnly
        look="quiet"
        icon={Trash2}
        label={`Forward port ${port} no more`}
        availability={now}
        onClick={() => void removeForward(machine, forward)}
      />
    </span>
  );
}

interface ForwardTableProps {
  readonly rows: readonly ForwardOfMachine[];
  /** Which machine each leads to, where that is not plain. */
  readonly withMachine?: boolean;
}

/** Ports of this computer that lead to guests. */
export function ForwardTable({ rows, withMachine = false }: ForwardTableProps) {
  return (
    <Table columns={withMachine ? [{ label: 'Machine' }, ...COLUMNS] : COLUMNS}>
      {rows.map(({ machine, forward }) => (
        <tr key={`${machine.id} ${forwardText(forward)}`}>
          {withMachine && (
            <th scope="row">
              <a href={placeHash({ page: 'machines', machine: machine.id, tab: 'network' })}>{machine.name}</a>
            </th>
          )}
          <td>
            <code>
              {forward.address}:{forward.port}
            </code>
          </td>
          <td className="figure">
            {forward.guestPort}/{forward.protocol}
          </td>
          <td>
            <ForwardState forward={forward} />
          </td>
          <td>
            <Actions machine={machine} forward={forward} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
