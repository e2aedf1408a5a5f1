import { create, type StoreApi, type UseBoundStore } from 'zustand';

export interface ListState<SortKey extends string> {
  readonly search: string;
  readonly runningOnly: boolean;
  readonly sort: SortKey;
  readonly checked: ReadonlySet<string>;
}

export type ListStore<SortKey extends string> = UseBoundStore<StoreApi<ListState<SortKey>>>;

/** How a list is shown and what is ticked; it outlives a visit to another page. */
export function createListState<SortKey extends string>(sort: SortKey): ListStore<SortKey> {
  return create<ListState<SortKey>>(() => ({ search: '', runningOnly: false, sort, checked: new Set() }));
}

/** The part of any list's state that has to do with what is ticked and sought. */
export type AnyList = UseBoundStore<StoreApi<Omit<ListState<string>, 'sort'>>>;

export function toggleChecked(list: AnyList, id: string, on: boolean): void {
  list.setState(({ checked }) => {
    const changed = new Set(checked);
    if (on) changed.add(id);
    else changed.delete(id);
    return { checked: changed };
  });
}

export function checkAll(list: AnyList, ids: readonly string[]): void {
  list.setState({ checked: new Set(ids) });
}

/** Marks the field of a page that Ctrl+F goes to. */
export const PAGE_SEARCH = { 'data-page-search': '' } as const;

/** The innermost one's: a tab's own before the list's. @returns whether the page has a field to search in */
export function focusPageSearch(): boolean {
  const field = [...document.querySelectorAll<HTMLElement>('[data-page-search]')].at(-1);
  field?.focus();
  return field !== undefined;
}
