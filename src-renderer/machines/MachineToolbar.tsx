import { Menu } from '@base-ui/react/menu';
import { Toggle } from '@base-ui/react/toggle';
import { ChevronDown, CirclePlay, FileUp, Plus, Search, X } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { Button, Hint, IconButton } from '../parts/Button.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { popups } from '../parts/popups.ts';
import { keyText } from '../app/keys.ts';
import { go } from '../state/place.ts';
import { ACTION_ICONS, ACTION_LABELS, applicable, availability, perform } from './actions.ts';
import type { MachineAction } from './availability.ts';
import { checkAll, SEARCH_FIELD_ID, useListState } from './list-state.ts';
import { askImportMachine } from './ImportDialog.tsx';
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

const ACTIONS: readonly MachineAction[] = [
  'start',
  'pause',
  'resume',
  'suspend',
  'stop',
  'restart',
  'snapshot',
  'fork',
  'remove',
];

/** A machine that comes from elsewhere. */
function MoreWays() {
  return (
    <Menu.Root>
      <Menu.Trigger
        render={<IconButton look="primary" icon={ChevronDown} label="More ways to a machine" className="split-more" />}
      />
      <Menu.Portal container={popups}>
        <Menu.Positioner sideOffset={6} align="end" className="above">
          <Menu.Popup className="menu">
            <Menu.Item className="menu-item" onClick={askImportMachine}>
              <FileUp size={16} aria-hidden />
              Import machine…
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

export function MachineToolbar({ selection, ticked }: MachineToolbarProps) {
  const paused = selection.length > 0 && selection.every(({ state }) => state === 'paused' || state === 'suspended');
  const shown = ACTIONS.filter((action) => action !== (paused ? 'pause' : 'resume'));
  return (
    <div className="toolbar" role="toolbar" aria-label="Machines">
      <span className="split">
        <Hint text="Create a machine" keys={keyText('N')}>
          <Button look="primary" icon={Plus} onClick={() => go({ page: 'new-machine', image: null })}>
            New machine
          </Button>
        </Hint>
        <MoreWays />
      </span>
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
