import { Checkbox } from '@base-ui/react/checkbox';
import { Menu } from '@base-ui/react/menu';
import { Toggle } from '@base-ui/react/toggle';
import { ArrowDownUp, Check, CirclePlay, type LucideIcon, Minus, Search, X } from 'lucide-react';
import { Hint, IconButton } from './Button.tsx';
import { type AnyList, checkAll, PAGE_SEARCH, toggleChecked } from './list-state.ts';
import { popups } from './popups.ts';

interface Listed {
  readonly id: string;
  readonly name: string;
}

/** The check box of one row. */
export function RowCheck({ list, row }: { list: AnyList; row: Listed }) {
  const checked = list((state) => state.checked.has(row.id));
  return (
    <Checkbox.Root
      className="checkbox"
      aria-label={`Select ${row.name}`}
      checked={checked}
      onCheckedChange={(on) => toggleChecked(list, row.id, on)}
    >
      <Checkbox.Indicator className="checkbox-mark">
        <Check size={12} aria-hidden />
      </Checkbox.Indicator>
    </Checkbox.Root>
  );
}

/** The check box above all rows. @param what "machines" */
export function CheckAll({ list, rows, what }: { list: AnyList; rows: readonly Listed[]; what: string }) {
  const checked = list((state) => state.checked);
  const ticked = rows.filter(({ id }) => checked.has(id)).length;
  const all = ticked === rows.length;
  return (
    <Checkbox.Root
      className="checkbox"
      aria-label={`Select all ${what}`}
      checked={all}
      indeterminate={ticked > 0 && !all}
      onCheckedChange={(on) => checkAll(list, on ? rows.map(({ id }) => id) : [])}
    >
      <Checkbox.Indicator className="checkbox-mark">
        {all ? <Check size={12} aria-hidden /> : <Minus size={12} aria-hidden />}
      </Checkbox.Indicator>
    </Checkbox.Root>
  );
}

interface SearchBoxProps {
  /** Its name for a screen reader: "Search machines". */
  readonly label: string;
  readonly value: string;
  onChange(text: string): void;
}

/** The field that Ctrl+F goes to. */
export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  return (
    <div className="search">
      <Search size={14} aria-hidden />
      <input
        {...PAGE_SEARCH}
        className="search-input"
        placeholder="Search"
        aria-label={label}
        aria-keyshortcuts="Control+F"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onChange('')}
      />
      {value !== '' && <IconButton icon={X} small label="Clear the search" onClick={() => onChange('')} />}
    </div>
  );
}

export function ListSearch({ list, label }: { list: AnyList; label: string }) {
  const search = list((state) => state.search);
  return <SearchBox label={label} value={search} onChange={(text) => list.setState({ search: text })} />;
}

/** @param what "machines" */
export function RunningOnly({ list, what }: { list: AnyList; what: string }) {
  const runningOnly = list((state) => state.runningOnly);
  return (
    <Hint text={`Show running ${what} only`}>
      <Toggle
        className="button button-quiet button-icon"
        aria-label="Running only"
        pressed={runningOnly}
        onPressedChange={(pressed) => list.setState({ runningOnly: pressed })}
      >
        <CirclePlay size={16} aria-hidden />
      </Toggle>
    </Hint>
  );
}

/** What the toolbar acts on, in words. */
export function SelectionText({ list, selection }: { list: AnyList; selection: readonly Listed[] }) {
  const ticked = list((state) => state.checked.size > 0);
  const [only] = selection;
  if (!ticked) return <span className="toolbar-selection">{only?.name ?? 'Nothing selected'}</span>;
  return (
    <span className="toolbar-selection toolbar-ticked">
      {selection.length} selected
      <IconButton icon={X} small label="Select nothing" onClick={() => checkAll(list, [])} />
    </span>
  );
}

interface ChoiceMenuProps<Key extends string> {
  /** "Sorted by". */
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly value: Key;
  readonly options: Readonly<Record<Key, string>>;
  onChange(value: Key): void;
}

/** One of several, behind an icon. */
export function ChoiceMenu<Key extends string>(props: ChoiceMenuProps<Key>) {
  const { label, icon = ArrowDownUp, value, options, onChange } = props;
  return (
    <Menu.Root>
      <Menu.Trigger render={<IconButton icon={icon} label={`${label}: ${options[value]}`} />} />
      <Menu.Portal container={popups}>
        <Menu.Positioner sideOffset={6} align="end" className="above">
          <Menu.Popup className="menu">
            <Menu.RadioGroup value={value} onValueChange={(key: Key) => onChange(key)}>
              {Object.entries<string>(options).map(([key, words]) => (
                <Menu.RadioItem key={key} value={key} closeOnClick className="menu-item">
                  <span className="menu-check">
                    <Menu.RadioItemIndicator>
                      <Check size={14} aria-hidden />
                    </Menu.RadioItemIndicator>
                  </span>
                  {words}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** Up and Down walk through the rows' links; `onDelete` hears Delete on a row, with the index that it carries. */
export function walkRows(event: React.KeyboardEvent<HTMLElement>, onDelete: (index: number) => void): void {
  const target = event.target as HTMLElement;
  const row = target.closest<HTMLElement>('[data-index]');
  if (row === null || !target.matches('a')) return;
  const index = Number(row.dataset['index']);
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step !== 0) {
    event.preventDefault();
    row.parentElement?.querySelector<HTMLElement>(`[data-index="${index + step}"] a`)?.focus();
  }
  if (event.key === 'Delete') onDelete(index);
}
