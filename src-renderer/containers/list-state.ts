import { create } from 'zustand';
import { createListState } from '../parts/list-state.ts';
import type { GroupKey, SortKey } from './selectors.ts';

export const useContainerList = createListState<SortKey>('name');

export const useGrouping = create<{ readonly group: GroupKey }>(() => ({ group: 'project' }));
