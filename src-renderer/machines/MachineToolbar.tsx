import { Menu } from '@base-ui/react/menu';
import { ChevronDown, FileUp, Plus } from 'lucide-react';
import type { MachineView } from '../../src-core/contract/machines.ts';
import { Button, Hint, IconButton } from '../parts/Button.tsx';
import { GuardedButton } from '../parts/GuardedButton.tsx';
import { ChoiceMenu, ListSearch, RunningOnly, SelectionText } from '../parts/list-tools.tsx';
import { popups } from '../parts/popups.ts';
import { keyText } from '../app/keys.ts';
import { go } from '../state/place.ts';
import { ACTION_ICONS, ACTION_LABELS, applicable, availability, perform } from './actions.ts';
import type { MachineAction } from './availability.ts';
import { useListState } from './list-state.ts';
import { askImportMachine } from './ImportDialog.tsx';
import { MachineMenu } from './MachineMenu.tsx';
import { SORT_LABELS } from './selectors.ts';

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

export function MachineToolbar({ selection }: { selection: readonly MachineView[] }) {
  const sort = useListState((state) => state.sort);
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
      <SelectionText list={useListState} selection={selection} />
      <span className="toolbar-gap" />
      <ListSearch list={useListState} label="Search machines" />
      <RunningOnly list={useListState} what="machines" />
      <ChoiceMenu
        label="Sorted by"
        value={sort}
        options={SORT_LABELS}
        onChange={(key) => useListState.setState({ sort: key })}
      />
    </div>
  );
}
