import { Menu } from '@base-ui/react/menu';
import { ArrowDownUp, Check } from 'lucide-react';
import { IconButton } from '../parts/Button.tsx';
import { useListState } from './list-state.ts';
import { SORT_KEYS, SORT_LABELS, type SortKey } from './selectors.ts';
import { popups } from '../parts/popups.ts';

export function SortMenu() {
  const sort = useListState((state) => state.sort);
  return (
    <Menu.Root>
      <Menu.Trigger render={<IconButton icon={ArrowDownUp} label={`Sorted by: ${SORT_LABELS[sort]}`} />} />
      <Menu.Portal container={popups}>
        <Menu.Positioner sideOffset={6} align="end" className="above">
          <Menu.Popup className="menu">
            <Menu.RadioGroup value={sort} onValueChange={(key: SortKey) => useListState.setState({ sort: key })}>
              {SORT_KEYS.map((key) => (
                <Menu.RadioItem key={key} value={key} closeOnClick className="menu-item">
                  <span className="menu-check">
                    <Menu.RadioItemIndicator>
                      <Check size={14} aria-hidden />
                    </Menu.RadioItemIndicator>
                  </span>
                  {SORT_LABELS[key]}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
