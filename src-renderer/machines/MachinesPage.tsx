import { FileUp, Monitor, Plus, SearchX } from 'lucide-react';
import { useMemo } from 'react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { Button } from '../parts/Button.tsx';
import { CommandLine } from '../parts/CommandLine.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { useInventory } from '../state/inventory.ts';
import { go, type Place } from '../state/place.ts';
import { askImportMachine } from './ImportDialog.tsx';
import { MachineDetail } from './MachineDetail.tsx';
import { MachineList } from './MachineList.tsx';
import { MachineToolbar } from './MachineToolbar.tsx';
import { useListState } from './list-state.ts';
import { shownMachines } from './selectors.ts';

function NoMachines() {
  return (
    <EmptyState
      icon={Monitor}
      title="No machines yet"
      text="A machine is a complete 64-bit computer that runs in this window. It takes two clicks to have one."
    >
      <Button look="primary" icon={Plus} onClick={() => go({ page: 'new-machine', image: null })}>
        New machine
      </Button>
      <Button look="quiet" icon={FileUp} onClick={askImportMachine}>
        Import machine…
      </Button>
      <p className="empty-or">or, in a terminal</p>
      <CommandLine command="inn vm create first --image debian-13-tiny --start" />
    </EmptyState>
  );
}

function NothingMatches() {
  return (
    <EmptyState icon={SearchX} title="No machine matches" text="Your search or the running-only filter hides them all.">
      <Button onClick={() => useListState.setState({ search: '', runningOnly: false })}>Show all machines</Button>
    </EmptyState>
  );
}

/** What the toolbar acts on: what is ticked, else the machine that is open. */
function selected(
  machines: Readonly<Record<string, MachineView>>,
  checked: ReadonlySet<string>,
  open: MachineView | undefined,
): readonly MachineView[] {
  const ticked = [...checked].map((id) => machines[id]).filter((machine) => machine !== undefined);
  if (ticked.length > 0) return ticked;
  return open === undefined ? [] : [open];
}

export function MachinesPage({ place }: { place: Extract<Place, { page: 'machines' }> }) {
  const machines = useInventory((inventory) => inventory.machines);
  const { checked, search, runningOnly, sort } = useListState();
  const shown = useMemo(
    () => shownMachines(machines, { search, runningOnly, sort }),
    [machines, search, runningOnly, sort],
  );
  const open = place.machine === null ? undefined : machines[place.machine];
  const selection = selected(machines, checked, open);
  const empty = Object.keys(machines).length === 0;

  return (
    <div className="page machines-page">
      <h1 className="visually-hidden">Machines</h1>
      {!empty && <MachineToolbar selection={selection} />}
      <div className="machines-body" data-open={open ? '' : undefined}>
        <section className="machines-list" aria-label="List of machines">
          {empty ? (
            <NoMachines />
          ) : shown.length === 0 ? (
            <NothingMatches />
          ) : (
            <MachineList machines={shown} openId={open?.id ?? null} />
          )}
        </section>
        {open && <MachineDetail key={open.id} machine={open} tab={place.tab} />}
      </div>
    </div>
  );
}
