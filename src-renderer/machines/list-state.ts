import { createListState } from '../parts/list-state.ts';
import type { SortKey } from './selectors.ts';

export const useListState = createListState<SortKey>('name');
