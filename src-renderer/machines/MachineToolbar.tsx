import { Toggle } from '@base-ui/react/toggle';
import { CirclePlay, Plus, Search, X } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { Button, Hint, IconButton } from '../parts/Button.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { keyText } from '../app/keys.ts';
import { go } from '../state/place.ts';
import { ACTION_ICONS, ACTION_LABELS, applicable, availability, perform } from './actions.ts';
import type { MachineAction } from './availability.ts';
import { checkAll, SEARCH_FIELD_ID, useListState } from './list-state.ts';
import { MachineMenu } from './MachineMenu.tsx';
import { SortMenu } from './SortMenu.tsx';

interface MachineToolbarProps {
  readonly selection: readonly MachineView[];
  /** The selection was made with check boxes. */
  readonly ticked: boolean;
}

function ActionButton({ action, selection }: { action: MachineAction; selection: readonly MachineView[] }) {
  return (
    <GuardedButton
      label={ACTION_LABELS[action]}
      icon={ACTION_ICONS[action]}
      iconOnly
      look="quiet"
      availability={availability(action, selection)}
      onClick={() => perform(action, applicable(action, selection))}
    />
  );
}

function SearchField() {
  const search = useListState((state) => state.search);
  const set = (text: string) => useListState.setState({ search: text });
  return (
    <div className="search" role="search">
      <Search size={14} aria-hidden />
      <input
        id={SEARCH_FIELD_ID}
        className="search-input"
        placeholder="Search"
        aria-label="Search machines"
        aria-keyshortcuts="Control+F"
        spellCheck={false}
        value={search}
        onChange={(event) => set(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && set('')}
      />
      {search !== '' && <IconButton icon={X} small label="Clear the search" onClick={() => set('')} />}
    </div>
  );
}

function RunningOnly() {
  const runningOnly = useListState((state) => state.runningOnly);
  return (
    <Hint text="Show running machines only">
      <Toggle
        className="button button-quiet button-icon"
        aria-label="Running only"
        pressed={runningOnly}
        onPressedChange={(pressed) => useListState.setState({ runningOnly: pressed })}
      >
        <CirclePlay size={16} aria-hidden />
      </Toggle>
    </Hint>
  );
}

function Selection({ selection, ticked }: { selection: readonly MachineView[]; ticked: boolean }) {
  const [only] = selection;
  if (!ticked) return <span className="toolbar-selection">{only?.name ?? 'Nothing selected'}</span>;
  return (
    <span className="toolbar-selection toolbar-ticked">
      {selection.length} selected
      <IconButton icon={X} small label="Select nothing" onClick={() => checkAll([])} />
    </span>
  );
}

const ACTIONS: readonly MachineAction[] = ['start', 'pause', 'resume', 'suspend', 'stop', 'restart', 'remove'];

export function MachineToolbar({ selection, ticked }: MachineToolbarProps) {
  const paused = selection.length > 0 && selection.every(({ state }) => state === 'paused' || state === 'suspended');
  const shown = ACTIONS.filter((action) => action !== (paused ? 'pause' : 'resume'));
  return (
    <div className="toolbar" role="toolbar" aria-label="Machines">
      <Hint text="Create a machine" keys={keyText('N')}>
        <Button look="primary" icon={Plus} onClick={() => go({ page: 'new-machine', image: null })}>
          New machine
        </Button>
      </Hint>
      <span className="toolbar-rule" aria-hidden />
      {shown.map((action) => (
        <ActionButton key={action} action={action} selection={selection} />
      ))}
      <MachineMenu machines={selection} />
      <Selection selection={selection} ticked={ticked} />
      <span className="toolbar-gap" />
      <SearchField />
      <RunningOnly />
      <SortMenu />
    </div>
  );
}
