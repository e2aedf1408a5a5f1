import { Container, Plus, SearchX } from 'lucide-react';
import { useMemo } from 'react';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import { Button } from '../parts/Button.tsx';
import { CommandLine } from '../parts/CommandLine.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { useInventory } from '../state/inventory.ts';
import type { Place } from '../state/place.ts';
import { ContainerDetail } from './detail/ContainerDetail.tsx';
import { ContainerList } from './ContainerList.tsx';
import { ContainerNav } from './ContainerNav.tsx';
import { ContainerToolbar, newContainer } from './ContainerToolbar.tsx';
import { useContainerList, useGrouping } from './list-state.ts';
import { groupedLines, type Line, shownContainers } from './selectors.ts';

function NoContainers() {
  return (
    <EmptyState
      icon={Container}
      title="No containers yet"
      text="A container is a program with all files that it needs, from an image. It shares one small machine with others, and takes two clicks."
    >
      <Button look="primary" icon={Plus} onClick={newContainer}>
        New container
      </Button>
      <p className="empty-or">or, in a terminal</p>
      <CommandLine command="inn ctr run -it busybox" />
    </EmptyState>
  );
}

function NothingMatches() {
  return (
    <EmptyState
      icon={SearchX}
      title="No container matches"
      text="Your search or the running-only filter hides them all."
    >
      <Button onClick={() => useContainerList.setState({ search: '', runningOnly: false })}>Show all containers</Button>
    </EmptyState>
  );
}

/** What the toolbar acts on: what is ticked, else the container that is open. */
function selected(
  containers: Readonly<Record<string, ContainerView>>,
  checked: ReadonlySet<string>,
  open: ContainerView | undefined,
): readonly ContainerView[] {
  const ticked = [...checked].map((id) => containers[id]).filter((container) => container !== undefined);
  if (ticked.length > 0) return ticked;
  return open === undefined ? [] : [open];
}

function useLines(): readonly Line[] {
  const containers = useInventory((inventory) => inventory.containers);
  const { search, runningOnly, sort } = useContainerList();
  const group = useGrouping((state) => state.group);
  return useMemo(
    () => groupedLines(shownContainers(containers, { search, runningOnly, sort }), group),
    [containers, search, runningOnly, sort, group],
  );
}

export function ContainersPage({ place }: { place: Extract<Place, { page: 'containers' }> }) {
  const containers = useInventory((inventory) => inventory.containers);
  const checked = useContainerList((state) => state.checked);
  const lines = useLines();
  const open = place.container === null ? undefined : containers[place.container];
  const empty = Object.keys(containers).length === 0;
  return (
    <div className="page machines-page">
      <h1 className="visually-hidden">Containers</h1>
      <ContainerNav page="containers" />
      {!empty && <ContainerToolbar selection={selected(containers, checked, open)} />}
      <div className="machines-body" data-open={open ? '' : undefined}>
        <section className="machines-list" aria-label="List of containers">
          {empty ? (
            <NoContainers />
          ) : lines.length === 0 ? (
            <NothingMatches />
          ) : (
            <ContainerList lines={lines} openId={open?.id ?? null} />
          )}
        </section>
        {open && <ContainerDetail key={open.id} container={open} tab={place.tab} />}
      </div>
    </div>
  );
}
