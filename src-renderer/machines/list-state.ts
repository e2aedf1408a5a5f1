import { create } from 'zustand';
import type { SortKey } from './selectors.ts';

interface ListState {
  readonly search: string;
  readonly runningOnly: boolean;
  readonly sort: SortKey;
  readonly checked: ReadonlySet<string>;
}

/** How the list is shown and what is ticked; it outlives a visit to another page. */
export const useListState = create<ListState>(() => ({
  search: '',
  runningOnly: false,
  sort: 'name',
  checked: new Set(),
}));

export function toggleChecked(id: string, on: boolean): void {
  useListState.setState(({ checked }) => {
    const changed = new Set(checked);
    if (on) changed.add(id);
    else changed.delete(id);
    return { checked: changed };
  });
}

export function checkAll(ids: readonly string[]): void {
  useListState.setState({ checked: new Set(ids) });
}

export const SEARCH_FIELD_ID = 'machine-search';

export function focusSearch(): void {
  document.getElementById(SEARCH_FIELD_ID)?.focus();
}
