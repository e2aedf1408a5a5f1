import { Group, Plus } from 'lucide-react';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import { Button } from '../parts/Button.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { ChoiceMenu, ListSearch, RunningOnly, SelectionText } from '../parts/list-tools.tsx';
import { go } from '../state/place.ts';
import { ACTION_ICONS, ACTION_LABELS, applicable, availability, perform } from './actions.ts';
import type { ContainerAction } from './availability.ts';
import { ContainerMenu } from './ContainerMenu.tsx';
import { useContainerList, useGrouping } from './list-state.ts';
import { GROUP_LABELS, SORT_LABELS } from './selectors.ts';

const ACTIONS: readonly ContainerAction[] = ['start', 'pause', 'resume', 'stop', 'restart', 'remove'];

export function newContainer(): void {
  go({ page: 'new-container', image: null });
}

/** Acts on what is ticked, else on the container that is open. */
export function ContainerToolbar({ selection }: { selection: readonly ContainerView[] }) {
  const sort = useContainerList((state) => state.sort);
  const group = useGrouping((state) => state.group);
  const paused = selection.length > 0 && selection.every(({ state }) => state === 'paused');
  const shown = ACTIONS.filter((action) => action !== (paused ? 'pause' : 'resume'));
  return (
    <div className="toolbar" role="toolbar" aria-label="Containers">
      <Button look="primary" icon={Plus} onClick={newContainer}>
        New container
      </Button>
      <span className="toolbar-rule" aria-hidden />
      {shown.map((action) => (
        <GuardedButton
          key={action}
          label={ACTION_LABELS[action].replace('…', '')}
          icon={ACTION_ICONS[action]}
          iconOnly
          look="quiet"
          availability={availability(action, selection)}
          onClick={() => perform(action, applicable(action, selection))}
        />
      ))}
      <ContainerMenu containers={selection} />
      <SelectionText list={useContainerList} selection={selection} />
      <span className="toolbar-gap" />
      <ListSearch list={useContainerList} label="Search containers" />
      <RunningOnly list={useContainerList} what="containers" />
      <ChoiceMenu
        label="Grouped by"
        icon={Group}
        value={group}
        options={GROUP_LABELS}
        onChange={(chosen) => useGrouping.setState({ group: chosen })}
      />
      <ChoiceMenu
        label="Sorted by"
        value={sort}
        options={SORT_LABELS}
        onChange={(key) => useContainerList.setState({ sort: key })}
      />
    </div>
  );
}
